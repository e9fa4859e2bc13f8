import { logNorm, type ScaledActivation } from "../scaledActivation.ts";
import { STATE_WORDS } from "./kernel.ts";

/** The states of a batch as they were copied from the device; kernel.ts has their layout. */
export class CopiedStates {
  readonly #activation: ScaledActivation;
  readonly #floats: Float32Array;
  readonly #words: Uint32Array;

  constructor(activation: ScaledActivation, copied: ArrayBuffer, offset: number, count: number) {
    this.#activation = activation;
    this.#floats = new Float32Array(copied, offset, STATE_WORDS * count);
    this.#words = new Uint32Array(copied, offset, STATE_WORDS * count);
  }

  /** log ‖x‖ of a replica without the drift; −∞ once all activations are exactly zero. */
  logNorm(slot: number): number {
    const exponent = this.#word(slot, 2) | 0;
    return logNorm(this.#activation, this.#squaredNorm(slot), exponent, this.#word(slot, 3));
  }

  /** Whether float32 could not hold the replica, or its norm is none: NaN or ∞ must not pass. */
  isDoubted(slot: number): boolean {
    const squaredNorm = this.#squaredNorm(slot);
    return this.#word(slot, 4) !== 0 || !(squaredNorm >= 0 && squaredNorm < Infinity);
  }

  /** Whether all activations of the replica are exactly zero, and stay so. */
  isExtinct(slot: number): boolean {
    const isReLU = this.#activation.logRatio === -Infinity;
    return this.#squaredNorm(slot) === 0 || (isReLU && this.#word(slot, 3) > 0);
  }

  #squaredNorm(slot: number): number {
    const at = STATE_WORDS * slot;
    return (this.#floats[at] as number) + (this.#floats[at + 1] as number);
  }

  #word(slot: number, index: number): number {
    return this.#words[STATE_WORDS * slot + index] as number;
  }
}
