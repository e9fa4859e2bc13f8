import assert from "node:assert/strict";
import { type EntryLaw, entryLaw } from "../../../../shared/random/entries.ts";
import { cosine, normal } from "../../../../shared/random/normal.ts";
import { Stream } from "../../../../shared/random/stream.ts";
import { doubleSingle } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";
import { functions } from "../../../../worker/backends/webgpu/wgsl/functions.ts";
import { studentTEntry } from "../../../../worker/backends/webgpu/wgsl/studentT.ts";
import { truncatedNormalEntry } from "../../../../worker/backends/webgpu/wgsl/truncatedNormal.ts";
import { lawInput } from "../../../support/laws.ts";
import { knownAnswers, real, relativeError, word } from "../../../shared/random/knownAnswers.ts";
import { computeWords, floats } from "./computeWords.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

const COUNT = 20_000;

/** Words at their ends: uniforms next to 0 and 1, the smallest and the largest angles. */
const EXTREMES = [0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xbfffffff, 0xc0000000, 0xffffffff];

/** The first entry that words make. */
function entryOf(law: EntryLaw, words: readonly number[]): number {
  const row = new Float64Array(1);
  let at = 0;
  law.draw(row, () => words[at++ % words.length] as number);
  return row[0] as number;
}

onSoftwareDevice.describe("functions of double-singles", () => {
  let opened: SoftwareDevice;
  before(async () => {
    opened = await openSoftwareDevice();
  });
  after(async () => opened.close());

  const nextWord = new Stream(2n).words(0, 1);
  const triples = [
    ...EXTREMES.flatMap((w0) => EXTREMES.flatMap((w1) => EXTREMES.map((w2) => [w0, w1, w2]))),
    ...Array.from({ length: COUNT }, () => [nextWord(), nextWord(), nextWord()]),
  ] as [number, number, number][];

  /** What an expression of the words w0, w1, w2 is for each triple. */
  const valuesOf = async (code: string, expression: string, input = triples) => {
    const found = await computeWords(opened.device, {
      functions: [doubleSingle(SOFTWARE_ARITHMETIC), functions(), code].join(""),
      body: /* wgsl */ `
        let w0 = input[first];
        let w1 = input[first + 1u];
        let w2 = input[first + 2u];
        let result = ${expression};
        output[at] = bitcast<u32>(result.x);
        output[at + 1u] = bitcast<u32>(result.y);`,
      input,
      outputWords: 2,
    });
    return found.map((words) => floats(words).reduce((sum, part) => sum + part, 0));
  };

  const assertNear = async (
    expression: string,
    bits: number,
    exact: (w0: number, w1: number, w2: number) => number,
    code = "",
  ) => {
    for (const [i, value] of (await valuesOf(code, expression)).entries()) {
      const words = triples[i] as [number, number, number];
      const error = relativeError(value, exact(...words));
      assert.ok(error < 2 ** -bits, `${expression} of ${words.join(" ")}: ${error}`);
    }
  };

  it("take logarithms, also next to 1", async () => {
    const size = "scaleByPowerOfTwo(addSingle(fromWord(w0), 1.0), powerOfTwo(i32(w1 % 120u) - 90))";
    await assertNear(`logarithm(${size})`, 44, (w0, w1) =>
      Math.log((w0 + 1) * 2 ** ((w1 % 120) - 90)),
    );
    await assertNear("logOfNearOne(scaleByPowerOfTwo(fromInteger(w0 | 1u), 0x1p-33))", 43, (w0) =>
      Math.log1p((w0 | 1) * 2 ** -33),
    );
  });

  it("take a coordinate on the circle, exact in relative terms", async () => {
    await assertNear("circleCoordinate(w0, w1)", 44, (w0, w1) => cosine(w0, w1));
  });

  it("make the normals of words, and the known ones", async () => {
    await assertNear("normal(w0, w1)", 43, (w0, w1) => normal(w0, w1));
    const answers = knownAnswers("normals");
    const input = answers.map(([w0, w1]) => [word(w0), word(w1), 0] as [number, number, number]);
    const found = await valuesOf("", "normal(w0, w1)", input);
    for (const [i, [, , first]] of answers.entries()) {
      assert.ok(relativeError(found[i] as number, real(first)) < 2 ** -44);
    }
  });

  const network = { width: 1, depth: 1, gain: 1, negativeSlope: 0 };

  it("make the truncated normals of words", async () => {
    const law = entryLaw({ ...network, ...lawInput("truncated_normal") });
    const code = truncatedNormalEntry();
    await assertNear("truncatedNormal(w0)", 44, (w0) => entryOf(law, [w0]), code);
  });

  // Where u^{−2/ν} is large its logarithm's error counts as often: in tails 43 bits are left.
  for (const degreesOfFreedom of [2.0000001, 3, 30, 1e10, 1e60]) {
    it(`make the Student's t of words, ν = ${degreesOfFreedom}`, async () => {
      const law = entryLaw({ ...network, weights: "student_t", degreesOfFreedom });
      const exact = (...words: number[]) => entryOf(law, words);
      await assertNear("studentT(w0, w1, w2)", 42, exact, studentTEntry(degreesOfFreedom));
    });
  }
});
