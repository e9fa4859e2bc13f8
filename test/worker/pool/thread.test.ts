import assert from "node:assert/strict";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { propagationOf } from "../../../shared/shard/propagation.ts";
import type { ShardTask__Output } from "../../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import { COMPUTERS } from "../../../worker/pool/computers.ts";
import type { ShardComputer, ShardComputers } from "../../../worker/pool/shardComputer.ts";
import { threadTask } from "../../../worker/pool/thread.ts";
import { specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const SPECIFICATION = specificationWith({ stoppingRule: { replicaCount: 64 } });
const PLANNED = new ShardPlan(SPECIFICATION).task(0);
const TASK = receivedTask(PLANNED);
/** A kind without a name in the contract: it arrives as a number. */
const FOREIGN = { ...TASK, kind: 99 } as unknown as ShardTask__Output;
const ANSWER = {
  partial: syntheticPartial(PLANNED),
  propagated: propagationOf(SPECIFICATION.network, "coins", 3),
};

function given(task: ShardTask__Output) {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  return { task, progress, advances: () => Atomics.load(progress, 0) };
}

function computersWith(computer: ShardComputer): ShardComputers {
  return new Map([...COMPUTERS, [99, computer]]);
}

describe("threadTask", () => {
  it("propagates what is of no kind or of the kind propagation, to the same partial", async () => {
    const compute = threadTask(COMPUTERS);
    const unspecified = await compute(given({ ...TASK, kind: "RUN_KIND_UNSPECIFIED" }));
    const propagation = await compute(given({ ...TASK, kind: "RUN_KIND_PROPAGATION" }));
    const { network, backend } = SPECIFICATION;
    const { replicaCount } = PLANNED;
    assert.equal(unspecified.partial.replicaCount, replicaCount);
    assert.deepEqual(unspecified.propagated, propagationOf(network, backend, replicaCount));
    assert.deepEqual(unspecified.partial, propagation.partial);
  });

  it("gives a task to the computer of its kind, as it was received", async () => {
    const tasks: ShardTask__Output[] = [];
    const compute = threadTask(
      computersWith({
        compute: async (task, advanced) => {
          tasks.push(task);
          advanced();
          return ANSWER;
        },
      }),
    );
    const shard = given(FOREIGN);
    const { computeSeconds, ...answer } = await compute(shard);
    assert.deepEqual(answer, ANSWER);
    assert.ok(computeSeconds >= 0);
    assert.equal(tasks[0], FOREIGN);
    assert.equal(shard.advances(), 2, "once as it begins, and once by the computer");
  });

  it("fails a shard of a kind that it does not know, and says what to do", async () => {
    const shard = given(FOREIGN);
    await assert.rejects(
      threadTask(COMPUTERS)(shard),
      /^Error: this worker cannot compute shards of the kind 99; install the coordinator's version/,
    );
    assert.equal(shard.advances(), 1, "the failure is put down to the shard");
  });

  it("fails a shard that names a backend it does not know, and not the machine", async () => {
    const shard = given({ ...TASK, backend: 99 } as unknown as ShardTask__Output);
    await assert.rejects(threadTask(COMPUTERS)(shard), /unknown backend: 99/);
    assert.equal(shard.advances(), 1);
  });

  it("has not begun with a shard while its computer gets ready", async () => {
    const shard = given(FOREIGN);
    const compute = threadTask(
      computersWith({
        prepare: async () => {
          throw new Error("no driver");
        },
        compute: async () => ANSWER,
      }),
    );
    await assert.rejects(compute(shard), /no driver/);
    assert.equal(shard.advances(), 0);
  });
});
