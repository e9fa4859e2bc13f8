import assert from "node:assert/strict";

import type { GrantedLease, SchedulerEvent } from "../../../coordinator/scheduler/events.ts";
import {
  DEFAULT_SCHEDULER_OPTIONS,
  type SchedulerOptions,
} from "../../../coordinator/scheduler/options.ts";
import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import { LeaseBook } from "../../../worker/agent/leaseBook.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { digestOf, syntheticPartial } from "../../support/syntheticPartials.ts";

/** A message takes so long, each way. */
const LATENCY = 0.05;
const HEARTBEAT = 2;
const RUN = "r";

/**
 * Has a scheduler share a run of many shards out to workers for some seconds, in simulated time, and
 * returns the share of each worker's slots that was busy after a while.
 */
function utilizations(
  kinds: readonly { readonly slotCount: number; readonly shardSeconds: number }[],
  { from, to }: { readonly from: number; readonly to: number },
  options: Partial<SchedulerOptions> = {},
): number[] {
  const scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, ...options });
  const due: { readonly at: number; readonly act: () => void }[] = [];
  let now = 0;
  const later = (seconds: number, act: () => void) => {
    due.push({ at: now + seconds, act });
  };
  const workers = kinds.map((kind) => ({
    ...kind,
    book: new LeaseBook<{ id: string; deviceIndex: number; lease: GrantedLease }, true>([
      kind.slotCount,
    ]),
    busySeconds: 0,
  }));
  const tell = (event: SchedulerEvent) => {
    for (const command of scheduler.handle(event, now)) {
      if (command.kind === "record") {
        const { shardIndex } = command.shard;
        later(0.01, () => {
          tell({ kind: "shard_recorded", run: RUN, shardIndex });
        });
      }
      if (!("worker" in command)) continue;
      const worker = workers[Number(command.worker)];
      if (worker === undefined) continue;
      if (command.kind === "grant") {
        later(LATENCY, () => {
          for (const lease of command.leases) {
            worker.book.grant({ id: String(lease.id), deviceIndex: 0, lease });
          }
          start(command.worker);
        });
      }
      if (command.kind === "acknowledge" || command.kind === "revoke") {
        later(LATENCY, () => {
          worker.book.drop(command.leases.map(String));
        });
      }
    }
  };
  const start = (id: string) => {
    const worker = workers[Number(id)];
    for (const held of worker?.book.start() ?? []) {
      const { shardSeconds, book } = worker as (typeof workers)[number];
      const within = Math.min(now + shardSeconds, to) - Math.max(now, from);
      (worker as (typeof workers)[number]).busySeconds += Math.max(0, within);
      later(shardSeconds, () => {
        book.finish(held, true);
        start(id);
        const { lease } = held;
        const partial = syntheticPartial(lease.task, "g");
        later(LATENCY, () => {
          tell({
            kind: "shard_result",
            worker: id,
            lease: lease.id,
            run: RUN,
            shardIndex: lease.shardIndex,
            partial,
            digest: digestOf(partial),
            computeSeconds: shardSeconds,
          });
        });
      });
    }
  };
  const specification = specificationWith({
    stoppingRule: { replicaCount: 100_000 * SHARD_SIZE },
  });
  tell({ kind: "run_submitted", run: RUN, specification, recorded: [] });
  for (const [id, { slotCount, book }] of workers.entries()) {
    const worker = String(id);
    const devices = [{ backends: [{ name: "simd", generator: "g" } as const], slotCount }];
    tell({ kind: "worker_joined", worker, devices, heldLeases: [] });
    const beat = () => {
      tell({ kind: "heartbeat", worker, heldLeases: book.heldIds.map(Number) });
      later(HEARTBEAT, beat);
    };
    later(HEARTBEAT, beat);
  }
  const tick = () => {
    tell({ kind: "tick" });
    later(0.5, tick);
  };
  tick();
  while (now < to) {
    const next = due.reduce((first, each) => (each.at < first.at ? each : first));
    due.splice(due.indexOf(next), 1);
    now = next.at;
    next.act();
  }
  return workers.map(({ busySeconds, slotCount }) => busySeconds / (slotCount * (to - from)));
}

describe("a device a hundred times as fast as a core", () => {
  it("is kept busy, beside slow ones, though its shards take no longer than two messages", () => {
    const card = { slotCount: 64, shardSeconds: 0.1 };
    const cores = Array.from({ length: 4 }, () => ({ slotCount: 2, shardSeconds: 3 }));
    const time = { from: 2, to: 7 };
    for (const [i, busy] of utilizations([card, ...cores], time).entries()) {
      assert.ok(busy > 0.98, `worker ${i} is busy for ${busy} of its time`);
    }
    const [withoutWorkAhead = 1] = utilizations([card], time, { leasesPerSlot: 1 });
    assert.ok(withoutWorkAhead < 0.7);
  });
});
