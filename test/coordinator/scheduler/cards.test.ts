import assert from "node:assert/strict";

import type { RecordedShard } from "../../../coordinator/plan/recordedShard.ts";
import type { GrantedLease, SchedulerEvent } from "../../../coordinator/scheduler/events.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import { Timeline } from "../../support/simulation/timeline.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { digestOf, syntheticPartial } from "../../support/syntheticPartials.ts";

/** Time that a message takes from one machine to another. */
const LATENCY = 0.005;
const COMMIT = 0.02;
/** Shards that are read from the ledger at once. */
const PAGE = 1024;
/** Time by which every run here has long ended. */
const TOO_LONG = 1000;
const RUN = "runs/1";

interface Machine {
  readonly slotCount: number;
  readonly secondsPerShard: number;
}

/** What became of a run. */
interface Course {
  readonly seconds: number;
  /** Share of the first machine's time in which its slots were busy, until nothing was left to grant. */
  readonly busy: number;
}

/** Lets machines compute a run, in simulated time: the first is the card. */
function course(machines: readonly Machine[], shardCount: number): Course {
  const timeline = new Timeline();
  const scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, doubleCheckInterval: 0 });
  /** Leases that each machine has not begun, in order, and those in its slots. */
  const waiting = machines.map(() => new Map<number, GrantedLease>());
  const recorded = new Map<number, RecordedShard>();
  const running = machines.map(() => new Set<number>());
  const ends: number[] = [];
  let busySeconds = 0;
  let exhaustedAt: number | undefined;

  const start = (machine: number): void => {
    const { slotCount, secondsPerShard } = machines[machine] as Machine;
    const own = running[machine] as Set<number>;
    for (const [id, lease] of waiting[machine] ?? []) {
      if (own.size === slotCount) return;
      waiting[machine]?.delete(id);
      own.add(id);
      if (machine === 0 && exhaustedAt === undefined) busySeconds += secondsPerShard;
      timeline.after(secondsPerShard, () => {
        if (!own.delete(id)) return;
        start(machine);
        const partial = syntheticPartial(lease.task, "g");
        const { run, shardIndex } = lease;
        const result = { lease: id, run, shardIndex, partial, digest: digestOf(partial) };
        timeline.after(LATENCY, () => {
          const worker = String(machine);
          dispatch({ kind: "shard_result", worker, computeSeconds: secondsPerShard, ...result });
        });
      });
    }
  };

  const dispatch = (event: SchedulerEvent): void => {
    for (const command of scheduler.handle(event, timeline.now)) {
      if (command.kind === "grant") {
        if (command.leases.some(({ shardIndex }) => shardIndex === shardCount - 1)) {
          exhaustedAt ??= timeline.now;
        }
        timeline.after(LATENCY, () => {
          const machine = Number(command.worker);
          for (const lease of command.leases) waiting[machine]?.set(lease.id, lease);
          start(machine);
        });
      }
      if (command.kind === "revoke") {
        timeline.after(LATENCY, () => {
          const machine = Number(command.worker);
          for (const lease of command.leases) {
            waiting[machine]?.delete(lease);
            running[machine]?.delete(lease);
          }
          start(machine);
        });
      }
      if (command.kind === "load") {
        const { run, load, from } = command;
        timeline.after(LATENCY, () => {
          const shards: RecordedShard[] = [];
          for (let next = recorded.get(from); next !== undefined && shards.length < PAGE;) {
            shards.push(next);
            next = recorded.get(next.shardIndex + 1);
          }
          dispatch({ kind: "shards_loaded", run, load, shards });
        });
      }
      if (command.kind === "record") {
        const { run, shard } = command;
        recorded.set(shard.shardIndex, shard);
        timeline.after(COMMIT, () => {
          dispatch({ kind: "shard_recorded", run, shardIndex: shard.shardIndex });
        });
      }
      if (command.kind === "run_succeeded") ends.push(timeline.now);
    }
  };

  const tick = (): void => {
    for (const worker of machines.keys()) {
      const heldLeases = [...(running[worker] ?? []), ...(waiting[worker]?.keys() ?? [])];
      dispatch({ kind: "heartbeat", worker: String(worker), heldLeases });
    }
    dispatch({ kind: "tick" });
    timeline.after(0.5, tick);
  };
  const stoppingRule = { replicaCount: shardCount * SHARD_SIZE };
  const specification = specificationWith({ stoppingRule });
  dispatch({ kind: "run_submitted", run: RUN, specification, recorded: [] });
  for (const [worker, { slotCount }] of machines.entries()) {
    const devices = [{ backends: [{ name: "simd", generator: "g" } as const], slotCount }];
    dispatch({ kind: "worker_joined", worker: String(worker), devices, heldLeases: [] });
  }
  tick();
  while (ends.length === 0) {
    assert.ok(timeline.now < TOO_LONG, "the run does not end");
    timeline.step();
  }
  const slots = machines[0]?.slotCount ?? NaN;
  const [seconds = NaN] = ends;
  return { seconds, busy: busySeconds / (slots * (exhaustedAt ?? NaN)) };
}

const CORES = Array.from({ length: 4 }, (): Machine => ({ slotCount: 1, secondsPerShard: 7 }));

describe("a card a hundred times a core", () => {
  for (const [slotCount, secondsPerShard, shardCount] of [
    [64, 0.5, 2000],
    [256, 0.05, 5000],
  ] as const) {
    it(`is kept busy beside slow cores: ${slotCount} slots, ${secondsPerShard} s a shard`, () => {
      const { busy } = course([{ slotCount, secondsPerShard }, ...CORES], shardCount);
      assert.ok(busy > 0.95, `busy for ${busy} of the time`);
    });

    it(`does not wait for them at the end: ${slotCount} slots, ${secondsPerShard} s a shard`, () => {
      const { seconds } = course([{ slotCount, secondsPerShard }, ...CORES], shardCount);
      const alone = (shardCount / slotCount) * secondsPerShard;
      assert.ok(
        seconds < alone + 4 * secondsPerShard + 1,
        `${seconds} s, and ${alone} s would do for the card alone`,
      );
    });
  }

  it("leaves their shards to cores that are nearly as fast", () => {
    const machines = [
      { slotCount: 4, secondsPerShard: 4 },
      { slotCount: 4, secondsPerShard: 5 },
    ];
    const { seconds } = course(machines, 40);
    assert.ok(seconds < 27, `${seconds} s`);
  });
});
