import assert from "node:assert/strict";
import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { assertExtinctionLaw, assertLastingSlopes, assertSameExtinctions } from "./extinctions.ts";
import { assertGainShifts, assertNumbers, assertOrthogonalGrowNot } from "./extremeGrowths.ts";
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
        await assertExtinctionLaw(backends[name], { weights, sampling });
      });
    }
  }

  it("happens to the same replicas at the same depths in all backends", async () => {
    for (const kind of LASTING_KINDS) {
      await assertSameExtinctions(backends.reference, backends.simd, kind);
    }
  });

  it("does not come from slopes that a float cannot hold", async () => {
    for (const name of PROCESSOR_BACKENDS) {
      for (const kind of LASTING_KINDS) await assertLastingSlopes(backends[name], kind);
    }
  });
});

describe("growths", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  it("are numbers for every slope and gain, alike in all backends", async () => {
    for (const kind of LASTING_KINDS) {
      await assertNumbers(backends.reference, backends.simd, kind);
    }
  });

  it("shift only by the logarithm of the gain", async () => {
    for (const name of PROCESSOR_BACKENDS) {
      for (const kind of LASTING_KINDS) await assertGainShifts(backends[name], kind);
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
    await assertOrthogonalGrowNot(backends.simd, "dense", [1000, 20_000]);
    await assertOrthogonalGrowNot(backends.simd, "isotropic", [1000, 20_000]);
  });
});
