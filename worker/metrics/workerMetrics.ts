import { Counter, Histogram, Registry } from "prom-client";

import { registerFamilies } from "../../shared/metrics/families.ts";
import type { Observed } from "../../shared/metrics/metricsServer.ts";
import { registerProcess } from "../../shared/metrics/processFamilies.ts";
import { propagationFamilies } from "../../shared/metrics/propagationFamilies.ts";
import { PropagationTally } from "../../shared/shard/propagationTally.ts";
import type { HeldLease } from "../agent/heldLease.ts";
import type { ShardObserver } from "../agent/shardObserver.ts";
import type { ComputedShard } from "../pool/computedShard.ts";
import { BusyMeter } from "./busyMeter.ts";
import { WORKER_FAMILIES, type WorkerNow } from "./workerFamilies.ts";

/** Bucket limits: leases ahead are worth a few seconds, a shard about half a second. */
const SHARD_SECONDS = [0.01, 0.03, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const OUTCOMES = ["computed", "failed", "revoked"] as const;

/** A worker's metrics, for whoever scrapes them. */
export class WorkerMetrics implements Observed, ShardObserver {
  readonly #registry = new Registry();
  readonly #clock: () => number;
  readonly #busy: BusyMeter;
  readonly #tally = { propagated: new PropagationTally() };
  readonly #waits: Histogram;
  readonly #runs: Histogram<"backend">;
  readonly #shards: Counter<"outcome">;
  readonly #threadsRecycled: Counter;
  readonly #recomputed: Counter<"backend">;
  readonly #grantedAt = new WeakMap<HeldLease, number>();
  #agent: WorkerNow["agent"] | undefined;
  #now: WorkerNow | undefined;

  /** @param clock seconds of a clock that does not jump. */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#busy = new BusyMeter(clock());
    const registers = [this.#registry];
    registerProcess(this.#registry, "worker");
    this.#waits = new Histogram({
      name: "lyapunov_worker_shard_wait_seconds",
      help: "Time from a shard's lease until a thread starts it.",
      buckets: SHARD_SECONDS,
      registers,
    });
    this.#runs = new Histogram({
      name: "lyapunov_worker_shard_run_seconds",
      help: "Time that a thread takes for a shard.",
      labelNames: ["backend"],
      buckets: SHARD_SECONDS,
      registers,
    });
    this.#shards = new Counter({
      name: "lyapunov_worker_shards_total",
      help: "Shards by outcome: propagated, failed, or revoked by the coordinator before either.",
      labelNames: ["outcome"],
      registers,
    });
    for (const outcome of OUTCOMES) this.#shards.inc({ outcome }, 0);
    this.#threadsRecycled = new Counter({
      name: "lyapunov_worker_threads_recycled_total",
      help: "Threads replaced because they died, hung, or had a shard revoked.",
      registers,
    });
    this.#recomputed = new Counter({
      name: "lyapunov_worker_replicas_recomputed_total",
      help: "Replicas that a GPU doubted and the processor computed anew.",
      labelNames: ["backend"],
      registers,
    });
    registerFamilies(this.#registry, WORKER_FAMILIES, () => this.#now);
    registerFamilies(
      this.#registry,
      propagationFamilies("lyapunov_worker_", "that were propagated"),
      () => this.#tally,
    );
  }

  /** Tells of this agent from now on. */
  watch(agent: WorkerNow["agent"]): void {
    this.#agent = agent;
  }

  get notReady(): string | undefined {
    return this.#agent?.isConnected === true
      ? undefined
      : "this worker is looking for its coordinator";
  }

  async scrape(): Promise<string> {
    this.#now = this.#agent && {
      agent: this.#agent,
      threads: this.#agent.devices.reduce((sum, { slotCount }) => sum + slotCount, 0),
      busyThreads: this.#busy.busy,
      meanBusyThreads: this.#busy.read(this.#clock()),
    };
    return this.#registry.metrics();
  }

  granted(lease: HeldLease): void {
    this.#grantedAt.set(lease, this.#clock());
  }

  begun(lease: HeldLease): void {
    const at = this.#clock();
    this.#busy.change(at, 1);
    this.#waits.observe(at - (this.#grantedAt.get(lease) ?? at));
  }

  computed({ computeSeconds, partial, propagated }: ComputedShard): void {
    this.#shards.inc({ outcome: "computed" });
    this.#runs.observe({ backend: propagated.backend }, computeSeconds);
    this.#tally.propagated.add(propagated);
    const { recomputedReplicaCount = 0 } = partial;
    this.#recomputed.inc({ backend: propagated.backend }, recomputedReplicaCount);
  }

  failed(): void {
    this.#shards.inc({ outcome: "failed" });
  }

  revoked(count: number): void {
    this.#shards.inc({ outcome: "revoked" }, count);
  }

  ended(): void {
    this.#busy.change(this.#clock(), -1);
  }

  threadEnded(): void {
    this.#threadsRecycled.inc();
  }
}
