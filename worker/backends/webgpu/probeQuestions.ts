import { philox4x32 } from "../../../shared/random/philox.ts";
import { storeNormals } from "../../../shared/random/normal32.ts";

const { fround } = Math;

/** Words that a question takes, and that its answer has. */
export const QUESTION_WORDS = 4;

/** What a device is asked to compute, as the probe's WGSL numbers it. */
export const OPERATIONS = [
  "Philox words",
  "conversions of integers",
  "sums",
  "products",
  "multiply-adds",
  "square roots",
  "sums of products",
  "normals",
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** A question with the only right answer, in words; floats are given by their bits. */
export interface ProbeQuestion {
  readonly operation: Operation;
  readonly question: readonly number[];
  readonly answer: readonly number[];
}

/** Questions of each kind: an arithmetic that is wrong now and then is wrong, too. */
const COUNT = 256;

/** Words whose conversion to float32 must be rounded: halfway cases, and others. */
const AWKWARD_INTEGERS = [0x01000001, 0x01000003, 0xfeffffff, 0xfefffffd, 0x7fffffff, 0x80000001];
/** Words of normals at their ends: largest and smallest radii and angles. */
const AWKWARD_WORDS = [0, 1, 0xffffffff, 0x7fffffff, 0x80000000, 0x80000001, 0xffffff00, 0x100];

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return bits[0] as number;
}

/** A float32 of either sign, from 1 to 2 in size. */
function singleOf(word: number): number {
  bits[0] = ((word & 0x807fffff) | 0x3f800000) >>> 0;
  return float[0] as number;
}

/** Everything a device must get right, with the answers of this machine's processor. */
export function probeQuestions(): ProbeQuestion[] {
  const words = new Uint32Array(4);
  const questions: ProbeQuestion[] = [];
  const ask = (
    operation: Operation,
    question: readonly number[],
    answer: readonly number[],
  ): void => {
    questions.push({ operation, question, answer });
  };
  for (let i = 0; i < COUNT; i++) {
    philox4x32(words, i, 1, 2, 3, 4, 5);
    const [w0, w1, w2, w3] = words as unknown as [number, number, number, number];
    const [a, b, c] = [singleOf(w0), singleOf(w1), singleOf(w2)];
    // Apart by so much at most that float64 holds the sum.
    const small = b * 2 ** -(i % 28);

    ask("Philox words", [i, 1, 2, 3], [w0, w1, w2, w3]);
    const integer = AWKWARD_INTEGERS[i] ?? w0;
    ask("conversions of integers", [integer, 0, 0, 0], [bitsOf(integer | 0), 0, 0, 0]);
    ask("sums", [bitsOf(a), bitsOf(small), 0, 0], [...exactly(a + small), 0, 0]);
    ask("products", [bitsOf(a), bitsOf(b), 0, 0], [...exactly(a * b), 0, 0]);
    // Every second sum cancels all but the rounding error. All of them are exact in float64.
    const addend = i % 2 === 0 ? c : -fround(a * b);
    ask(
      "multiply-adds",
      [bitsOf(a), bitsOf(b), bitsOf(addend), 0],
      [bitsOf(fround(a * b + addend)), 0, 0, 0],
    );
    const square = Math.abs(i % 2 === 0 ? a : fround(a * a));
    ask("square roots", [bitsOf(square), 0, 0, 0], [bitsOf(Math.sqrt(square)), 0, 0, 0]);
    // With short factors and a small whole number, two float32 hold the sum.
    const [short0, short1] = [singleOf(w0 & ~0xff), singleOf(w1 & ~0xff)];
    const whole = 1 + (w3 & 3);
    ask("sums of products", [short0, short1, c, whole].map(bitsOf), [
      ...exactly(short0 * short1 + c * whole),
      0,
      0,
    ]);
    const [word0, word1] = [AWKWARD_WORDS[i % 8] as number, AWKWARD_WORDS[i >> 3] ?? w1];
    const normals = new Float64Array(2);
    storeNormals(normals, 0, i < 64 ? word0 : w0, word1);
    ask(
      "normals",
      [i < 64 ? word0 : w0, word1, 0, 0],
      [...normals.map(bitsOf), 0, 0].map((word) => word >>> 0),
    );
  }
  return questions;
}

/** A number of at most 48 bits as the sum of two float32, as their bits. */
function exactly(value: number): [high: number, low: number] {
  const high = fround(value);
  return [bitsOf(high), bitsOf(value - high)];
}
