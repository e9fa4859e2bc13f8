import assert from "node:assert/strict";
import { binomialTable } from "../../../shared/random/binomial.ts";
import { keyOfSeed } from "../../../shared/random/stream.ts";
import { type Kernel, loadKernel } from "../../../worker/backends/simd/kernel.ts";
import { knownAnswers, real, relativeError, seed, word } from "../../shared/random/knownAnswers.ts";

/** What float32 leaves of a normal: measured 3.2e-7 at most over millions of pairs of words. */
const FLOAT32_TOLERANCE = 5e-7;

describe("the WebAssembly kernel", () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await loadKernel();
  });

  const wordsAt = (address: number, count: number) => [
    ...new Uint32Array(kernel.memory.buffer, address, count),
  ];

  it("encrypts counters one at a time as published", () => {
    kernel.reserve(4, 1, 0);
    for (const fields of knownAnswers("philox")) {
      const [counter, key] = [fields.slice(0, 4).map(word), fields.slice(4, 6).map(word)];
      kernel.setKey(...(key as [number, number]));
      kernel.philoxBlock(kernel.wordsAddress(), ...(counter as [number, number, number, number]));
      assert.deepEqual(wordsAt(kernel.wordsAddress(), 4), fields.slice(6).map(word));
    }
  });

  it("draws the same words four replicas at a time", () => {
    const blocks = 5;
    const firstReplica = 0xfffffffe;
    kernel.setKey(0x89abcdef, 0x01234567);
    for (const [layer, row] of [
      [0, 0],
      [1, 3],
      [9_999_999, 65_536],
    ] as const) {
      kernel.reserve(4 * blocks, 1, 0);
      kernel.drawWords(firstReplica, layer, row, 4 * blocks);
      const drawn = wordsAt(kernel.wordsAddress(), 16 * blocks);
      for (let block = 0; block < blocks; block++) {
        for (let lane = 0; lane < 4; lane++) {
          // Replicas are numbered modulo 2³².
          kernel.philoxBlock(kernel.wordsAddress(), block, row, firstReplica + lane, layer);
          const expected = wordsAt(kernel.wordsAddress(), 4);
          const actual = [0, 1, 2, 3].map((i) => drawn[16 * block + 4 * i + lane]);
          assert.deepEqual(actual, expected, `${layer} ${row} ${block} ${lane}`);
        }
      }
    }
  });

  it("makes the known normals of words, in float32 and in float64", () => {
    kernel.reserve(4, 1, 0);
    for (const [word0, word1, first, second] of knownAnswers("normals")) {
      const words = new Uint32Array(kernel.memory.buffer, kernel.wordsAddress(), 8);
      words.set([0, 0, 0, word(word0), 0, 0, 0, word(word1)]);
      const normals = new Float32Array(kernel.memory.buffer, kernel.convertWords(2), 8);
      const errors = [
        relativeError(normals[3] as number, real(first)),
        relativeError(normals[7] as number, real(second)),
      ];
      assert.ok(Math.max(...errors) < FLOAT32_TOLERANCE, `${word0} ${word1}: ${errors.join(" ")}`);
      const precise = kernel.convertPair(word(word0), word(word1));
      assert.ok(relativeError(precise, real(first)) < 1e-15, `${word0} ${word1}: ${precise}`);
    }
  });

  it("draws the known normals from their places in the stream", () => {
    for (const [key, layer, row, replica, number, expected] of knownAnswers("normal")) {
      const count = real(number) + 1;
      kernel.setKey(...keyOfSeed(seed(key)));
      kernel.reserve(count, 1, 0);
      kernel.drawWords(real(replica), real(layer), real(row), count);
      const normals = new Float32Array(kernel.memory.buffer, kernel.convertWords(count));
      assert.ok(
        relativeError(normals[4 * real(number)] as number, real(expected)) < FLOAT32_TOLERANCE,
      );
    }
  });

  it("has room for the largest width", () => {
    const width = 65_536;
    // One row of each kind, and the end of a layer.
    kernel.reserve(width, 1, binomialTable(width).aliases.length * 16);
    kernel.setActivation(1, 0.1, 1);
    kernel.startDense(0, 1);
    kernel.advanceGaussian(0, 1, 1, 0, 1);
    kernel.advanceOrthogonal(0, 1, 1, 65_535, 65_536);
    const norm = new Float32Array(kernel.memory.buffer, kernel.stateAddress(), 4);
    assert.ok(norm.every((square) => square >= 0.5 && square < 2));
  });
});
