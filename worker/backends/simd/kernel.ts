import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../../shared/wire/packageRoot.ts";

/** The exports of simd/assembly, compiled to WebAssembly; each is documented where it is defined. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly fusesMultiplyAdd: () => number;
  readonly setKey: (low: number, high: number) => void;
  readonly setLaw: (law: number, degreesOfFreedom: number, lastKeepingWord: number) => void;
  readonly reserve: (width: number, groups: number, binomialBytes: number) => void;
  readonly stateAddress: () => number;

  readonly setActivation: (above: number, below: number, belowAlone: number) => void;
  readonly startDense: (firstReplica: number, sign: number) => void;
  readonly startProbes: () => void;
  readonly advanceDense: (
    firstReplica: number,
    firstLayer: number,
    layers: number,
    firstRow: number,
    endRow: number,
  ) => void;

  readonly binomialAddress: () => number;
  readonly setBinomial: (trials: number, firstOutcome: number, columnBits: number) => void;
  readonly setIsotropic: (squaredSlope: number, mirrored: boolean, orthogonal: boolean) => void;
  readonly startIsotropic: () => void;
  readonly advanceIsotropic: (firstReplica: number, firstLayer: number, layers: number) => void;

  /** This and what follows are for tests of the random stream, after `setLaw` and `reserve`. */
  readonly philoxBlock: (out: number, ...counter: [number, number, number, number]) => void;
  readonly wordsAddress: () => number;
  readonly drawStrip: (firstReplica: number, layer: number, strip: number, count: number) => void;
  readonly convertWords: (count: number) => number;
  readonly convertPair: (word0: number, word1: number) => number;
  readonly inputAddress: () => number;
  readonly outputAddress: () => number;
}

const FOLDER = "dist/worker/backends/simd";

/**
 * The smallest module with a vector in it: (func v128.const i64x2 0 0, drop).
 *
 * @internal exported for tests
 */
export const SIMD_PROBE = moduleOf(`fd0c${"00".repeat(16)}1a`);

/**
 * The smallest module with a relaxed multiply-add: three vectors, f32x4.relaxed_madd, drop.
 *
 * @internal exported for tests
 */
export const RELAXED_SIMD_PROBE = moduleOf(`${`fd0c${"00".repeat(16)}`.repeat(3)}fd85021a`);

/** A module with one function of no arguments and no results. */
function moduleOf(instructions: string): Buffer {
  const code = `0a${sized(`01${sized(`00${instructions}0b`)}`)}`;
  return Buffer.from(`0061736d0100000001040160000003020100${code}`, "hex");
}

/** Hexadecimal bytes, fewer than 128, after their number. */
function sized(bytes: string): string {
  return (bytes.length / 2).toString(16).padStart(2, "0") + bytes;
}

/** Instantiates a kernel of the caller's own: a kernel keeps state between calls. */
export async function loadKernel(): Promise<Kernel> {
  return (await loadModule("kernel.wasm")) as Kernel;
}

/** Instantiates a module of those that `npm run build` compiles, and returns its exports. */
export async function loadModule(name: string): Promise<unknown> {
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "backend simd: this processor or this Node has no WebAssembly SIMD; choose another backend",
    );
  }
  if (!WebAssembly.validate(RELAXED_SIMD_PROBE)) {
    throw new Error(
      "backend simd: this Node has no relaxed WebAssembly SIMD; use Node 24 or choose another backend",
    );
  }
  const path = join(packageRoot(), FOLDER, name);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`backend simd: ${path} is missing; run 'npm run build'`, { cause });
  });
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports;
}
