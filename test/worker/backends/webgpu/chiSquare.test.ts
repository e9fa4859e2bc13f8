import assert from "node:assert/strict";
import { normal } from "../../../../shared/random/normal.ts";
import { Stream } from "../../../../shared/random/stream.ts";
import { CHI_SQUARE } from "../../../../worker/backends/webgpu/wgsl/chiSquare.ts";
import { doubleSingle } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";
import { functions } from "../../../../worker/backends/webgpu/wgsl/functions.ts";
import { PHILOX } from "../../../../worker/backends/webgpu/wgsl/philox.ts";
import { STATE } from "../../../../worker/backends/webgpu/wgsl/state.ts";
import { STRIP } from "../../../../worker/backends/webgpu/wgsl/strip.ts";
import { computeWords } from "./computeWords.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

/** An attempt at a chi-square, as shared/random/chiSquare.ts makes it. */
interface Attempt {
  readonly degrees: number;
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
}

/** How much ln u is below the bound, in float64; a root of 0 or less is refused. */
function excessOf({ degrees, word0, word1, word2 }: Attempt): number {
  const shape = degrees / 2 - 1 / 3;
  const x = normal(word0, word1);
  const root = 1 + x / Math.sqrt(9 * shape);
  if (root <= 0) return -Infinity;
  const v = root * root * root;
  return 0.5 * x * x + shape * (1 - v + Math.log(v)) - Math.log((word2 + 0.5) * 2 ** -32);
}

/** An attempt whose word is so many words off from the one that is closest to the bound. */
function nearBound(attempt: Attempt, off: number): Attempt {
  const u = Math.exp(excessOf({ ...attempt, word2: 0 }) + Math.log(0.5 * 2 ** -32));
  const word2 = Math.round(u * 2 ** 32 - 0.5) + off;
  return { ...attempt, word2: Math.max(0, Math.min(2 ** 32 - 1, word2)) };
}

onSoftwareDevice.describe("attempts at chi-squares", () => {
  let opened: SoftwareDevice;
  before(async () => {
    opened = await openSoftwareDevice();
  });
  after(async () => opened.close());

  /** What a device decides: quickly, with logarithms, and whether it doubts that. */
  const decisions = async (attempts: readonly Attempt[]) => {
    const input = attempts.map(({ degrees, word0, word1, word2 }) => {
      const steepness = 1 / Math.sqrt(9 * (degrees / 2 - 1 / 3));
      const parts = Float32Array.of(steepness, steepness - Math.fround(steepness));
      return [degrees, word0, word1, word2, ...new Uint32Array(parts.buffer)];
    });
    const found = await computeWords(opened.device, {
      functions: [
        doubleSingle(SOFTWARE_ARITHMETIC),
        functions(),
        PHILOX,
        STRIP,
        STATE,
        CHI_SQUARE,
      ].join(""),
      body: /* wgsl */ `
        let steepness = vec2<f32>(bitcast<f32>(input[first + 4u]), bitcast<f32>(input[first + 5u]));
        let x = normal(input[first + 1u], input[first + 2u]);
        let y = multiply(steepness, x);
        let root = addSingle(y, 1.0);
        let v = multiply(square(root), root);
        let word = input[first + 3u];
        doubt = false;
        output[at] = select(0u, 1u, isQuicklyAccepted(x.x * y.x, word));
        output[at + 1u] = select(0u, 1u, isAccepted(f32(input[first]), x, y, root, v, word));
        output[at + 2u] = select(0u, 1u, doubt);`,
      input,
      outputWords: 3,
    });
    return found.map(([quickly, accepted, doubted]) => ({
      quickly: quickly === 1,
      accepted: accepted === 1,
      doubted: doubted === 1,
    }));
  };

  const nextWord = new Stream(3n).words(0, 1);
  const attemptsAt = (degrees: number, count: number): Attempt[] =>
    Array.from({ length: count }, () => {
      const attempt = { degrees, word0: nextWord(), word1: nextWord(), word2: nextWord() };
      return Number.isFinite(excessOf(attempt)) ? attempt : { ...attempt, word0: 2 ** 31 };
    });
  const ALL_DEGREES = [2, 3, 4, 7, 16, 50, 300, 1000, 4096, 30_000, 1_000_000];

  it("are accepted as in float64, near the bound and far", async () => {
    const far = ALL_DEGREES.flatMap((degrees) => attemptsAt(degrees, 200));
    const attempts = [0, 1, -1, 30, -30, 5000, -5000, 1e6, -1e6]
      .flatMap((off) => far.map((attempt) => nearBound(attempt, off)))
      .concat(far);
    for (const [i, decision] of (await decisions(attempts)).entries()) {
      const attempt = attempts[i] as Attempt;
      const isRight = decision.accepted === excessOf(attempt) > 0;
      assert.ok(isRight || decision.doubted, JSON.stringify(attempt));
      if (decision.quickly) assert.ok(decision.accepted && !decision.doubted);
    }
  });

  it("are doubted where float64 might err, too, and hardly ever else", async () => {
    // x = 6.4 and 1000 degrees: the terms of the bound are 1000 times the distance of two words.
    const attempt = { degrees: 1000, word0: 4, word1: 0, word2: 0 };
    const near = [-2, -1, 0, 1, 2].map((off) => nearBound(attempt, off));
    const others = ALL_DEGREES.flatMap((degrees) => attemptsAt(degrees, 1000));
    for (const [i, { doubted }] of (await decisions([...near, ...others])).entries()) {
      assert.equal(doubted, i < near.length);
    }
  });
});
