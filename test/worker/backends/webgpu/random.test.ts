import assert from "node:assert/strict";
import { storeNormals } from "../../../../shared/random/normal32.ts";
import { keyOfSeed, Stream } from "../../../../shared/random/stream.ts";
import { doubleSingle } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";
import { NORMAL_32 } from "../../../../worker/backends/webgpu/wgsl/normal32.ts";
import { PHILOX } from "../../../../worker/backends/webgpu/wgsl/philox.ts";
import { STRIP } from "../../../../worker/backends/webgpu/wgsl/strip.ts";
import { knownAnswers, real, seed, word } from "../../../shared/random/knownAnswers.ts";
import { Random } from "../../../support/random.ts";
import { computeWords, floats } from "./computeWords.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

onSoftwareDevice.describe("the random stream in WGSL", () => {
  let opened: SoftwareDevice;
  before(async () => {
    opened = await openSoftwareDevice();
  });
  after(async () => opened.close());

  it("has the known blocks of Philox", async () => {
    const answers = knownAnswers("philox").map((fields) => fields.map(word));
    const found = await computeWords(opened.device, {
      functions: doubleSingle(SOFTWARE_ARITHMETIC) + PHILOX,
      body: /* wgsl */ `
        let counter = vec4<u32>(input[first], input[first + 1u], input[first + 2u], input[first + 3u]);
        let block = philox4x32(counter, vec2<u32>(input[first + 4u], input[first + 5u]));
        for (var i = 0u; i < 4u; i++) { output[at + i] = block[i]; }`,
      input: answers.map((fields) => fields.slice(0, 6)),
      outputWords: 4,
    });
    for (const [i, fields] of answers.entries()) {
      assert.deepEqual([...(found[i] as Uint32Array)], fields.slice(6));
    }
  });

  it("has the known words of strips", async () => {
    const answers = knownAnswers("words");
    const found = await computeWords(opened.device, {
      functions: doubleSingle(SOFTWARE_ARITHMETIC) + PHILOX + STRIP,
      body: /* wgsl */ `
        let slot = vec4<u32>(input[first], input[first + 1u], input[first + 2u], 0u);
        enterStrip(slot, input[first + 3u], input[first + 4u]);
        for (var i = 0u; i < 4u; i++) { output[at + i] = nextWord(); }
        for (var i = 4u; i < 1000u; i++) { _ = nextWord(); }
        output[at + 4u] = nextWord();`,
      input: answers.map(([key, layer, replica, strip]) => [
        ...keyOfSeed(seed(key)),
        real(replica),
        real(layer),
        real(strip),
      ]),
      outputWords: 5,
    });
    for (const [i, fields] of answers.entries()) {
      assert.deepEqual([...(found[i] as Uint32Array)], fields.slice(4).map(word));
    }
  });

  const normals = async (pairs: readonly (readonly number[])[]) =>
    computeWords(opened.device, {
      functions: doubleSingle(SOFTWARE_ARITHMETIC) + NORMAL_32,
      body: /* wgsl */ `
        let found = bitcast<vec2<u32>>(normals32(input[first], input[first + 1u]));
        output[at] = found.x;
        output[at + 1u] = found.y;`,
      input: pairs,
      outputWords: 2,
    });

  it("has the known normals, to the bit", async () => {
    const answers = knownAnswers("normals32");
    const found = await normals(answers.map((fields) => fields.slice(0, 2).map(word)));
    for (const [i, fields] of answers.entries()) {
      assert.deepEqual([...floats(found[i] as Uint32Array)], fields.slice(2).map(real));
    }
  });

  it("has the normals of TypeScript, to the bit", async () => {
    const random = new Random(1);
    const nextWord = () => random.integer(2 ** 32);
    const pairs = Array.from({ length: 200_000 }, () => [nextWord(), nextWord()]);
    // Words whose normals are extreme: u next to 0, ½ and 1, and angles next to 0 and π/4.
    for (let i = 0; i < 1000; i++) {
      for (const near of [0, 2 ** 31, 2 ** 32 - 500]) {
        pairs.push([(near + i) % 2 ** 32, nextWord()], [nextWord(), (near + i) % 2 ** 32]);
      }
    }
    const found = await normals(pairs);
    const expected = new Float64Array(2);
    let different = 0;
    for (const [i, [word0, word1]] of pairs.entries()) {
      storeNormals(expected, 0, word0 as number, word1 as number);
      const [first, second] = floats(found[i] as Uint32Array);
      if (first !== expected[0] || second !== expected[1]) different++;
    }
    assert.equal(different, 0);
  });

  it("reads the words of the stream", async () => {
    const stream = new Stream(77n);
    const [words] = await computeWords(opened.device, {
      functions: doubleSingle(SOFTWARE_ARITHMETIC) + PHILOX + STRIP,
      body: /* wgsl */ `
        enterStrip(vec4<u32>(input[0], input[1], 9u, 0u), 4u, 6u);
        for (var i = 0u; i < 300u; i++) { output[i] = nextWord(); }`,
      input: [[...keyOfSeed(77n)]],
      outputWords: 300,
    });
    const nextWord = stream.words(9, 4, 6);
    assert.deepEqual([...(words as Uint32Array)], Array.from({ length: 300 }, nextWord));
  });
});
