import assert from "node:assert/strict";
import { binomialTable } from "../../../shared/random/binomial.ts";
import { keepingWords } from "../../../shared/random/entries.ts";
import { keyOfSeed, rowsOfStrip, Stream } from "../../../shared/random/stream.ts";
import { type Kernel, loadKernel } from "../../../worker/backends/simd/kernel.ts";
import { knownAnswers, real, relativeError, seed, word } from "../../shared/random/knownAnswers.ts";

/** Numbers of the laws in the kernel. */
const LAWS = [
  "gaussian",
  "orthogonal",
  "uniform",
  "rademacher",
  "truncated_normal",
  "student_t",
  "sparse_gaussian",
];

describe("the WebAssembly kernel", () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await loadKernel();
  });

  const wordsAt = (address: number, count: number) => [
    ...new Uint32Array(kernel.memory.buffer, address, count),
  ];
  const setLaw = (law: string, parameter = 1) => {
    const density = law === "sparse_gaussian" ? parameter : 1;
    kernel.setLaw(LAWS.indexOf(law), parameter, keepingWords(density) - 1);
  };

  it("encrypts counters one at a time as published", () => {
    setLaw("gaussian");
    kernel.reserve(4, 1, 0);
    for (const fields of knownAnswers("philox")) {
      const [counter, key] = [fields.slice(0, 4).map(word), fields.slice(4, 6).map(word)];
      kernel.setKey(...(key as [number, number]));
      kernel.philoxBlock(kernel.wordsAddress(), ...(counter as [number, number, number, number]));
      assert.deepEqual(wordsAt(kernel.wordsAddress(), 4), fields.slice(6).map(word));
    }
  });

  it("draws the known words of a strip, in every lane", () => {
    setLaw("gaussian");
    for (const [key, layer, replica, strip, ...expected] of knownAnswers("words")) {
      kernel.setKey(...keyOfSeed(seed(key)));
      kernel.reserve(1002, 1, 0);
      for (let lane = 0; lane < 4; lane++) {
        // Replicas are numbered modulo 2³².
        kernel.drawStrip((real(replica) - lane) >>> 0, real(layer), real(strip), 1001);
        const drawn = wordsAt(kernel.wordsAddress() + 4 * lane, 4 * 1000 + 1);
        const found = [0, 1, 2, 3, 1000].map((n) => drawn[4 * n]);
        assert.deepEqual(found, expected.map(word), `${layer} ${replica} ${strip} ${lane}`);
      }
    }
  });

  it("makes the known normals of words, in float32 to the bit where it fuses", () => {
    setLaw("gaussian");
    kernel.reserve(4, 1, 0);
    const tolerance = kernel.fusesMultiplyAdd() ? 0 : 4e-7;
    for (const [word0, word1, first, second] of knownAnswers("normals32")) {
      const words = new Uint32Array(kernel.memory.buffer, kernel.wordsAddress(), 8);
      words.set([0, 0, 0, word(word0), 0, 0, 0, word(word1)]);
      const normals = new Float32Array(kernel.memory.buffer, kernel.convertWords(2), 8);
      const errors = [
        relativeError(normals[3] as number, real(first)),
        relativeError(normals[7] as number, real(second)),
      ];
      assert.ok(Math.max(...errors) <= tolerance, `${word0} ${word1}: ${errors.join(" ")}`);
    }
  });

  it("makes the known normals of words, in float64", () => {
    for (const [word0, word1, first] of knownAnswers("normals")) {
      const precise = kernel.convertPair(word(word0), word(word1));
      assert.ok(relativeError(precise, real(first)) < 1e-15, `${word0} ${word1}: ${precise}`);
    }
  });

  it("draws the known entries of every law", () => {
    for (const fields of knownAnswers("entry")) {
      const [law, parameter, key, ...rest] = fields;
      const [layer, replica, width, row, column, expected] = rest.map(real) as [
        ...[number, number, number, number, number, number],
      ];
      setLaw(law as string, parameter === "-" ? 1 : real(parameter));
      kernel.setKey(...keyOfSeed(seed(key)));
      kernel.reserve(width, 1, 0);
      // W e_column in the first lane, without the last row, which would end the layer.
      const x = new Float64Array(kernel.memory.buffer, kernel.inputAddress(), 2 * width);
      x[2 * column] = 1;
      const firstRow = row - (row % rowsOfStrip(width));
      kernel.advanceDense(replica, layer, 1, firstRow, Math.min(row + 1, width - 1));
      const z = new Float64Array(kernel.memory.buffer, kernel.outputAddress(), 2 * width);
      const scale = law === "uniform" ? 2 ** -31 : 1;
      const error = relativeError((z[2 * row] as number) * scale, expected);
      assert.ok(error < 4e-15, `${fields.join(" ")}: ${error}`);
    }
  });

  it("continues words in sequence where attempts are refused", () => {
    // Stream.words is what drawSlowly of isotropic.ts repeats: agreement.test.ts covers its results.
    const next = new Stream(1n).words(3, 4);
    kernel.setKey(...keyOfSeed(1n));
    setLaw("gaussian");
    kernel.reserve(4, 1, 0);
    kernel.drawStrip(3, 4, 0, 100);
    const drawn = wordsAt(kernel.wordsAddress(), 400);
    for (let n = 0; n < 100; n++) assert.equal(drawn[4 * n], next());
  });

  it("has room for the largest widths", () => {
    const width = 65_536;
    for (const law of LAWS) {
      setLaw(law, law === "student_t" ? 3 : 0.5);
      kernel.reserve(width, 1, 0);
      kernel.setActivation(1, 0.1, 1);
      kernel.startDense(0, 1);
      // A row of each kind, and the end of a layer.
      kernel.advanceDense(0, 1, 1, 0, 1);
      kernel.advanceDense(0, 1, 1, width - 1, width);
      const norm = new Float64Array(kernel.memory.buffer, kernel.stateAddress(), 2);
      assert.ok(
        norm.every((square) => square >= 0.5 && square < 2),
        law,
      );
    }
    kernel.reserve(0, 64, binomialTable(1_000_000).aliases.length * 16);
  });
});
