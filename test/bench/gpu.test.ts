import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { onSoftwareDevice, SOFTWARE_DRIVER } from "../worker/backends/webgpu/softwareDevice.ts";

interface Report {
  readonly device: { readonly isSoftware: boolean };
  readonly instructionsPerSecond: number;
  readonly cases: readonly {
    readonly weights: string;
    readonly sampling: string;
    readonly rates: Readonly<Record<string, { readonly median: number }>>;
    readonly shareOfLimit: number;
    readonly largestDeviation: number;
    readonly exponents: Readonly<Record<string, number>>;
  }[];
}

onSoftwareDevice.describe("bench/gpu.ts", () => {
  it("measures a card from end to end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-bench-"));
    const flags = ["--widths", "8", "--weights", "gaussian,rademacher", "--depth", "50"];
    const quick = ["--rounds", "1", "--seconds", "0.05", "--allow-software"];
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["bench/gpu.ts", ...flags, ...quick, "--results", folder],
        { env: { ...process.env, VK_ICD_FILENAMES: SOFTWARE_DRIVER } },
      );
      assert.equal(stdout, await readFile(join(folder, "gpu.json"), "utf8"));
      const { device, instructionsPerSecond, cases } = JSON.parse(stdout) as Report;
      assert.equal(device.isSoftware, true);
      assert.ok(instructionsPerSecond > 0);
      assert.deepEqual(
        cases.map(({ weights, sampling }) => `${weights} ${sampling}`),
        ["gaussian dense", "rademacher dense", "gaussian isotropic", "gaussian isotropic"],
      );
      for (const { rates, shareOfLimit, largestDeviation, exponents } of cases) {
        assert.ok((rates["webgpu"]?.median ?? 0) > 0 && (rates["simd"]?.median ?? 0) > 0);
        assert.ok(shareOfLimit > 0);
        assert.ok(largestDeviation < 1e-4, `${largestDeviation}`);
        assert.ok(Object.values(exponents).every(Number.isFinite));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
