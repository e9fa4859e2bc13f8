import { ActiveRun } from "./activeRun.ts";
import type { SchedulerState } from "./schedulerState.ts";
import type { Distrust } from "./trust/distrust.ts";
import type { EventOf } from "./events.ts";
import type { Recordings } from "./recordings.ts";
import { RunProgress } from "./runProgress.ts";

/** Runs from their submission to their end, by whichever way they go. */
export class Lifecycle {
  readonly #state: SchedulerState;
  readonly #distrust: Distrust;
  readonly #recordings: Recordings;
  /** Runs that only checks keep from ending. */
  readonly #checking = new Set<ActiveRun>();
  #nextLoad = 1;

  constructor(state: SchedulerState, distrust: Distrust, recordings: Recordings) {
    this.#state = state;
    this.#distrust = distrust;
    this.#recordings = recordings;
  }

  /** @throws Error if the run is active already. */
  submit({ run: name, ...submitted }: EventOf<"run_submitted">): void {
    if (this.#state.runs.has(name)) throw new Error(`${name} is active already`);
    const trust = this.#distrust.of(name);
    for (const holder of trust.takeUnacknowledged()) this.#state.acknowledge(holder);
    const { specification, beginning, digests = [], recorded } = submitted;
    for (const { shardIndex, digest } of digests) trust.keepDigest(shardIndex, digest);
    const { maximumWaitingPartials } = this.#state.options;
    const progress = new RunProgress(specification, maximumWaitingPartials, beginning);
    const run = new ActiveRun(name, progress, trust, recorded, beginning?.generator);
    this.#state.runs.set(name, run);
    // Their worker was found out while the run was withdrawn.
    const unfounded = this.#distrust.unfounded(run);
    if (unfounded.length > 0) this.retract(run, unfounded);
    else this.settle(run);
  }

  /** Ends the runs whose checks are done, or are not to be waited for any longer. */
  settleChecked(): void {
    for (const run of this.#checking) this.settle(run);
  }

  /**
   * Withdraws the run until the ledger is rid of these shards. A fold cannot be undone, so it is
   * begun again from what is left; and since deletion comes first, no crash can bring a doubtful
   * partial back.
   */
  retract(run: ActiveRun, shards: readonly number[]): void {
    const { name, trust } = run;
    for (const shardIndex of shards) {
      // One that is not durable yet will be for a moment, but nobody is told.
      trust.acknowledgeLater(this.#recordings.finish(name, shardIndex)?.holders ?? []);
    }
    this.remove(name);
    this.#distrust.retracted(trust, shards);
    this.#state.commands.push({ kind: "retract", run: name, shards });
  }

  /** An attempt at a shard has failed: that may be the end of the shard, and of its run. */
  trouble(
    run: ActiveRun,
    shardIndex: number,
    failure: { readonly error: string; readonly worker: string; readonly lost: boolean },
  ): void {
    const parked = run.failed(shardIndex, failure, this.#state.options);
    if (parked === undefined) return;
    const { name } = run;
    this.#state.commands.push({ kind: "shard_parked", run: name, shardIndex, error: parked });
    this.settle(run);
  }

  /** The ledger has answered. @throws Error if it does not have what it was said to have */
  loaded({ run: name, load, shards }: EventOf<"shards_loaded">): void {
    const run = this.#state.runs.get(name);
    // What was read for the run before it was withdrawn may have been taken back since.
    if (run?.load !== load) return;
    run.load = undefined;
    const { horizon, progress } = run;
    const from = progress.wanted;
    for (const shard of shards) run.loaded(shard);
    if (run.horizon > horizon) this.#state.workAppeared = true;
    if (from !== undefined && progress.wanted === from) {
      throw new Error(`shard ${from} of ${name} is recorded, and not in the ledger`);
    }
    this.#state.commands.push({ kind: "run_advanced", run: name });
    this.settle(run);
  }

  #load(run: ActiveRun): void {
    const from = run.progress.wanted;
    if (from === undefined || run.load !== undefined) return;
    run.load = this.#nextLoad++;
    this.#state.commands.push({ kind: "load", run: run.name, load: run.load, from });
  }

  /** Ends a run whose prefix meets its rule, or whose prefix cannot grow; else has it grow. */
  settle(run: ActiveRun): void {
    this.#load(run);
    const { name, progress, disagreementCount, blockedBy: error } = run;
    const ended = { run: name, progress, disagreementCount };
    if (progress.met) {
      if (this.#awaitsChecks(run)) return;
      this.#state.commands.push({ kind: "run_succeeded", ...ended });
    } else if (error !== undefined) {
      this.#state.commands.push({ kind: "run_failed", ...ended, error });
    } else return;
    this.end(name);
  }

  /** Whether a run that needs nothing else should not end yet: its checks may be back soon. */
  #awaitsChecks(run: ActiveRun): boolean {
    const { now, options } = this.#state;
    run.metAt ??= now;
    if (now - run.metAt >= options.doubleCheckPatienceSeconds) return false;
    const isCheck = (shardIndex: number) =>
      run.isNeeded(shardIndex) && run.isSettled(shardIndex) && run.trust.isDue(shardIndex);
    const isComing = (shardIndex: number) =>
      isCheck(shardIndex) &&
      this.#state.leasesOfShard(run, shardIndex).some(({ worker }) => this.#isLively(worker));
    if (![...run.leases.keys()].some(isComing) && !this.#canBeChecked(run)) return false;
    for (const shardIndex of run.leases.keys()) {
      if (!isCheck(shardIndex)) this.#state.revokeShard(run, shardIndex);
    }
    this.#checking.add(run);
    return true;
  }

  /** Whether somebody who is there may check a shard of the run that waits for it. */
  #canBeChecked(run: ActiveRun): boolean {
    const shard = run.checkable((shardIndex) =>
      this.#state.someServe(
        run,
        (worker) =>
          this.#isLively(worker) && this.#distrust.mayCheck(run.trust, shardIndex, worker),
      ),
    );
    return shard !== undefined;
  }

  /** One that hangs must not hold a run up until its leases expire. */
  #isLively(id: string): boolean {
    const worker = this.#state.workers.get(id);
    return worker !== undefined && this.#state.isLively(worker);
  }

  /** The run is over: nobody's word for it matters any more. */
  end(name: string): void {
    this.remove(name);
    for (const holder of this.#distrust.of(name).takeUnacknowledged()) {
      this.#state.acknowledge(holder);
    }
    this.#distrust.forget(name);
  }

  /** The run is withdrawn: what is known of its workers' words stays. */
  remove(name: string): void {
    const run = this.#state.runs.get(name);
    if (run === undefined) return;
    for (const shardIndex of run.leases.keys()) this.#state.revokeShard(run, shardIndex);
    this.#state.runs.delete(name);
    this.#checking.delete(run);
  }
}
