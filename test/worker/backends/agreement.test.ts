import assert from "node:assert/strict";
import { BACKENDS, type BackendName } from "../../../shared/network/backends.ts";
import type { Sampling, WeightLaw } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { knownAnswers, real, seed } from "../../shared/random/knownAnswers.ts";
import { growths, KINDS, loadBackends, type TaskOptions } from "./tasks.ts";

const SLOPES = [0, 0.01, 0.3, 1, -1, 10, 1e-30, -1e30];

/**
 * Where sparse entries keep units apart, one may shrink by the slope in layer after layer beside
 * another that does not, until it is below 10⁻³⁰⁸ of the norm and lost, in either backend.
 */
const SPARSE_SLOPES = SLOPES.filter(
  (slope) => slope === 0 || Math.abs(Math.log(Math.abs(slope))) < 5,
);

function slopesOf(weights: WeightLaw): readonly number[] {
  return weights === "sparse_gaussian" ? SPARSE_SLOPES : SLOPES;
}

describe("backends", () => {
  let backends: Record<BackendName, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  /** |difference| / √depth of the growths, replica by replica; 0 where both are extinct. */
  function deviations(options: TaskOptions): number[] {
    const [reference, simd] = [backends.reference, backends.simd].map((b) => growths(b, options));
    return options.depths.flatMap((depth, i) =>
      Array.from(reference?.[i] as Float64Array, (growth, replica) => {
        const other = simd?.[i]?.[replica] as number;
        return growth === other ? 0 : Math.abs(growth - other) / Math.sqrt(depth);
      }),
    );
  }

  for (const name of BACKENDS) {
    it(`find the known growths: ${name}`, () => {
      for (const [
        weights,
        parameter,
        sampling,
        width,
        slope,
        depth,
        key,
        replica,
        expected,
      ] of knownAnswers("growth")) {
        const [found] = growths(backends[name], {
          weights: weights as WeightLaw,
          ...(parameter !== "-" && { parameter: real(parameter) }),
          sampling: sampling as Sampling,
          width: real(width),
          negativeSlope: real(slope),
          depths: [real(depth)],
          firstReplica: real(replica),
          replicaCount: 1,
          seed: seed(key),
        });
        const error = Math.abs((found?.[0] as number) - real(expected));
        assert.ok(error < 2e-13, `${weights} ${sampling} ${width}: ${error}`);
      }
    });
  }

  for (const { weights, sampling } of KINDS) {
    it(`agree replica by replica: ${weights}, ${sampling}`, () => {
      const all = slopesOf(weights).flatMap((negativeSlope) =>
        [1, 2, 3, 7, 8, 16, 63, 64, 65, 256].flatMap((width) =>
          deviations({
            weights,
            sampling,
            width,
            negativeSlope,
            depths: width > 64 ? [1, 3] : width > 16 ? [1, 10] : [1, 10, 100],
            firstReplica: 5,
            replicaCount: width > 64 ? 1 : width > 16 ? 3 : 7,
          }),
        ),
      );
      assertAgreement(all);
    });

    it(`agree replica by replica in depth: ${weights}, ${sampling}`, () => {
      const all = slopesOf(weights).flatMap((negativeSlope) =>
        [1, 2, 5].flatMap((width) =>
          deviations({
            weights,
            sampling,
            width,
            negativeSlope,
            depths: [3000, 10_000],
            replicaCount: 5,
          }),
        ),
      );
      assertAgreement(all);
    });
  }

  it("agree where a layer takes several calls into WebAssembly", () => {
    for (const weights of ["gaussian", "orthogonal"] as const) {
      const options = { weights, sampling: "dense", width: 530, depths: [1, 2] } as const;
      assertAgreement(deviations({ ...options, replicaCount: 2 }));
    }
  });
});

/**
 * Both backends follow the same recipe from words to weights and propagate in float64, so they differ
 * by rounding alone. The error of a direction grows by factors whose mean is 1 (for linear networks
 * exactly so: the ratio of a χ_{width−1} and a χ_width), so the chance of an error beyond t falls
 * but as 1/t: 10⁻¹² is passed now and then, and the limit leaves room for a thousand times that.
 */
function assertAgreement(deviations: readonly number[]): void {
  const worst = Math.max(...deviations);
  assert.ok(worst < 1e-9, `worst ${worst}`);
}
