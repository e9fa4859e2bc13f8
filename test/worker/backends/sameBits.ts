import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, type Kind } from "./tasks.ts";

/** Checks that cutting a task into pieces changes no bit of any replica. */
export async function assertSameBitsInAnyTask(
  backend: Backend,
  { kinds, runs }: { readonly kinds: readonly Kind[]; readonly runs: number },
): Promise<void> {
  const task = fc.record({
    kind: fc.constantFrom(...kinds),
    width: fc.constantFrom(1, 2, 5, 16),
    negativeSlope: fc.constantFrom(0, 0.2, -3),
    // Cuts of the 64 replicas: pieces of any length from any replica.
    cuts: fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(task, async ({ kind, width, negativeSlope, cuts }) => {
      const options = { ...kind, width, negativeSlope, depths: [1, 4, 9] };
      const whole = await growths(backend, { ...options, firstReplica: 1000, replicaCount: 64 });
      const ends = [0, ...cuts, 64].toSorted((a, b) => a - b);
      const pieces: Float64Array[][] = [];
      for (const [i, end] of ends.slice(1).entries()) {
        const begin = ends[i] as number;
        if (begin === end) continue;
        const piece = { firstReplica: 1000 + begin, replicaCount: end - begin };
        pieces.push(await growths(backend, { ...options, ...piece }));
      }
      for (const [i, expected] of whole.entries()) {
        const actual = pieces.flatMap((piece) => [...(piece[i] as Float64Array)]);
        assert.deepEqual(actual, [...expected]);
      }
    }),
    { numRuns: runs, seed: 7 },
  );
}

/** Checks that looking at more depths changes no bit. */
export async function assertSameBitsAtAnyDepths(backend: Backend, kind: Kind): Promise<void> {
  const options = { ...kind, width: 3, replicaCount: 5 };
  const every = await growths(backend, { ...options, depths: [1, 2, 3, 4, 5, 6] });
  const few = await growths(backend, { ...options, depths: [2, 6] });
  assert.deepEqual(few, [every[1], every[5]]);
}

/** Checks that another seed or number makes another replica. */
export async function assertOtherReplicas(backend: Backend, kind: Kind): Promise<void> {
  const options = { ...kind, width: 9, depths: [3], replicaCount: 40 };
  const samples: number[] = [];
  for (const seed of [1n, 2n, 1n << 32n, (1n << 64n) - 1n]) {
    const [growth] = await growths(backend, { ...options, seed });
    samples.push(...(growth as Float64Array));
  }
  assert.equal(new Set(samples).size, samples.length);
}
