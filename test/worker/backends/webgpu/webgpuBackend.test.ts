import assert from "node:assert/strict";
import { isIsotropic } from "../../../../shared/network/weights.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { scaled } from "../../../support/tiers/scale.ts";
import { deviationsOf } from "../agreement.ts";
import { assertExactGrowths, EXACT_DEPTH } from "../exactGrowths.ts";
import { assertExtinctionLaw, assertLastingSlopes, assertSameExtinctions } from "../extinctions.ts";
import { assertGainShifts, assertNumbers, assertOrthogonalGrowNot } from "../extremeGrowths.ts";
import { assertKnownGrowths } from "../knownGrowths.ts";
import {
  assertOtherReplicas,
  assertSameBitsAtAnyDepths,
  assertSameBitsInAnyTask,
} from "../sameBits.ts";
import { growths, KINDS, LASTING_KINDS } from "../tasks.ts";
import { onSoftwareDevice, withSoftwareDriver } from "./softwareDevice.ts";

const SLOPES = [0, 0.01, 0.3, 1, -1, 10];

/** Kernels with 48 bits differ from those with 53 by this times the root of the depth at most. */
const LIMIT = 1e-8;

// One backend, and widths up to 16 where that will do: compiling a kernel takes seconds here.
onSoftwareDevice.describe("the backend webgpu", () => {
  let webgpu: Backend;
  let simd: Backend;
  before(async () => {
    simd = await loadBackend("simd");
    webgpu = await withSoftwareDriver(() => loadBackend("webgpu", { allowSoftware: true }));
  });
  after(() => webgpu.close?.());

  it("names kernels, card and driver in its generator, after that of simd", () => {
    const { generator, device, slotCount } = webgpu;
    assert.ok(generator.startsWith(`${simd.generator} webgpu/1 SwiftShader`), generator);
    assert.ok(generator.length <= 100);
    assert.equal(device?.isSoftware, true);
    assert.equal(slotCount, 2);
  });

  for (const kind of KINDS) {
    const { weights, sampling } = kind;
    it(`finds the known growths: ${weights}, ${sampling}`, async () => {
      await assertKnownGrowths(webgpu, kind, 1e-9);
    });

    it(`agrees with simd replica by replica: ${weights}, ${sampling}`, async () => {
      const options = { ...kind, firstReplica: 5, replicaCount: 5, depths: [1, 10, 20] };
      const networks = SLOPES.flatMap((negativeSlope) =>
        [1, 2, 3, 7, 8, 16].map((width) => ({ width, negativeSlope })),
      );
      const found = await Promise.all(
        networks.map((network) => deviationsOf(simd, webgpu, { ...options, ...network })),
      );
      for (const [i, deviations] of found.entries()) {
        const worst = Math.max(...deviations);
        assert.ok(worst < LIMIT, `${JSON.stringify(networks[i])}: ${worst}`);
      }
    });
  }

  for (const { weights, sampling } of KINDS) {
    if (!isIsotropic(weights)) continue;
    it(`agrees with simd in depth: ${weights}, ${sampling}`, async () => {
      const options = { weights, sampling, width: 3, depths: [1000, 10_000], replicaCount: 4 };
      const found = await Promise.all(
        SLOPES.map((negativeSlope) => deviationsOf(simd, webgpu, { ...options, negativeSlope })),
      );
      const worst = found.map((deviations) => Math.max(...deviations));
      assert.ok(Math.max(...worst) < LIMIT, worst.join(" "));
    });
  }

  // 28 thresholds at 4 standard errors: one choice of seeds in 500.
  for (const kind of KINDS) {
    const { weights, sampling } = kind;
    if (!isIsotropic(weights)) continue;
    it(`has exact means and variances: ${weights}, ${sampling}`, async () => {
      const operations = (width: number) => (sampling === "dense" ? width * width : 10);
      await assertExactGrowths(webgpu, { weights, sampling }, (width) =>
        Math.min(2000, Math.floor(400_000 / (EXACT_DEPTH * operations(width)))),
      );
    });
  }

  // 28 thresholds at 4 standard errors: one choice of seeds in 500.
  it("lets replicas die out as often as they must, and when they do with simd", async () => {
    for (const kind of LASTING_KINDS) {
      await assertExtinctionLaw(webgpu, kind, 1000);
      await assertSameExtinctions(simd, webgpu, kind);
    }
  });

  it("finds numbers for every slope and gain", async () => {
    for (const kind of LASTING_KINDS) {
      await assertNumbers(simd, webgpu, kind);
      await assertLastingSlopes(webgpu, kind);
      await assertGainShifts(webgpu, kind);
    }
  });

  it("keeps norms through orthogonal linear networks", async () => {
    await assertOrthogonalGrowNot(webgpu, "dense", [100, 2000]);
    await assertOrthogonalGrowNot(webgpu, "isotropic", [1000, 10_000]);
  });

  it("computes the same bits of a replica in any task, and to any depths", async () => {
    await assertSameBitsInAnyTask(webgpu, { kinds: KINDS, runs: scaled(30) });
    for (const kind of KINDS) {
      await assertSameBitsAtAnyDepths(webgpu, kind);
      await assertOtherReplicas(webgpu, kind);
    }
  });

  it("computes the same bits when many tasks are on their way", async () => {
    const tasks = KINDS.flatMap((kind) =>
      [3, 8].map((width) => ({ ...kind, width, depths: [5, 20], replicaCount: 11 })),
    );
    const together = await Promise.all(tasks.map((task) => growths(webgpu, task)));
    for (const [i, task] of tasks.entries()) {
      assert.deepEqual(await growths(webgpu, task), together[i]);
    }
  });
});
