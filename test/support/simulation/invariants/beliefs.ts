import type { GrantedLease, SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import { digestOf } from "../../syntheticPartials.ts";
import { areNear, areOfOneStream, truthOf } from "../truth.ts";
import { demand } from "../violation.ts";
import type { Mirror, MirroredRun } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";

const HONEST = "an honest worker is never quarantined";
const PROVEN = "a worker is quarantined exactly when it contradicts itself or two that agree";
const UNFOUNDED = "no run ends on the word of a quarantined worker";
const IN_DOUBT = "what is in dispute is taken out of the estimate";
const CHECKED = "no run succeeds before its checks, if they may be back soon";
const SHARED = "a generator that two workers have delivered is not given up";
const WHOLE = "a generator is given up with all of its shards";
const TRUE = "what two workers agree on is true";

/**
 * Checks whom the scheduler believes. No two simulated workers tell the same lie, so honest ones
 * can be told from liars whatever their number.
 */
export class Beliefs implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;
  /** Tests of each worker's answers: is it a lie? They take time and are seldom needed. */
  readonly #answers = new Map<string, (() => boolean)[]>();
  /** Shards that a worker was asked to check, even before their run was withdrawn. */
  readonly #asked = new Set<string>();
  /** Time since when each run needs nothing but checks. */
  readonly #metAt = new WeakMap<MirroredRun, number>();

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  begin({ event }: Step): void {
    this.#hear(event);
  }

  command(command: SchedulerCommand): void {
    if (command.kind === "grant") this.#granted(command.leases);
    if (command.kind === "quarantine") this.#quarantined(command.worker);
    if (command.kind === "retract" && command.superseded !== undefined) this.#superseded(command);
    if (command.kind === "run_succeeded") {
      this.#founded(command.run, command.progress.foldedShards);
      this.#checked(command.run, command.progress.foldedShards);
    }
  }

  state({ event, commands }: Step): void {
    for (const run of this.#mirror.runs.values()) {
      const active = this.#observed.scheduler.runs.get(run.name);
      if (active?.progress.met === true && !this.#metAt.has(run)) {
        this.#metAt.set(run, this.#mirror.now);
      }
    }
    if (event.kind !== "shard_result") return;
    const weight = this.#mirror.testimony.weightOf(event);
    if (weight === "contradicts itself" || weight === "contradicts two") {
      demand(this.#mirror.quarantined.has(event.worker), PROVEN, () => `${event.worker} is not`);
    }
    if (weight === "contradicts") {
      const isTakenBack = commands.some(
        (command) =>
          command.kind === "retract" &&
          command.run === event.run &&
          command.shards.includes(event.shardIndex),
      );
      demand(isTakenBack, IN_DOUBT, () => `${event.run}#${event.shardIndex}`);
    }
  }

  #granted(leases: readonly GrantedLease[]): void {
    for (const { run: name, shardIndex } of leases) {
      const run = this.#mirror.runs.get(name);
      if (run !== undefined && this.#mirror.isSettled(run, shardIndex)) {
        this.#asked.add(`${name}#${shardIndex}`);
      }
    }
  }

  /** Whether a worker had a lease of the shard when the present event came. */
  #isOut(run: string, shardIndex: number): boolean {
    return [...this.#mirror.leases.values()].some(
      (lease) => lease.run === run && lease.shardIndex === shardIndex,
    );
  }

  #quarantined(worker: string): void {
    const isLiar = this.#answers.get(worker)?.some((isLie) => isLie()) ?? false;
    demand(isLiar, HONEST, () => worker);
    demand(this.#mirror.testimony.hasLied(worker), PROVEN, () => `${worker} is`);
  }

  /** Notes an answer, to find out later whether it is a lie. */
  #hear(event: Step["event"]): void {
    if (event.kind !== "shard_result") return;
    const { worker, run: name, shardIndex, partial, digest } = event;
    const run = this.#mirror.runs.get(name);
    if (run === undefined || this.#mirror.testimony.weightOf(event) === undefined) return;
    const { plan } = run;
    const isLie = () => digest !== digestOf(truthOf(plan, shardIndex, partial));
    const answers = this.#answers.get(worker) ?? [];
    this.#answers.set(worker, answers);
    answers.push(isLie);
  }

  #superseded({ run: name, shards }: Extract<SchedulerCommand, { kind: "retract" }>): void {
    const names = shards.map((shardIndex) => `${name}#${shardIndex}`);
    demand(!this.#mirror.testimony.isShared(names), SHARED, () => name);
    const run = this.#mirror.runs.get(name);
    const left = [...(run?.durable ?? [])].filter((shardIndex) => !shards.includes(shardIndex));
    demand(left.length === 0, WHOLE, () => `${name} keeps ${left.join(", ")}`);
    const kept = [...this.#mirror.recording.keys()].filter(
      (shard) => shard.startsWith(`${name}#`) && !shards.includes(Number(shard.split("#")[1])),
    );
    demand(kept.length === 0, WHOLE, () => `${kept.join(", ")} are still written`);
  }

  #founded(name: string, foldedShards: number): void {
    const { testimony, quarantined } = this.#mirror;
    const recorded = this.#observed.ledger.shards(name);
    const plan = this.#mirror.runs.get(name)?.plan;
    for (let shardIndex = 0; shardIndex < foldedShards; shardIndex++) {
      const shard = `${name}#${shardIndex}`;
      const deliverer = testimony.deliverers.get(shard);
      const { partial, digest } = recorded.get(shardIndex) ?? {};
      if (testimony.verified.has(shard) && plan !== undefined && partial !== undefined) {
        const truth = truthOf(plan, shardIndex, partial);
        const isAcross = testimony.verified.get(shard) !== undefined;
        const isTrue = isAcross ? areNear(partial, truth) : digest === digestOf(truth);
        demand(isTrue, TRUE, () => shard);
      } else {
        demand(
          deliverer === undefined || !quarantined.has(deliverer),
          UNFOUNDED,
          () => `${shard} is of ${deliverer}`,
        );
      }
    }
  }

  #checked(name: string, foldedShards: number): void {
    const { options, scheduler } = this.#observed;
    const run = this.#mirror.runs.get(name);
    if (run === undefined || options.doubleCheckInterval === 0) return;
    const waited = this.#mirror.now - (this.#metAt.get(run) ?? this.#mirror.now);
    if (waited >= options.doubleCheckPatienceSeconds) return;
    const { testimony } = this.#mirror;
    for (let shardIndex = 0; shardIndex < foldedShards; shardIndex++) {
      const shard = `${name}#${shardIndex}`;
      const deliverer = testimony.deliverers.get(shard);
      const accepted = this.#observed.ledger.shards(name).get(shardIndex)?.partial;
      const isDue = options.doubleCheckInterval === 1 || testimony.isFirst(shard);
      if (!isDue || deliverer === undefined || testimony.verified.has(shard)) continue;
      // The worker that was asked has left, has failed or hangs.
      if (this.#asked.has(shard) || (run.attempts.get(shardIndex) ?? 0) > 1) continue;
      if (this.#isOut(name, shardIndex)) continue;
      const other = [...scheduler.workers.values()].find(
        ({ id, connected, draining }) =>
          id !== deliverer &&
          connected &&
          !draining &&
          this.#mirror.isLively(id) &&
          !this.#mirror.mayBeSilent(id) &&
          (this.#mirror.devices.get(id) ?? []).some((device) => {
            const generator = run.chosen(device)?.generator;
            if (!run.isMixed || generator === "") return generator !== undefined;
            return generator !== undefined && areOfOneStream(generator, accepted?.generator ?? "");
          }),
      );
      demand(other === undefined, CHECKED, () => `${shard} could be checked by ${other?.id}`);
    }
  }
}
