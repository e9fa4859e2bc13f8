import type { BackendName } from "../../shared/specification/backends.ts";
import { partialProblem } from "../../shared/shard/partialProblem.ts";
import { clipped } from "../../shared/specification/violations.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { ActiveRun } from "./activeRun.ts";
import type { SchedulerState } from "./schedulerState.ts";
import type { Distrust, Verdict } from "./trust/distrust.ts";
import type { Lease } from "./fleet.ts";
import type { Generators } from "./generators.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { EventOf } from "./events.ts";
import type { Recordings } from "./recordings.ts";
import type { PartialOutcome } from "./schedulerCounts.ts";

/** Judges workers' results, records them, and acknowledges them once durable; notes failures. */
export class ShardResults {
  readonly #state: SchedulerState;
  readonly #distrust: Distrust;
  readonly #recordings: Recordings;
  readonly #lifecycle: Lifecycle;
  readonly #generators: Generators;

  constructor(
    state: SchedulerState,
    distrust: Distrust,
    recordings: Recordings,
    lifecycle: Lifecycle,
    generators: Generators,
  ) {
    this.#state = state;
    this.#distrust = distrust;
    this.#recordings = recordings;
    this.#lifecycle = lifecycle;
    this.#generators = generators;
  }

  result(event: EventOf<"shard_result">): void {
    const { worker, shardIndex, partial } = event;
    const { counts } = this.#state;
    if (this.#distrust.quarantineReason(worker) !== undefined) {
      counts.partials.needless += 1;
      return;
    }
    const active = this.#state.runs.get(event.run);
    // A live lease fits the shard as it is now; an older result may be of a shorter last shard.
    const lease = this.#leaseAnswered(event);
    const run =
      active && (lease !== undefined || active.progress.plan.holds(event)) ? active : undefined;
    const isOfOtherKind = run?.takes(partial.generator) === false;
    const problem = run && this.#problem(run, event, lease);
    const isPossible = run !== undefined && problem === undefined;
    const verdict = isPossible ? this.#judge(run, event) : undefined;
    // A partial that comes after another generator was chosen was right when it was begun.
    const isLate = isOfOtherKind && lease === undefined;
    counts.partials[outcomeOf(isLate ? undefined : problem, verdict)] += 1;
    // This comes before the lease is released, which would offer an open shard to everyone.
    if (verdict?.kind === "accepted" && run !== undefined) this.#accept(run, event);
    if (lease !== undefined) {
      lease.device.answered(this.#state.now);
      lease.device.measured(lease.rateKey, lease.work, event.computeSeconds);
      this.#state.release(lease);
    }
    const isNews = lease !== undefined && run !== undefined && this.#learn(lease, partial);
    if (active === undefined && this.#distrust.knows(event.run)) {
      // The run will be submitted again, and this result may contradict a doubtful partial.
      this.#distrust.of(event.run).acknowledgeLater([event]);
    } else if (run === undefined || verdict === undefined) {
      // The run has ended, or was extended past a last, short shard; or the partial is impossible.
      this.#state.acknowledge(event);
      this.#state.commands.push({
        kind: "partial_refused",
        run: event.run,
        shardIndex,
        worker,
        reason: problem ?? notNeeded(active),
        isImpossible: problem !== undefined && !isLate,
      });
      // A repeated result, whose lease is gone, is not a second failure. Nor is it the shard's
      // fault that a device turns out to have another generator.
      const isFailure = lease !== undefined && !(isNews && isOfOtherKind);
      if (run === undefined || problem === undefined || !isFailure) return;
      const error = `an impossible partial: ${problem}`;
      this.#lifecycle.trouble(run, shardIndex, { error, worker, lost: false });
    } else this.#follow(verdict, run, event);
  }

  /** Takes a partial into the run; the first one decides which generator the run is of. */
  #accept(run: ActiveRun, event: EventOf<"shard_result">): void {
    const isFirst = !run.isMixed && run.generator === undefined;
    run.recording(event.shardIndex, event);
    run.trust.standing.delivered(event.worker, this.#state.now);
    if (isFirst) this.#generators.chosen(run);
  }

  #judge(run: ActiveRun, result: EventOf<"shard_result">): Verdict {
    const { shardIndex } = result;
    const recording = this.#recordings.shard(run.name, shardIndex);
    const known = recording === undefined ? run.accepted(shardIndex) : run.claimOf(recording);
    // An answer this late has nothing left to be compared with.
    if (known === undefined && run.isSettled(shardIndex)) return { kind: "agrees" };
    return this.#distrust.judge(run, result, known);
  }

  /** Carries out a verdict on an answer. */
  #follow(verdict: Verdict, run: ActiveRun, event: EventOf<"shard_result">): void {
    const { worker, shardIndex, partial, digest } = event;
    const { commands } = this.#state;
    switch (verdict.kind) {
      case "accepted": {
        const shard = { shardIndex, partial, digest };
        this.#recordings.begin(run.name, shard, event);
        this.#count(run, partial);
        this.#revokeCopies(run, shardIndex);
        commands.push({ kind: "record", run: run.name, shard });
        for (const liar of verdict.liars) this.#quarantine(liar, run, shardIndex);
        break;
      }
      case "agrees":
      case "incomparable":
        if (!run.trust.isDue(shardIndex)) this.#state.revokeShard(run, shardIndex);
        if (!this.#recordings.wait(run.name, shardIndex, event)) this.#state.acknowledge(event);
        break;
      case "claims":
        // Other workers may be asked now; a claim counts only when another worker repeats it.
        this.#state.workAppeared = true;
        this.#state.acknowledge(event);
        break;
      case "disputes":
        commands.push({ kind: "disagreement", run: run.name, shardIndex, worker });
        run.trust.acknowledgeLater([event]);
        this.#lifecycle.retract(run, [shardIndex]);
        break;
      case "lies":
        commands.push({ kind: "disagreement", run: run.name, shardIndex, worker });
        this.#quarantine(worker, run, shardIndex);
        break;
    }
  }

  #count(run: ActiveRun, partial: ShardPartial): void {
    const backend = backendIn(run, partial);
    if (backend === undefined) return;
    const specification = run.progress.plan.on(backend);
    const { kind } = specification;
    this.#state.counts.propagated.add(kind.propagation(specification, partial.replicaCount));
  }

  /** Takes the shard back from all other workers, except for one copy that serves as its check. */
  #revokeCopies(run: ActiveRun, shardIndex: number): void {
    const copy = this.#state
      .leasesOfShard(run, shardIndex)
      .find(({ worker, device, backend }) =>
        this.#distrust.mayCheck(run.trust, shardIndex, worker, device.identityOf(backend)),
      );
    if (copy !== undefined) this.#distrust.checkGranted(run.trust, shardIndex);
    this.#state.revokeShard(run, shardIndex, copy);
  }

  /** Why a result cannot be the answer to its shard; undefined if it can. */
  #problem(
    run: ActiveRun,
    { worker, shardIndex, partial }: EventOf<"shard_result">,
    lease: Lease | undefined,
  ): string | undefined {
    const { generator } = run;
    if (generator !== undefined && partial.generator !== generator) {
      return `its generator is ${clipped(partial.generator, 100)}, not the run's ${generator}`;
    }
    if (!run.takes(partial.generator)) {
      return `its generator ${clipped(partial.generator, 100)} was given up for this run`;
    }
    const { plan } = run.progress;
    const backend = lease?.backend ?? backendIn(run, partial);
    if (backend === undefined) {
      return `it was computed by ${clipped(partial.backend, 100)}, not by ${run.backends.join(" or ")}`;
    }
    const specification = plan.on(backend);
    const shape = specification.kind.partialShape(specification);
    const problem = partialProblem(shape, plan.shard(shardIndex), partial);
    if (problem !== undefined || !run.isMixed) return problem;
    // Whoever could name any generator would never be compared with others.
    const devices = lease === undefined ? this.#state.workers.get(worker)?.devices : [lease.device];
    const isNamed = devices?.some(
      (device) => (device.generatorOf(backend) ?? partial.generator) === partial.generator,
    );
    if (isNamed !== false) return undefined;
    return `its generator is ${clipped(partial.generator, 100)}, which its device has not named`;
  }

  /**
   * Learns a device's generator from a result, and takes back its leases of runs that need another
   * one. Returns true if the generator was not known before.
   */
  #learn({ device, worker: id, backend }: Lease, { generator }: ShardPartial): boolean {
    if (device.generatorOf(backend) !== undefined) return false;
    device.learn(backend, generator);
    const useless = [...device.leases.values()].filter((lease) => {
      const run = this.#state.runs.get(lease.run);
      return run !== undefined && !device.serves(run);
    });
    for (const lease of useless) this.#state.release(lease);
    const worker = this.#state.workers.get(id);
    if (worker !== undefined) this.#state.revoke(worker, useless);
    return true;
  }

  /** Takes note that a partial is durable. */
  recorded({ run: name, shardIndex }: EventOf<"shard_recorded">): void {
    const recording = this.#recordings.finish(name, shardIndex);
    if (recording === undefined) return;
    this.#state.counts.partialsRecorded += 1;
    const { shard, holders } = recording;
    for (const holder of holders) this.#state.acknowledge(holder);
    const run = this.#state.runs.get(name);
    if (run === undefined) return;
    // A run that was withdrawn and submitted again meanwhile may know the shard from the ledger.
    if (run.progress.has(shardIndex) || !run.progress.plan.holds(shard)) return;
    const { horizon } = run;
    run.recorded(shard);
    if (run.horizon > horizon) this.#state.workAppeared = true;
    run.rate.add(this.#state.now, shard.partial.replicaCount);
    this.#state.commands.push({ kind: "run_advanced", run: name });
    this.#lifecycle.settle(run);
  }

  failed({ worker, lease: id, error }: EventOf<"shard_failed">): void {
    const lease = this.#state.leases.get(id);
    if (lease?.worker !== worker) return;
    lease.device.answered(this.#state.now);
    this.#state.release(lease);
    const run = this.#state.runs.get(lease.run);
    if (run !== undefined)
      this.#lifecycle.trouble(run, lease.shardIndex, { error, worker, lost: false });
  }

  /** Shuts the worker out and takes back every shard that rests only on its word. */
  #quarantine(worker: string, { name }: ActiveRun, shardIndex: number): void {
    const reason =
      `its partial of shard ${shardIndex} of ${name} differs in bits from that of others, or from ` +
      `one of its own, of the same backend and generator`;
    this.#distrust.quarantine(worker, reason);
    for (const lease of this.#state.leasesOf(worker)) this.#state.release(lease);
    this.#state.workers.delete(worker);
    this.#state.workAppeared = true;
    this.#state.commands.push({ kind: "quarantine", worker, reason });
    for (const run of this.#state.runs.values()) {
      const unfounded = this.#distrust.unfounded(run);
      if (unfounded.length > 0) this.#lifecycle.retract(run, unfounded);
    }
  }

  /** The live lease that a result answers, if there is one. */
  #leaseAnswered({
    lease: id,
    worker,
    run,
    shardIndex,
  }: EventOf<"shard_result">): Lease | undefined {
    const lease = this.#state.leases.get(id);
    return lease?.worker === worker && lease.run === run && lease.shardIndex === shardIndex
      ? lease
      : undefined;
  }
}

/** The backend of the run that a partial names; undefined if it names none of them. */
function backendIn({ backends }: ActiveRun, partial: ShardPartial): BackendName | undefined {
  return backends.find((name) => name === partial.backend);
}

/** Why a possible partial, or one that was not looked at, does not count. */
function notNeeded(run: ActiveRun | undefined): string {
  return run === undefined
    ? "its run has ended, or there is no such run"
    : "its lease has ended, and the run's shard is not of so many replicas any more";
}

function outcomeOf(problem: string | undefined, verdict: Verdict | undefined): PartialOutcome {
  if (problem !== undefined) return "impossible";
  switch (verdict?.kind) {
    case "accepted":
      return "accepted";
    case "disputes":
    case "lies":
      return "disagreeing";
    case "agrees":
    case "incomparable":
    case "claims":
    case undefined:
      return "needless";
  }
}
