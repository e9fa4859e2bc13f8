import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { scaled } from "../../support/tiers/scale.ts";
import { slow } from "../../support/tiers/tiers.ts";
import { assertAgreement, deviationsOf, slopesOf } from "./agreement.ts";
import { assertKnownGrowths } from "./knownGrowths.ts";
import { KINDS, loadBackends, type TaskOptions } from "./tasks.ts";

/** Depths of the comparison, which are smaller below scale 1. */
const DEPTHS = [3000, 10_000].map((depth) => Math.min(depth, scaled(depth)));

describe("backends", () => {
  const deep = slow("propagate all laws a second time, deeper");
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  const deviations = (options: TaskOptions) =>
    deviationsOf(backends.reference, backends.simd, options);

  for (const name of PROCESSOR_BACKENDS) {
    it(`find the known growths: ${name}`, async () => {
      for (const kind of KINDS) await assertKnownGrowths(backends[name], kind, 2e-13);
    });
  }

  for (const { weights, sampling } of KINDS) {
    it(`agree replica by replica: ${weights}, ${sampling}`, async () => {
      for (const negativeSlope of slopesOf(weights)) {
        for (const width of [1, 2, 3, 7, 8, 16, 63, 64, 65, 256]) {
          const found = await deviations({
            weights,
            sampling,
            width,
            negativeSlope,
            depths: width > 64 ? [1, 3] : width > 16 ? [1, 10] : [1, 10, 100],
            firstReplica: 5,
            replicaCount: width > 64 ? 1 : width > 16 ? 3 : 7,
          });
          assertAgreement(found);
        }
      }
    });

    deep.it(`agree replica by replica in depth: ${weights}, ${sampling}`, async () => {
      for (const negativeSlope of slopesOf(weights)) {
        for (const width of [1, 2, 3, 5, 7, 8, 16]) {
          const found = await deviations({
            weights,
            sampling,
            width,
            negativeSlope,
            depths: DEPTHS,
            replicaCount: width > 5 ? 1 : 5,
          });
          assertAgreement(found);
        }
      }
    });
  }

  it("agree where a layer takes several calls into WebAssembly", async () => {
    for (const weights of ["gaussian", "orthogonal"] as const) {
      const options = { weights, sampling: "dense", width: 530, depths: [1, 2] } as const;
      assertAgreement(await deviations({ ...options, replicaCount: 2 }));
    }
  });
});
