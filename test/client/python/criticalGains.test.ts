import assert from "node:assert/strict";

import { layerGain, type DenseLayer } from "../../../client/tfjs/gain.ts";
import { needingPython } from "../../support/tiers/tiers.ts";
import { scriptJson } from "./support.ts";

const WIDTHS = [1, 2, 3, 5, 8, 16, 33, 64, 100, 256, 1000, 1e6];
const SLOPES = [0, 1e-6, 0.004, 0.01, -0.2, 0.37, 1, -1, 3, 1000];
/** Layers that are not square, from wide to narrow and back. */
const SHAPES = [
  [1, 2],
  [2, 1],
  [3, 7],
  [1000, 16],
  [16, 1000],
] as const;

/** Gains of square layers in the theory's table of reference values, to seven digits. */
const REFERENCE = [
  { width: 2, negativeSlope: 0.01, gaussian: 5.938751, orthogonal: 4.449942 },
  { width: 4, negativeSlope: 0.2, gaussian: 1.922327, orthogonal: 1.679263 },
  { width: 8, negativeSlope: 0.01, gaussian: 1.752163, orthogonal: 1.64175 },
  { width: 16, negativeSlope: 0.01, gaussian: 1.544552, orthogonal: 1.496059 },
  { width: 64, negativeSlope: 0.01, gaussian: 1.442781, orthogonal: 1.431495 },
  { width: 256, negativeSlope: 0.2, gaussian: 1.392963, orthogonal: 1.390242 },
] as const;

function* layers(): Generator<DenseLayer> {
  for (const negativeSlope of SLOPES) {
    for (const weights of ["gaussian", "orthogonal", "uniform"] as const) {
      for (const width of WIDTHS) yield { fanIn: width, fanOut: width, weights, negativeSlope };
      if (weights === "uniform") continue;
      for (const [fanIn, fanOut] of SHAPES) yield { fanIn, fanOut, weights, negativeSlope };
    }
  }
}

describe("critical gains of initializers", () => {
  it("are those of the reference values in TensorFlow.js", () => {
    for (const { width, negativeSlope, ...gains } of REFERENCE) {
      for (const weights of ["gaussian", "orthogonal"] as const) {
        const gain = layerGain({ fanIn: width, fanOut: width, weights, negativeSlope });
        assert.ok(Math.abs(gain - gains[weights]) < 1e-6, `${weights} ${width}: ${gain}`);
      }
    }
  });

  it("are refused for uniform weights where the layer is not square", () => {
    const layer = { fanIn: 3, fanOut: 4, weights: "uniform", negativeSlope: 0.1 } as const;
    assert.throws(() => layerGain(layer), /only in square layers, not in one from 3 to 4 units/);
  });

  needingPython("numpy").it(
    "are the same in Python and in TypeScript, of every law, slope and shape",
    async () => {
      const cases = [...layers()];
      const found = (await scriptJson("gains.py", JSON.stringify(cases))) as number[];
      assert.equal(found.length, cases.length);
      // The two integrate different functions: any error of either would show.
      for (const [index, layer] of cases.entries()) {
        const gain = layerGain(layer);
        const difference = Math.abs((found[index] ?? NaN) / gain - 1);
        assert.ok(difference < 1e-11, `${JSON.stringify(layer)}: ${found[index]}, not ${gain}`);
      }
    },
  );
});
