import assert from "node:assert/strict";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { knownAnswers, real, seed } from "../../../shared/random/knownAnswers.ts";
import { slopesOf } from "../agreement.ts";
import { growths } from "../tasks.ts";
import { assertSame, assertSameBits, extinctions, seenOnDevice } from "./comparison.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

const KIND = { weights: "orthogonal", sampling: "dense" } as const;

/**
 * Errors of a direction are heavy-tailed, as dense.test.ts says: 10⁻¹⁴ at first, and beyond 10⁻¹⁰ now
 * and then.
 */
const limit = (_growth: number, depth: number) => 1e-8 * Math.sqrt(depth);

const relativeLimit = (growth: number) => 1e-9 * Math.max(1, Math.abs(growth));

onSoftwareDevice.describe("the orthogonal kernel", () => {
  let opened: SoftwareDevice;
  let simd: Backend;
  let reference: Backend;
  before(async () => {
    opened = await openSoftwareDevice();
    simd = await loadBackend("simd");
    reference = await loadBackend("reference");
  });
  after(async () => opened.close());

  for (const width of [1, 2, 3, 7, 8, 16]) {
    it(`agrees replica by replica with simd: width ${width}`, async () => {
      for (const negativeSlope of slopesOf("orthogonal")) {
        const options = { ...KIND, width, negativeSlope, depths: [1, 10, 100], firstReplica: 5 };
        await assertSame(opened.device, simd, { ...options, replicaCount: 7 }, limit);
      }
    });
  }

  for (const width of [17, 32, 33, 63, 64, 65, 128, 129, 256]) {
    it(`agrees replica by replica with simd: width ${width}`, async () => {
      for (const negativeSlope of width > 65 ? [0.01] : [0, 0.01, -1, 10]) {
        const depths = width > 65 ? [1, 2] : [1, 5];
        const options = { ...KIND, width, negativeSlope, depths, replicaCount: 3 };
        await assertSame(opened.device, simd, options, limit);
      }
    });
  }

  it("agrees where a layer is drawn in chunks", async () => {
    await assertSame(
      opened.device,
      simd,
      { ...KIND, width: 530, depths: [1, 2], replicaCount: 2 },
      limit,
    );
  });

  it("agrees to a depth of 10,000", async () => {
    for (const width of [2, 3, 5]) {
      const options = { ...KIND, width, negativeSlope: 0.3, depths: [10_000], replicaCount: 4 };
      await assertSame(opened.device, simd, options, limit);
    }
  });

  it("dies out at the same layers as in reference", async () => {
    for (const width of [1, 2, 3, 5]) {
      const options = { ...KIND, width, negativeSlope: 0, depths: [1, 2, 4, 8, 60] };
      const all = { ...options, replicaCount: 50 };
      const expected = extinctions(await growths(reference, all));
      const seen = await seenOnDevice(opened.device, all);
      assert.deepEqual(extinctions(seen.map((ofDepth) => ofDepth.growths)), expected);
    }
  });

  it("finds numbers for every slope and gain, as simd does", async () => {
    for (const width of [1, 2, 5]) {
      for (const negativeSlope of [1e300, -1e300, 1e38, 1e-38, 1e-300, -1e-300, 5e-324, 1, 0.5]) {
        const gain = negativeSlope > 1 ? 1e-300 : 1e300;
        const options = { ...KIND, width, negativeSlope, gain, depths: [50], replicaCount: 6 };
        await assertSame(opened.device, simd, options, relativeLimit);
      }
    }
  });

  it("finds the known growths", async () => {
    for (const answer of knownAnswers("growth")) {
      const [weights, , sampling, width, slope, depth, key, replica, expected] = answer;
      if (weights !== "orthogonal" || sampling !== "dense") continue;
      const [seen] = await seenOnDevice(opened.device, {
        ...KIND,
        width: real(width),
        negativeSlope: real(slope),
        depths: [real(depth)],
        firstReplica: real(replica),
        replicaCount: 1,
        seed: seed(key),
      });
      assert.ok(Math.abs((seen?.growths[0] as number) - real(expected)) < 1e-11, answer.join(" "));
    }
  });

  it("loses no norm of linear networks, however deep", async () => {
    for (const negativeSlope of [1, -1]) {
      const options = { ...KIND, width: 9, negativeSlope, depths: [1000], replicaCount: 4 };
      const [seen] = await seenOnDevice(opened.device, options);
      assert.ok(seen?.growths.every((s) => Math.abs(s) < 1e-10));
    }
  });

  for (const width of [5, 40, 530]) {
    it(`gives a replica the same bits in any batch and any dispatches: width ${width}`, async () => {
      const replicaCount = width < 40 ? 70 : width < 500 ? 20 : 4;
      const depths = width < 500 ? [2, 5] : [2];
      await assertSameBits(opened.device, {
        ...KIND,
        width,
        depths,
        firstReplica: 100,
        replicaCount,
      });
    });
  }
});
