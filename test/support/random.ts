/**
 * Random numbers from a seed (sfc32, by Chris Doty-Humphrey, which passes PractRand). They are for
 * the choices that tests make, never for what is tested.
 */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    for (let i = 0; i < 15; i++) this.#word();
  }

  /** Uniform on [0, 1). */
  uniform(): number {
    return (this.#word() >>> 0) / 2 ** 32;
  }

  between(minimum: number, maximum: number): number {
    return minimum + (maximum - minimum) * this.uniform();
  }

  /** One of 0, 1, …, count − 1. */
  integer(count: number): number {
    return Math.floor(count * this.uniform());
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)] as T;
  }

  exponential(mean: number): number {
    return -mean * Math.log1p(-this.uniform());
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    return Math.sqrt(2 * this.exponential(1)) * Math.cos(2 * Math.PI * this.uniform());
  }

  #word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + word;
    return word;
  }
}
