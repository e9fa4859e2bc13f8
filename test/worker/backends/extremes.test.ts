import assert from "node:assert/strict";
import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, LASTING_KINDS, loadBackends } from "./tasks.ts";

describe("extinction", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  for (const name of PROCESSOR_BACKENDS) {
    for (const { weights, sampling } of LASTING_KINDS) {
      // Four thresholds at 4 standard errors in each of fourteen tests: one choice of seeds in 280.
      it(`comes with probability 1 − (1 − 2⁻²)ᴸ, and stays: ${name}, ${weights}, ${sampling}`, async () => {
        const replicaCount = 4000;
        const depths = [1, 2, 5, 9];
        const options = { weights, sampling, width: 2, negativeSlope: 0, depths, replicaCount };
        const found = await growths(backends[name], options);
        let wasExtinct: boolean[] = [];
        for (const [i, depth] of depths.entries()) {
          const growth = found[i] as Float64Array;
          assert.ok(growth.every((s) => s === -Infinity || Number.isFinite(s)));
          const extinct = Array.from(growth, (s) => s === -Infinity);
          assert.ok(
            wasExtinct.every((was, r) => !was || extinct[r]),
            `${depth}: one came back`,
          );
          wasExtinct = extinct;
          const probability = 1 - (1 - 2 ** -2) ** depth;
          const spread = Math.sqrt(replicaCount * probability * (1 - probability));
          const score = (extinct.filter(Boolean).length - replicaCount * probability) / spread;
          assert.ok(Math.abs(score) < 4, `depth ${depth}: ${score}`);
        }
      });
    }
  }

  it("happens to the same replicas at the same depths in all backends", async () => {
    for (const kind of LASTING_KINDS) {
      for (const width of [1, 2, 3, 5]) {
        const options = { ...kind, width, negativeSlope: 0, depths: [1, 2, 4, 8, 60] };
        const extinctions = async (backend: Backend) =>
          (await growths(backend, { ...options, replicaCount: 30 })).map((growth) =>
            Array.from(growth, (s) => s === -Infinity),
          );
        const expected = await extinctions(backends.reference);
        assert.deepEqual(await extinctions(backends.simd), expected);
      }
    }
  });

  it("does not come from slopes that a float cannot hold", async () => {
    for (const name of PROCESSOR_BACKENDS) {
      for (const kind of LASTING_KINDS) {
        for (const negativeSlope of [1e-300, -1e-40, 1e300]) {
          const options = { ...kind, width: 2, negativeSlope, depths: [30], replicaCount: 20 };
          const [growth] = await growths(backends[name], options);
          // Among 30 layers of width 2, 7.5 are one-sided on average.
          const logSlope = Math.log(Math.abs(negativeSlope));
          const factors = growth?.map((s) => s / logSlope) as Float64Array;
          assert.ok(
            factors.every((f) => f > 0 && f < 31),
            `${name} ${negativeSlope}`,
          );
        }
      }
    }
  });
});

describe("growths", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  it("are numbers for every slope and gain, alike in all backends", async () => {
    const slopes = [1e300, -1e300, 1e38, 1e-38, 1e-300, -1e-300, 5e-324, 1, 0.5];
    for (const kind of LASTING_KINDS) {
      for (const width of [1, 2, 5]) {
        for (const negativeSlope of slopes) {
          for (const gain of [1e-300, 1, 1e300]) {
            const options = { ...kind, width, negativeSlope, gain, depths: [50], replicaCount: 6 };
            const [expected] = await growths(backends.reference, options);
            const [found] = await growths(backends.simd, options);
            for (const [i, growth] of (expected as Float64Array).entries()) {
              assert.ok(Number.isFinite(growth));
              const difference = Math.abs(growth - (found?.[i] as number));
              assert.ok(
                difference < 1e-9 * Math.max(1, Math.abs(growth)),
                `${width} ${negativeSlope} ${gain}: ${difference}`,
              );
            }
          }
        }
      }
    }
  });

  it("shift only by the logarithm of the gain", async () => {
    for (const name of PROCESSOR_BACKENDS) {
      for (const kind of LASTING_KINDS) {
        const options = { ...kind, width: 3, depths: [7], replicaCount: 5 };
        const [unit] = await growths(backends[name], options);
        const [huge] = await growths(backends[name], { ...options, gain: 1e300 });
        for (const [i, growth] of (unit as Float64Array).entries()) {
          const shift = (huge?.[i] as number) - growth;
          assert.ok(Math.abs(shift - 7 * Math.log(1e300)) < 1e-10, `${shift}`);
        }
      }
    }
  });

  it("stay exact through a million layers", async () => {
    // At width 1 the increments are log|w|: mean −(γ + log 2)/2, variance π²/8. Eight replicas,
    // thresholds at 4 standard errors: one seed in 2000.
    const depth = 1_000_000;
    for (const sampling of ["dense", "isotropic"] as const) {
      const options = { weights: "gaussian", sampling, width: 1, negativeSlope: 1 } as const;
      const [growth] = await growths(backends.simd, {
        ...options,
        depths: [depth],
        replicaCount: 8,
      });
      const mean = (-(0.5772156649015329 + Math.LN2) / 2) * depth;
      for (const s of growth as Float64Array) {
        assert.ok(Math.abs(s - mean) < 4 * Math.sqrt((depth * Math.PI ** 2) / 8), `${s}`);
      }
    }
  });

  it("of orthogonal linear networks are nothing, however deep", async () => {
    for (const negativeSlope of [1, -1]) {
      const options = { weights: "orthogonal", width: 9, negativeSlope } as const;
      const common = { ...options, depths: [1000, 20_000], replicaCount: 4 };
      const dense = await growths(backends.simd, { ...common, sampling: "dense" });
      const isotropic = await growths(backends.simd, { ...common, sampling: "isotropic" });
      assert.ok(dense.every((growth) => growth.every((s) => Math.abs(s) < 1e-10)));
      assert.ok(isotropic.every((growth) => growth.every((s) => Math.abs(s) < 1e-10)));
    }
  });
});
