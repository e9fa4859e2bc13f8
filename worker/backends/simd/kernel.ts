import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../../shared/wire/packageRoot.ts";

/** The exports of simd/assembly, compiled to WebAssembly; each is documented where it is defined. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly setKey: (low: number, high: number) => void;
  readonly reserve: (width: number, groups: number, binomialBytes: number) => void;
  readonly stateAddress: () => number;

  readonly setActivation: (above: number, below: number, belowAlone: number) => void;
  readonly startDense: (firstReplica: number, sign: number) => void;
  readonly advanceGaussian: AdvanceDense;
  readonly advanceOrthogonal: AdvanceDense;

  readonly binomialAddress: () => number;
  readonly setBinomial: (trials: number, firstOutcome: number, columnBits: number) => void;
  readonly setIsotropic: (squaredSlope: number, mirrored: boolean, orthogonal: boolean) => void;
  readonly startIsotropic: () => void;
  readonly advanceIsotropic: (firstReplica: number, firstLayer: number, layers: number) => void;

  /** For tests of the random stream, after `reserve`. */
  readonly philoxBlock: (out: number, ...counter: [number, number, number, number]) => void;
  readonly wordsAddress: () => number;
  readonly drawWords: (replica: number, layer: number, row: number, count: number) => void;
  readonly convertWords: (count: number) => number;
  readonly convertPair: (word0: number, word1: number) => number;
}

/** Propagates through some layers, or through some rows of one layer. */
type AdvanceDense = (
  firstReplica: number,
  firstLayer: number,
  layers: number,
  firstRow: number,
  endRow: number,
) => void;

const KERNEL_PATH = "dist/worker/backends/simd/kernel.wasm";

/** The smallest module with a vector in it: (func v128.const i64x2 0 0, drop). */
const SIMD_PROBE = Buffer.from(
  `0061736d01000000010401600000030201000a17011500fd0c${"00".repeat(16)}1a0b`,
  "hex",
);

/** Instantiates a kernel for its caller alone: a kernel keeps state between calls. */
export async function loadKernel(): Promise<Kernel> {
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "backend simd: this processor or this Node has no WebAssembly SIMD; choose another backend",
    );
  }
  const path = join(packageRoot(), KERNEL_PATH);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new Error(`backend simd: ${path} is missing; run \`npm run build:kernel\``, { cause });
  });
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports as Kernel;
}
