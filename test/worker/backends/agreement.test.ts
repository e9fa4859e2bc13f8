import assert from "node:assert/strict";
import { BACKENDS, type BackendName } from "../../../shared/network/backends.ts";
import type { Sampling, WeightLaw } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { knownAnswers, real, seed } from "../../shared/random/knownAnswers.ts";
import { growths, KINDS, loadBackends, type TaskOptions } from "./tasks.ts";

const SLOPES = [0, 0.01, 0.3, 1, -1, 10, 1e-30, -1e30];

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
      for (const [weights, sampling, width, slope, depth, key, replica, expected] of knownAnswers(
        "growth",
      )) {
        const [found] = growths(backends[name], {
          weights: weights as WeightLaw,
          sampling: sampling as Sampling,
          width: real(width),
          negativeSlope: real(slope),
          depths: [real(depth)],
          firstReplica: real(replica),
          replicaCount: 1,
          seed: seed(key),
        });
        const tolerance = name === "simd" && sampling === "dense" ? 2e-6 : 1e-13;
        const error = Math.abs((found?.[0] as number) - real(expected));
        assert.ok(error < tolerance, `${weights} ${sampling} ${width}: ${error}`);
      }
    });
  }

  for (const { weights, sampling } of KINDS) {
    it(`agree replica by replica: ${weights}, ${sampling}`, () => {
      const all = SLOPES.flatMap((negativeSlope) =>
        [1, 2, 3, 7, 8, 16, 63, 64, 65].flatMap((width) =>
          deviations({
            weights,
            sampling,
            width,
            negativeSlope,
            depths: width > 16 ? [1, 10] : [1, 10, 100],
            firstReplica: 5,
            replicaCount: width > 16 ? 3 : 7,
          }),
        ),
      );
      assertAgreement(all, sampling);
    });

    it(`agree replica by replica in depth: ${weights}, ${sampling}`, () => {
      const all = SLOPES.flatMap((negativeSlope) =>
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
      assertAgreement(all, sampling);
    });
  }

  it("agree where a layer takes several calls into WebAssembly", () => {
    for (const weights of ["gaussian", "orthogonal"] as const) {
      const options = { weights, sampling: "dense", width: 530, depths: [1, 2] } as const;
      assertAgreement(deviations({ ...options, replicaCount: 2 }), "dense");
    }
  });
});

/**
 * Isotropic growths agree to rounding. Dense ones are in float32: a replica of `simd` is a replica
 * of `reference` with weights changed by 1e-7, and most differ by as little. But a layer that
 * shrinks x much turns its error into a large one of the direction, and the chance of an error
 * beyond t falls but as 1/t (for linear networks exactly so: the error grows by the ratio of a
 * χ_{width−1} and a χ_width, whose mean is 1). Measured, P(|ΔS| > t) ≈ 1e-8 · depth/t: beyond
 * 10⁻⁴ √depth, one replica in 10⁴/√depth.
 */
function assertAgreement(deviations: readonly number[], sampling: Sampling): void {
  const sorted = deviations.toSorted((a, b) => a - b);
  const quantile = (p: number) => sorted[Math.ceil(p * (sorted.length - 1))] as number;
  if (sampling === "isotropic") {
    assert.ok(quantile(1) < 1e-10, `${quantile(1)}`);
  } else {
    assert.ok(quantile(0.5) < 2e-6, `median ${quantile(0.5)}`);
    assert.ok(quantile(0.95) < 1e-4, `95 % ${quantile(0.95)}`);
    assert.ok(quantile(1) < 1e-2, `worst ${quantile(1)}`);
  }
}
