import { loadBackends, KINDS } from "../worker/backends/tasks.ts";
import { assertAgreement, deviationsOf, slopesOf } from "../worker/backends/agreement.ts";

/** Minutes of the reference backend: the widths that test/worker/backends has no time for. */
describe("backends agree replica by replica, 10,000 layers deep", () => {
  for (const { weights, sampling } of KINDS) {
    if (sampling === "isotropic") continue;
    for (const width of [63, 64, 65, 256]) {
      it(`${weights}, width ${width}`, async function () {
        this.timeout(0);
        const backends = await loadBackends();
        // A quarter of an hour for all slopes at 256 is too much even here.
        const slopes = width === 256 ? [0.01] : slopesOf(weights);
        const depths = [10_000];
        for (const negativeSlope of slopes) {
          const options = { weights, sampling, width, negativeSlope, depths, replicaCount: 1 };
          assertAgreement(await deviationsOf(backends.reference, backends.simd, options));
        }
      });
    }
  }
});
