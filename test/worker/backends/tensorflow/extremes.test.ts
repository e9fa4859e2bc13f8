import assert from "node:assert/strict";

import type { Backend } from "../../../../worker/backends/backend.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { growths, LASTING_KINDS } from "../tasks.ts";
import { loadedBackend } from "./loaded.ts";

const KINDS = LASTING_KINDS.filter(({ weights }) => weights !== "student_t");

needingTensorflow().describe("extremes by TensorFlow", () => {
  let backend: Backend;
  before(async () => {
    backend = await loadedBackend();
  });

  for (const kind of KINDS) {
    // Four thresholds at 4 standard errors in each of six tests: one choice of seeds in 600.
    it(`extinction comes with probability 1 − (1 − 2⁻²)ᴸ, and stays: ${kind.weights}, ${kind.sampling}`, async () => {
      const replicaCount = 4000;
      const depths = [1, 2, 5, 9];
      const options = { ...kind, width: 2, negativeSlope: 0, depths, replicaCount };
      const found = await growths(backend, options);
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

  it("extinction of all replicas ends the work, not the result", async () => {
    let layers = 0;
    const network = { width: 1, depth: 100_000, negativeSlope: 0, gain: 1 };
    const { values } = await backend.propagate(
      {
        network: { ...network, weights: "gaussian" },
        sampling: "dense",
        seed: 1n,
        depths: [99_999, 100_000],
        firstReplica: 0,
        replicaCount: 8,
      },
      () => layers++,
    );
    assert.deepEqual(values, new Float64Array(16).fill(-Infinity));
    assert.ok(layers < 1000, `${layers}`);
  });

  it("growths are numbers for every slope and gain, and of the right size", async () => {
    const slopes = [-1e300, 1e38, 1e-38, 5e-324, 1e-13, 1];
    for (const kind of KINDS) {
      for (const width of [1, 2]) {
        for (const negativeSlope of slopes) {
          for (const gain of [1e-300, 1, 1e300]) {
            const options = { ...kind, width, negativeSlope, gain, depths: [20], replicaCount: 8 };
            const [growth] = await growths(backend, options);
            const logSlope = Math.log(Math.abs(negativeSlope));
            for (const s of growth as Float64Array) {
              // Each layer adds log gain, up to once log |slope|, and a few more.
              const rest = s - 20 * Math.log(gain);
              const [low, high] = [
                Math.min(0, 20 * logSlope) - 120,
                Math.max(0, 20 * logSlope) + 60,
              ];
              assert.ok(rest > low && rest < high, `${width} ${negativeSlope} ${gain}: ${rest}`);
            }
          }
        }
      }
    }
  });

  it("slopes that float32 cannot hold count in every one-sided layer", async () => {
    for (const kind of KINDS) {
      const options = { ...kind, width: 2, depths: [30], replicaCount: 20 };
      for (const negativeSlope of [1e-300, -1e-40, 1e300]) {
        const [growth] = await growths(backend, { ...options, negativeSlope });
        const logSlope = Math.log(Math.abs(negativeSlope));
        const factors = (growth as Float64Array).map((s) => s / logSlope);
        assert.ok(
          factors.every((f) => f > 0 && f < 31),
          `${negativeSlope}`,
        );
      }
    }
  });

  it("the gain shifts growths by its logarithm, and by nothing else", async () => {
    for (const kind of KINDS) {
      const options = { ...kind, width: 3, depths: [7], replicaCount: 5 };
      const [unit] = await growths(backend, options);
      const [huge] = await growths(backend, { ...options, gain: 1e300 });
      for (const [i, growth] of (unit as Float64Array).entries()) {
        const shift = (huge?.[i] as number) - growth;
        assert.ok(Math.abs(shift - 7 * Math.log(1e300)) < 1e-10, `${shift}`);
      }
    }
  });

  it("orthogonal linear networks do not grow, but for float32's rounding", async () => {
    for (const negativeSlope of [1, -1]) {
      const options = { weights: "orthogonal", width: 9, negativeSlope, replicaCount: 16 } as const;
      const [growth] = await growths(backend, { ...options, sampling: "dense", depths: [500] });
      assert.ok(growth?.every((s) => Math.abs(s) < 1e-6 * Math.sqrt(500)));
    }
  });
});
