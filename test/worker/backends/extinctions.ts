import assert from "node:assert/strict";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, type Kind } from "./tasks.ts";

/** Compares how many replicas of width 2 are extinct with the law, at 4 standard errors. */
export async function assertExtinctionLaw(
  backend: Backend,
  kind: Kind,
  replicaCount = 4000,
): Promise<void> {
  const depths = [1, 2, 5, 9];
  const found = await growths(backend, {
    ...kind,
    width: 2,
    negativeSlope: 0,
    depths,
    replicaCount,
  });
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
}

/** Checks that the same replicas die out at the same depths. */
export async function assertSameExtinctions(
  reference: Backend,
  backend: Backend,
  kind: Kind,
): Promise<void> {
  for (const width of [1, 2, 3, 5]) {
    const options = { ...kind, width, negativeSlope: 0, depths: [1, 2, 4, 8, 60] };
    const extinctions = async (of: Backend) =>
      (await growths(of, { ...options, replicaCount: 30 })).map((growth) =>
        Array.from(growth, (s) => s === -Infinity),
      );
    assert.deepEqual(await extinctions(backend), await extinctions(reference));
  }
}

/** Checks that slopes that no float32 can hold, or no float64 squared, let nothing die out. */
export async function assertLastingSlopes(backend: Backend, kind: Kind): Promise<void> {
  for (const negativeSlope of [1e-300, -1e-40, 1e300]) {
    const options = { ...kind, width: 2, negativeSlope, depths: [30], replicaCount: 20 };
    const [growth] = await growths(backend, options);
    // Among 30 layers of width 2, 7.5 are one-sided on average.
    const logSlope = Math.log(Math.abs(negativeSlope));
    const factors = growth?.map((s) => s / logSlope) as Float64Array;
    assert.ok(
      factors.every((f) => f > 0 && f < 31),
      `${kind.weights} ${negativeSlope}`,
    );
  }
}
