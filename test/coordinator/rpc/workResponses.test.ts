import assert from "node:assert/strict";

import * as fc from "fast-check";

import type { GrantedLease } from "../../../coordinator/scheduler/events.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { writeWorkAnswer } from "../../../coordinator/rpc/workResponses.ts";
import { FleetService } from "../../../shared/wire/protocol.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const SHARDS = 100;
const PLANS = [1n, 2n ** 64n - 1n].map(
  (seed) =>
    new ShardPlan(
      specificationWith({ seed, stoppingRule: { replicaCount: SHARDS * SHARD_SIZE - 5 } }),
    ),
);

describe("answers to a worker", () => {
  it("say for a lease what was granted", () => {
    const leases = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        run: fc.constantFrom("runs/a", "runs/λ"),
        shardIndex: fc.nat(SHARDS - 1),
        attempt: fc.integer({ min: 1, max: 9 }),
        deviceIndex: fc.nat(3),
        plan: fc.constantFrom(...PLANS),
      }),
    );
    fc.assert(
      fc.property(leases, (asked) => {
        const granted = asked.map(({ plan, ...lease }): GrantedLease => {
          return { ...lease, task: plan.task(lease.shardIndex) };
        });
        const bytes = writeWorkAnswer({ leases: granted });
        const { grant } = FleetService.service.Work.responseDeserialize(bytes);
        const read = grant?.leases.map(({ leaseId, task, ...lease }) => {
          assert(task);
          return { id: Number(leaseId), ...lease, task };
        });
        const expected = granted.map(({ task, ...lease }) => ({
          ...lease,
          task: receivedTask(task),
        }));
        assert.deepEqual(read, expected);
      }),
      { seed: 1 },
    );
  });

  it("are unchanged for every other kind of answer", () => {
    const bytes = writeWorkAnswer({ acknowledgement: { leaseIds: [2 ** 40, 7] } });
    const { acknowledgement } = FleetService.service.Work.responseDeserialize(bytes);
    assert.deepEqual(acknowledgement?.leaseIds, [String(2 ** 40), "7"]);
  });
});
