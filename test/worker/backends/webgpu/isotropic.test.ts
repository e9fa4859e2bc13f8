import assert from "node:assert/strict";
import { ISOTROPIC_LAWS } from "../../../../shared/network/weights.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { knownAnswers, real, seed } from "../../../shared/random/knownAnswers.ts";
import { slopesOf } from "../agreement.ts";
import { growths } from "../tasks.ts";
import { assertSame, assertSameBits, extinctions, seenOnDevice } from "./comparison.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

const WIDTHS = [1, 2, 3, 7, 8, 16, 63, 64, 65, 256, 4096, 1_000_000];

/**
 * Nothing amplifies an error of a norm, and norms have 45 bits: growths differ by some 10⁻¹⁵ a layer,
 * and by what float64 loses of a large one.
 */
const limit = (growth: number, depth: number) =>
  1e-12 * Math.sqrt(depth) + 4 * Number.EPSILON * Math.abs(growth);

onSoftwareDevice.describe("the isotropic kernel", () => {
  let opened: SoftwareDevice;
  let simd: Backend;
  let reference: Backend;
  before(async () => {
    opened = await openSoftwareDevice();
    simd = await loadBackend("simd");
    reference = await loadBackend("reference");
  });
  after(async () => opened.close());

  for (const weights of ISOTROPIC_LAWS) {
    const kind = { weights, sampling: "isotropic" } as const;

    it(`agrees replica by replica with simd: ${weights}`, async () => {
      for (const width of WIDTHS) {
        // A table for the widest takes long.
        const slopes = width > 4096 ? [0, 0.3, 10] : slopesOf(weights);
        for (const negativeSlope of slopes) {
          const depths = [1, 10, 300];
          const options = { ...kind, width, negativeSlope, depths, firstReplica: 5 };
          await assertSame(opened.device, simd, { ...options, replicaCount: 15 }, limit);
        }
      }
    });

    it(`agrees in depth: ${weights}`, async () => {
      for (const width of [1, 2, 3, 8, 64, 1_000_000]) {
        const options = { ...kind, width, negativeSlope: 0.3, depths: [1000, 10_000] };
        await assertSame(opened.device, simd, { ...options, replicaCount: 4 }, limit);
      }
      const deepest = { ...kind, width: 5, negativeSlope: -1, depths: [100_000] };
      await assertSame(opened.device, simd, { ...deepest, replicaCount: 4 }, limit);
    });

    it(`dies out at the same layers as in reference: ${weights}`, async () => {
      for (const width of [1, 2, 3, 5]) {
        const options = { ...kind, width, negativeSlope: 0, depths: [1, 2, 4, 8, 60] };
        const all = { ...options, replicaCount: 100 };
        const expected = extinctions(await growths(reference, all));
        const seen = await seenOnDevice(opened.device, all);
        assert.deepEqual(extinctions(seen.map((ofDepth) => ofDepth.growths)), expected);
      }
    });

    it(`finds numbers for every slope and gain, as simd does: ${weights}`, async () => {
      for (const width of [1, 2, 5]) {
        for (const negativeSlope of [1e300, -1e300, 1e38, 1e-38, 1e-300, -1e-300, 5e-324, 1, 0.5]) {
          const gain = negativeSlope > 1 ? 1e-300 : 1e300;
          const options = { ...kind, width, negativeSlope, gain, depths: [50], replicaCount: 6 };
          await assertSame(opened.device, simd, options, limit);
        }
      }
    });

    it(`gives a replica the same bits in any batch and any dispatches: ${weights}`, async () => {
      for (const width of [3, 1000]) {
        const options = { ...kind, width, depths: [2, 5], firstReplica: 100, replicaCount: 70 };
        await assertSameBits(opened.device, options);
      }
    });
  }

  it("finds the known growths", async () => {
    for (const answer of knownAnswers("growth")) {
      const [weights, , sampling, width, slope, depth, key, replica, expected] = answer;
      if (sampling !== "isotropic") continue;
      const [seen] = await seenOnDevice(opened.device, {
        weights: weights === "gaussian" ? "gaussian" : "orthogonal",
        sampling,
        width: real(width),
        negativeSlope: real(slope),
        depths: [real(depth)],
        firstReplica: real(replica),
        replicaCount: 1,
        seed: seed(key),
      });
      assert.ok(Math.abs((seen?.growths[0] as number) - real(expected)) < 2e-13, answer.join(" "));
    }
  });

  it("loses no norm of orthogonal linear networks, however deep", async () => {
    for (const negativeSlope of [1, -1]) {
      const options = { weights: "orthogonal", sampling: "isotropic", negativeSlope } as const;
      const task = { ...options, width: 9, depths: [5000], replicaCount: 4 };
      const [seen] = await seenOnDevice(opened.device, task);
      assert.ok(seen?.growths.every((s) => Math.abs(s) < 1e-10));
    }
  });
});
