import assert from "node:assert/strict";
import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import {
  assertOtherReplicas,
  assertSameBitsAtAnyDepths,
  assertSameBitsInAnyTask,
} from "./sameBits.ts";
import { growths, KINDS, loadBackends } from "./tasks.ts";

describe("a replica", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  for (const name of PROCESSOR_BACKENDS) {
    it(`is the same bits in whatever task it is propagated: ${name}`, async () => {
      await assertSameBitsInAnyTask(backends[name], { kinds: KINDS, runs: 40 });
    });

    it(`is the same bits whatever depths are looked at: ${name}`, async () => {
      for (const kind of KINDS) await assertSameBitsAtAnyDepths(backends[name], kind);
    });

    it(`is another one with another seed or number: ${name}`, async () => {
      for (const kind of KINDS) await assertOtherReplicas(backends[name], kind);
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
