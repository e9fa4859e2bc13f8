import { ActiveRun } from "./activeRun.ts";
import type { SchedulerState } from "./schedulerState.ts";
import type { Distrust } from "./trust/distrust.ts";
import type { EventOf } from "./events.ts";
import type { Lease } from "./fleet.ts";
import type { Recordings } from "./recordings.ts";
import { RunProgress } from "./runProgress.ts";
import type { Failure } from "./trust/troubles.ts";

const NO_WITNESS = "nobody can vouch for them";

interface Superseded {
  readonly generator: string;
  readonly reason: string;
}

/** Takes runs from submission to success, failure, cancellation or withdrawal. */
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
    const { specification, beginning, digests = [], recorded, isFreed = false } = submitted;
    for (const { shardIndex, digest } of digests) trust.keepDigest(shardIndex, digest);
    const { maximumWaitingPartials } = this.#state.options;
    const progress = new RunProgress(specification, maximumWaitingPartials, beginning);
    const run = new ActiveRun(name, progress, trust, recorded, beginning?.generator);
    this.#state.runs.set(name, run);
    // After a restart nobody knows who delivered the shards in the ledger.
    if (run.generator === undefined) trust.standing.emptied();
    else if (!trust.standing.hasDelivered) trust.standing.settle();
    trust.standing.resumed(this.#state.now);
    if (isFreed) trust.standing.free(this.#state.now);
    // A worker may have been quarantined while the run was withdrawn.
    const unfounded = this.#distrust.unfounded(run);
    if (unfounded.length > 0) this.retract(run, unfounded);
    else this.settle(run);
  }

  /** Ends the runs whose checks are done or have taken too long. */
  settleChecked(): void {
    for (const run of this.#checking) this.settle(run);
  }

  /**
   * Withdraws the run until the ledger has deleted these shards. A fold cannot be undone, so it is
   * begun again from what is left. Deletion comes first, so that no crash can bring a doubtful
   * partial back.
   *
   * @param superseded the generator that is given up with all of them, and why
   */
  retract(run: ActiveRun, shards: readonly number[], superseded?: Superseded): void {
    const { name, trust } = run;
    for (const shardIndex of shards) {
      // A shard that is still being written becomes durable for a moment, but nobody is told.
      trust.acknowledgeLater(this.#recordings.finish(name, shardIndex)?.holders ?? []);
    }
    this.remove(name);
    this.#distrust.retracted(trust, shards);
    const { generator, reason = NO_WITNESS } = superseded ?? {};
    if (generator !== undefined) trust.supersede(generator);
    this.#state.commands.push({
      kind: "retract",
      run: name,
      shards,
      superseded: generator,
      reason,
    });
  }

  /** Notes a failed attempt at a shard, which may park the shard and fail its run. */
  trouble(run: ActiveRun, shardIndex: number, failure: Failure): void {
    const endSilent = () => {
      this.#endSilent(run, shardIndex);
    };
    const parked = run.failed(shardIndex, failure, this.#state.options, endSilent);
    if (parked === undefined) return;
    const { name } = run;
    this.#state.commands.push({ kind: "shard_parked", run: name, shardIndex, error: parked });
    this.settle(run);
  }

  /**
   * Takes the shard from workers that have long been silent: only one that answers may save it. None
   * is waited for twice, or two that never answer would be handed the shard in turn for ever.
   */
  #endSilent(run: ActiveRun, shardIndex: number): void {
    const { now, options } = this.#state;
    const patience = run.trust.standing.patience(options.generatorPatienceSeconds);
    const leases = this.#state.leasesOfShard(run, shardIndex);
    const isHopeless = ({ device, worker }: Lease) =>
      device.isSilent(now, patience) || run.trust.troubles.hasKept(shardIndex, worker);
    if (leases.every(isHopeless)) {
      this.#state.revokeShard(run, shardIndex);
    }
  }

  /** Takes the ledger's answer to a `load`. @throws Error if a recorded shard is not in it */
  loaded({ run: name, load, shards }: EventOf<"shards_loaded">): void {
    const run = this.#state.runs.get(name);
    // An answer from before the run was withdrawn may hold shards that were deleted since.
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

  /** Ends a run whose prefix meets its rule or cannot grow; otherwise lets the prefix grow. */
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

  /** True if a run that needs nothing else should still wait for checks that may be back soon. */
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

  /** True if a lively worker may do one of the run's waiting checks. */
  #canBeChecked(run: ActiveRun): boolean {
    const shard = run.checkable((shardIndex) =>
      this.#state.someServe(
        run,
        (worker) => this.#isLively(worker) && this.#mayCheck(run, shardIndex, worker),
      ),
    );
    return shard !== undefined;
  }

  #mayCheck(run: ActiveRun, shardIndex: number, id: string): boolean {
    const devices = this.#state.workers.get(id)?.devices ?? [];
    return devices.some((device) => {
      const backend = device.backendFor(run);
      if (backend === undefined) return false;
      return this.#distrust.mayCheck(run.trust, shardIndex, id, device.identityOf(backend));
    });
  }

  /** True if the worker was heard lately; a hanging worker must not hold a run up. */
  #isLively(id: string): boolean {
    const worker = this.#state.workers.get(id);
    return worker !== undefined && this.#state.isLively(worker);
  }

  /** Removes a run that is over, with all that is known of who delivered its shards. */
  end(name: string): void {
    this.remove(name);
    for (const holder of this.#distrust.of(name).takeUnacknowledged()) {
      this.#state.acknowledge(holder);
    }
    this.#distrust.forget(name);
  }

  /** Removes a run that is withdrawn; what is known of who delivered its shards stays. */
  remove(name: string): void {
    const run = this.#state.runs.get(name);
    if (run === undefined) return;
    for (const shardIndex of run.leases.keys()) this.#state.revokeShard(run, shardIndex);
    this.#state.runs.delete(name);
    this.#checking.delete(run);
  }
}
