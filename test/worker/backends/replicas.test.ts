import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { growths, KINDS, loadBackends } from "./tasks.ts";

describe("a replica", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  for (const name of PROCESSOR_BACKENDS) {
    it(`is the same bits in whatever task it is propagated: ${name}`, async () => {
      const task = fc.record({
        kind: fc.constantFrom(...KINDS),
        width: fc.constantFrom(1, 2, 5, 16),
        negativeSlope: fc.constantFrom(0, 0.2, -3),
        // Cuts of the 64 replicas: pieces of any length from any replica.
        cuts: fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(task, async ({ kind, width, negativeSlope, cuts }) => {
          const options = { ...kind, width, negativeSlope, depths: [1, 4, 9] };
          const whole = await growths(backends[name], {
            ...options,
            firstReplica: 1000,
            replicaCount: 64,
          });
          const ends = [0, ...cuts, 64].toSorted((a, b) => a - b);
          const pieces: Float64Array[][] = [];
          for (const [i, end] of ends.slice(1).entries()) {
            const begin = ends[i] as number;
            if (begin === end) continue;
            const piece = { firstReplica: 1000 + begin, replicaCount: end - begin };
            pieces.push(await growths(backends[name], { ...options, ...piece }));
          }
          for (const [i, expected] of whole.entries()) {
            const actual = pieces.flatMap((piece) => [...(piece[i] as Float64Array)]);
            assert.deepEqual(actual, [...expected]);
          }
        }),
        { numRuns: 40, seed: 7 },
      );
    });

    it(`is the same bits whatever depths are looked at: ${name}`, async () => {
      for (const kind of KINDS) {
        const options = { ...kind, width: 3, replicaCount: 5 };
        const every = await growths(backends[name], { ...options, depths: [1, 2, 3, 4, 5, 6] });
        const few = await growths(backends[name], { ...options, depths: [2, 6] });
        assert.deepEqual(few, [every[1], every[5]]);
      }
    });

    it(`is another one with another seed or number: ${name}`, async () => {
      for (const kind of KINDS) {
        const options = { ...kind, width: 9, depths: [3], replicaCount: 40 };
        const samples: number[] = [];
        for (const seed of [1n, 2n, 1n << 32n, (1n << 64n) - 1n]) {
          const [growth] = await growths(backends[name], { ...options, seed });
          samples.push(...(growth as Float64Array));
        }
        assert.equal(new Set(samples).size, samples.length);
      }
    });
  }

  it("is the same bits when a kernel is used for other tasks in between", async () => {
    for (const kind of KINDS) {
      const options = { ...kind, width: 6, depths: [5], replicaCount: 9 };
      const first = await growths(backends.simd, options);
      await growths(backends.simd, { ...options, width: 40, negativeSlope: -7, seed: 9n });
      for (const other of KINDS) {
        await growths(backends.simd, { ...options, ...other, width: 3 });
      }
      assert.deepEqual(await growths(backends.simd, options), first);
    }
  });
});
