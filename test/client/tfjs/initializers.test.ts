import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import {
  layers,
  matMul,
  models,
  randomNormal,
  sequential,
  tidy,
  type Tensor2D,
} from "@tensorflow/tfjs";

import { layerGain } from "../../../client/tfjs/gain.ts";
import {
  lyapunovNormal,
  lyapunovOrthogonal,
  lyapunovUniform,
  type Initializer,
} from "../../../client/tfjs/index.ts";
import { GROWTH_CASES, MOST_ERRORS, NEGATIVE_SLOPE } from "../../support/growthCases.ts";
import { slow } from "../../support/tiers/tiers.ts";
import { meanGrowth } from "./growth.ts";

const MAKERS = {
  gaussian: lyapunovNormal,
  orthogonal: lyapunovOrthogonal,
  uniform: lyapunovUniform,
} as const;

/** Draws one kernel as numbers. */
function kernelOf(initializer: Initializer, shape: readonly number[]): Float32Array {
  return tidy(() => initializer.apply([...shape]).dataSync() as Float32Array);
}

describe("initializers for TensorFlow.js", () => {
  for (const { law, sizes } of GROWTH_CASES) {
    // The widest layers take seconds.
    const declared = law === "uniform" ? slow("build 10,000 wide layers in TensorFlow.js") : { it };
    declared.it(`keep the mean log-norm of 10,000 networks of ${law} weights`, () => {
      const initializer = MAKERS[law]({ negativeSlope: NEGATIVE_SLOPE, seed: 1 });
      const { mean, standardError } = meanGrowth(sizes, NEGATIVE_SLOPE, (fanIn, fanOut) =>
        kernelOf(initializer, [fanIn, fanOut]),
      );
      assert.ok(Math.abs(mean) <= MOST_ERRORS * standardError, `${mean} ± ${standardError}`);
    });
  }

  it("draw anew for every kernel, and the same again from the same seed", () => {
    for (const make of Object.values(MAKERS)) {
      const options = { negativeSlope: 0.1, seed: 7 };
      const initializer = make(options);
      const [first, second] = [kernelOf(initializer, [4, 4]), kernelOf(initializer, [4, 4])];
      assert.notDeepEqual(first, second);
      assert.deepEqual(kernelOf(make(options), [4, 4]), first);
      const unseeded = [1, 2].map(() => kernelOf(make({ negativeSlope: 0.1 }), [4, 4]));
      assert.notDeepEqual(unseeded[0], unseeded[1]);
    }
  });

  it("make orthonormal rows or columns, whichever are fewer", () => {
    const initializer = lyapunovOrthogonal({ negativeSlope: 0.1, seed: 1 });
    for (const [fanIn, fanOut] of [
      [6, 4],
      [4, 6],
    ] as const) {
      const kernel = initializer.apply([fanIn, fanOut]) as Tensor2D;
      const products = matMul(kernel, kernel, fanIn > fanOut, fanIn <= fanOut).dataSync();
      const layer = { fanIn, fanOut, weights: "orthogonal", negativeSlope: 0.1 } as const;
      const square = layerGain(layer) ** 2;
      for (const [index, product] of products.entries()) {
        assert.ok(Math.abs(product - (index % 5 === 0 ? square : 0)) < 1e-5);
      }
    }
  });

  it("serve the layers of a model, saved and loaded", async () => {
    const kernelInitializer = lyapunovNormal({ negativeSlope: 0.1, seed: 3 });
    const model = sequential({
      layers: [
        layers.dense({ inputShape: [4], units: 4, kernelInitializer }),
        layers.leakyReLU({ alpha: 0.1 }),
        layers.dense({ units: 3, kernelInitializer: lyapunovOrthogonal({ negativeSlope: 0.1 }) }),
      ],
    });
    const modelTopology = model.toJSON(undefined, false) as object;
    const loaded = await models.modelFromJSON({ modelTopology } as never);
    const [kernel, again] = [model, loaded].map((each) => each.getWeights()[0]?.dataSync());
    assert.deepEqual(again, kernel);
    const output = model.predict(randomNormal([2, 4])) as Tensor2D;
    assert.deepEqual(output.shape, [2, 3]);
  });

  it("refuse what they cannot serve, in a sentence", () => {
    for (const make of Object.values(MAKERS)) {
      assert.throws(() => make({ negativeSlope: NaN }), /^RangeError: negativeSlope: NaN .*; give/);
      assert.throws(() => make({ negativeSlope: 1, seed: -1 }), /^RangeError: seed: -1 .*; give/);
      const initializer = make({ negativeSlope: 0.1 });
      assert.throws(() => initializer.apply([3, 3, 4, 4]), /shape \[3, 3, 4, 4\] .*; give/);
      assert.throws(() => initializer.apply([4, 4], "int32"), /int32 .*; give/);
    }
    const uniform = lyapunovUniform({ negativeSlope: 0.1 });
    assert.throws(() => uniform.apply([3, 4]), /only in square layers, not in one from 3 to 4/);
  });

  it("are exported apart, so that the package loads no TensorFlow by itself", () => {
    const program = `
      import { createRequire } from "node:module";
      const loaded = () =>
        Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes("tfjs-"));
      await import("lyapunov-cluster");
      const before = loaded().length;
      const names = Object.keys(await import("lyapunov-cluster/tfjs"));
      console.log(JSON.stringify({ before, after: loaded().length > 0, names }));`;
    const node = ["--input-type=module", "--eval", program];
    const printed = execFileSync(process.execPath, node, { encoding: "utf8", stdio: "pipe" });
    const names = ["lyapunovNormal", "lyapunovOrthogonal", "lyapunovUniform"];
    assert.deepEqual(JSON.parse(printed.trim().split("\n").at(-1) ?? ""), {
      before: 0,
      after: true,
      names,
    });
  });
});
