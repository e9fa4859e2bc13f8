import assert from "node:assert/strict";

import { deviceTable } from "../../../../client/cli/presentation/deviceTable.ts";
import { widthOf } from "../../../../client/cli/presentation/wrap.ts";

const CPU = {
  name: "cpu",
  backend: "simd",
  description: "AMD EPYC",
  isSoftware: false,
  slotCount: 2,
  weightsPerSecond: 8e8,
} as const;
const SWIFTSHADER = {
  ...CPU,
  name: "gpu0",
  backend: "webgpu",
  description: "SwiftShader Device (Subzero)",
  driver: "SwiftShader driver 5.0.0",
  isSoftware: true,
} as const;
const REASON =
  "@tensorflow/tfjs-node-gpu is not set up; run 'npm run setup:tensorflow' in the package's folder";
const MISSING = { backend: "tensorflow", isSoftware: false, problem: REASON } as const;

describe("the table of devices", () => {
  it("has no row for what cannot be had, and says below the table why", () => {
    const lines = deviceTable([CPU, SWIFTSHADER, MISSING], Infinity).split("\n");
    assert.deepEqual(lines.slice(-2), [
      "software, taken only with --backend and --allow-software: gpu0 by webgpu",
      `tensorflow cannot be had: ${REASON}`,
    ]);
    // A frame, a head and a row for each: reasons make it no wider.
    assert.equal(lines.length, 3 + 2 + 1 + 2);
    assert.ok(Math.max(...lines.slice(0, -2).map(widthOf)) < 120);
  });

  it("fits the terminal", () => {
    for (const limit of [40, 80, 100]) {
      const text = deviceTable([CPU, SWIFTSHADER, MISSING], limit);
      for (const line of text.split("\n")) assert.ok(widthOf(line) <= limit, line);
      assert.ok(text.replaceAll("\n", " ").includes(REASON));
    }
  });

  it("says why a device that was found cannot compute", () => {
    const { weightsPerSecond: _, ...broken } = { ...SWIFTSHADER, problem: "it computes wrongly" };
    assert.match(deviceTable([broken], 80), /\ngpu0 by webgpu cannot be had: it computes wrongly$/);
    assert.equal(deviceTable([MISSING], Infinity), `tensorflow cannot be had: ${REASON}`);
  });
});
