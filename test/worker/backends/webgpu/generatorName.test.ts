import assert from "node:assert/strict";
import { generatorName } from "../../../../worker/backends/webgpu/generatorName.ts";

const SIMD = "philox4x32-10/sfc32/2 fused";

describe("generatorName", () => {
  it("names kernels, card and driver after the generator of simd", () => {
    assert.equal(
      generatorName(SIMD, "NVIDIA H200", "NVIDIA: 570.86.15 570.86.15.0"),
      `${SIMD} webgpu/1 NVIDIA H200, NVIDIA: 570.86.15 570.86.15.0`,
    );
  });

  it("is no longer than 100 characters, and still another for another driver", () => {
    const card = "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition";
    const names = ["570.86.15", "570.86.16"].map((version) =>
      generatorName(SIMD, card, `NVIDIA: ${version} ${version}.0`),
    );
    assert.equal(new Set(names).size, 2);
    for (const name of names) {
      assert.ok(name.length <= 100, name);
      assert.ok(name.startsWith(`${SIMD} webgpu/1 NVIDIA RTX PRO 6000`), name);
    }
  });

  it("has no control characters, and still tells such names apart", () => {
    const names = ["card", "card\n", "card\u0007", "cárd"].map((card) =>
      generatorName(SIMD, card, "driver 1"),
    );
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[\x20-\x7e]+$/);
  });
});
