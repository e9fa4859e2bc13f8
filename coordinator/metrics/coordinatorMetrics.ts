import type { ServerInterceptor } from "@grpc/grpc-js";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

import { registerFamilies } from "../../shared/metrics/families.ts";
import type { Observed } from "../../shared/metrics/metricsServer.ts";
import { registerProcess } from "../../shared/metrics/processFamilies.ts";
import { propagationFamilies } from "../../shared/metrics/propagationFamilies.ts";
import type { RunState } from "../../shared/wire/runStates.ts";
import type { EngineObserver } from "../engine/engineOptions.ts";
import { CLUSTER_FAMILIES } from "./clusterFamilies.ts";
import { look, type Leader, type LeaderNow } from "./leader.ts";
import { rpcWatch } from "./rpcWatch.ts";
import { RUN_FAMILIES } from "./runFamilies.ts";

/** Buckets from an answer out of memory to a stream that is open all day. */
const RPC_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 3600];
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const ENDS = ["SUCCEEDED", "FAILED", "CANCELLED"] as const satisfies readonly RunState[];

/**
 * A coordinator's metrics, from its start on and also while it stands by. Shards cost nothing here:
 * the engine is read only at a scrape.
 */
export class CoordinatorMetrics implements Observed, EngineObserver {
  readonly #registry = new Registry();
  readonly #runsEnded: Counter<"state">;
  readonly #watchesDropped: Counter;
  readonly #commits: Histogram;
  /** Counts and times calls; it belongs before the door, so that refused calls count too. */
  readonly watch: ServerInterceptor;
  #leader: Leader | undefined;
  #now: LeaderNow | undefined;
  #stopping = false;

  /** @param clock returns the seconds of a clock that does not jump. */
  constructor(clock: () => number) {
    const registers = [this.#registry];
    registerProcess(this.#registry, "coordinator");
    const rpcs = new Counter({
      name: "lyapunov_rpcs_total",
      help: "Calls that ended, including streams.",
      labelNames: ["method", "code"],
      registers,
    });
    const rpcSeconds = new Histogram({
      name: "lyapunov_rpc_duration_seconds",
      help: "Time from the beginning of a call to its end; for a stream, its lifetime.",
      labelNames: ["method"],
      buckets: RPC_SECONDS,
      registers,
    });
    this.watch = rpcWatch(clock, (method, code, seconds) => {
      rpcs.inc({ method, code });
      rpcSeconds.observe({ method }, seconds);
    });
    this.#runsEnded = new Counter({
      name: "lyapunov_runs_ended_total",
      help: "Runs whose end became durable.",
      labelNames: ["state"],
      registers,
    });
    for (const state of ENDS) this.#runsEnded.inc({ state: state.toLowerCase() }, 0);
    this.#watchesDropped = new Counter({
      name: "lyapunov_watches_dropped_total",
      help: "Watches of runs and sweeps that were ended because their readers did not read.",
      registers,
    });
    this.#commits = new Histogram({
      name: "lyapunov_ledger_commit_duration_seconds",
      help: "Time from the beginning of a transaction until it is durable.",
      buckets: COMMIT_SECONDS,
      registers,
    });
    const leads = new Gauge({
      name: "lyapunov_leader",
      help: "1: this coordinator leads; 0: it stands by.",
      registers,
      collect: () => {
        leads.set(this.#leader === undefined ? 0 : 1);
      },
    });
    registerFamilies(this.#registry, [...CLUSTER_FAMILIES, ...RUN_FAMILIES], () => this.#now);
    registerFamilies(
      this.#registry,
      propagationFamilies("lyapunov_", "of accepted partials"),
      () => this.#leader?.engine.scheduler.counts,
    );
  }

  /** Notes that the coordinator leads and serves. */
  lead(leader: Leader): void {
    this.#leader = leader;
  }

  /** Notes that the coordinator is about to end. */
  stop(): void {
    this.#stopping = true;
  }

  get notReady(): string | undefined {
    if (this.#stopping) return "this coordinator is stopping";
    return this.#leader === undefined ? "this coordinator is on standby" : undefined;
  }

  async scrape(): Promise<string> {
    this.#now = this.#leader && (await look(this.#leader));
    return this.#registry.metrics();
  }

  committed(seconds: number): void {
    this.#commits.observe(seconds);
  }

  watchDropped(): void {
    this.#watchesDropped.inc();
  }

  runEnded(state: RunState): void {
    this.#runsEnded.inc({ state: state.toLowerCase() });
  }
}
