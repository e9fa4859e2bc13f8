import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { FRAMEWORKS, snippet } from "../../../client/sdk/snippets/snippet.ts";
import { rectangularExponents } from "../../../shared/theory/rectangular.ts";

type CriticalGain = (fanIn: number, fanOut: number, negativeSlope?: number) => number;

const REQUEST = {
  command: "lyapunov init",
  negativeSlope: 0.01,
  fanIn: 16,
  fanOut: 16,
  criticalGain: 1.528987,
  standardError: 1.4e-4,
};

/** The function of a snippet for TensorFlow.js that computes the gain, without the framework. */
async function gainOf(folder: string, weights: "gaussian" | "orthogonal" | "uniform") {
  const code = snippet("tfjs", { ...REQUEST, weights }).replace(/^import .*$/m, "");
  const file = join(folder, `${weights}.mjs`);
  await writeFile(file, `${code}\nexport { criticalGain };\n`);
  const loaded = (await import(pathToFileURL(file).href)) as {
    readonly criticalGain: CriticalGain;
  };
  return loaded.criticalGain;
}

describe("snippets", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-"));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  for (const weights of ["gaussian", "orthogonal"] as const) {
    it(`hold the closed form of ${weights} weights, to nine digits`, async () => {
      const gain = await gainOf(folder, weights);
      for (const [fanIn, fanOut] of [
        [1, 1],
        [2, 2],
        [16, 16],
        [4, 64],
        [64, 4],
        [3, 1],
        [1024, 1024],
      ] as const) {
        for (const negativeSlope of [0, 1e-6, 0.01, -0.3, 1, 20]) {
          const layer = { fanIn, fanOut, weights, negativeSlope, gain: 1 };
          const { criticalGain } = rectangularExponents(layer);
          const error = Math.abs(gain(fanIn, fanOut, negativeSlope) / criticalGain - 1);
          assert.ok(error < 1e-9, `${fanIn} → ${fanOut}, ${negativeSlope}: ${error}`);
        }
      }
    });
  }

  it("refuse uniform layers of another width than the run's", async () => {
    const gain = await gainOf(folder, "uniform");
    assert.equal(gain(16, 16), REQUEST.criticalGain);
    assert.throws(() => gain(16, 8), /for layers of 16 × 16 units, not 16 × 8/);
  });

  it("say of ReLU that networks die out, and that the gain is the survivors'", () => {
    for (const framework of FRAMEWORKS) {
      for (const weights of ["gaussian", "uniform"] as const) {
        const code = snippet(framework, { ...REQUEST, weights, negativeSlope: 0 });
        assert.match(code, /^(?:#|\/\/) ReLU networks die out at every gain/m);
        assert.match(code, framework === "tfjs" ? /SLOPE = 0;/ : /SLOPE = 0\.0$/m);
      }
    }
  });
});
