import assert from "node:assert/strict";
import type { Sampling } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, type Kind } from "./tasks.ts";

const SLOPES = [1e300, -1e300, 1e38, 1e-38, 1e-300, -1e-300, 5e-324, 1, 0.5];

/** Checks that growths are numbers for every slope and gain, and those of the reference. */
export async function assertNumbers(
  reference: Backend,
  backend: Backend,
  kind: Kind,
): Promise<void> {
  for (const width of [1, 2, 5]) {
    const networks = SLOPES.flatMap((negativeSlope) =>
      [1e-300, 1, 1e300].map((gain) => ({ negativeSlope, gain })),
    );
    const common = { ...kind, width, depths: [50], replicaCount: 6 };
    const growthsBy = (of: Backend) =>
      Promise.all(
        networks.map(async (network) => {
          const [growth] = await growths(of, { ...common, ...network });
          return growth as Float64Array;
        }),
      );
    const [expected, found] = [await growthsBy(reference), await growthsBy(backend)];
    for (const [n, network] of networks.entries()) {
      for (const [i, growth] of (expected[n] as Float64Array).entries()) {
        assert.ok(Number.isFinite(growth));
        const difference = Math.abs(growth - (found[n]?.[i] as number));
        assert.ok(
          difference < 1e-9 * Math.max(1, Math.abs(growth)),
          `${kind.weights} ${width} ${JSON.stringify(network)}: ${difference}`,
        );
      }
    }
  }
}

/** Checks that a gain shifts growths only by its logarithm a layer. */
export async function assertGainShifts(backend: Backend, kind: Kind): Promise<void> {
  const options = { ...kind, width: 3, depths: [7], replicaCount: 5 };
  const [unit] = await growths(backend, options);
  const [huge] = await growths(backend, { ...options, gain: 1e300 });
  for (const [i, growth] of (unit as Float64Array).entries()) {
    const shift = (huge?.[i] as number) - growth;
    assert.ok(Math.abs(shift - 7 * Math.log(1e300)) < 1e-10, `${shift}`);
  }
}

/** Checks that orthogonal linear networks keep every norm, however deep they are. */
export async function assertOrthogonalGrowNot(
  backend: Backend,
  sampling: Sampling,
  depths: readonly number[],
): Promise<void> {
  for (const negativeSlope of [1, -1]) {
    const found = await growths(backend, {
      weights: "orthogonal",
      sampling,
      width: 9,
      negativeSlope,
      depths,
      replicaCount: 4,
    });
    assert.ok(found.every((growth) => growth.every((s) => Math.abs(s) < 1e-10)));
  }
}
