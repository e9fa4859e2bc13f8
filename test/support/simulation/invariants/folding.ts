import type { SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import type { RunProgress } from "../../../../coordinator/scheduler/runProgress.ts";
import { PrefixFold } from "../prefixFold.ts";
import { demand } from "../violation.ts";
import type { Mirror } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";

const IN_ORDER = "the estimate is the fold of partials in shard order";
const COUNTED = "an estimate says who computed how much of it";
const SHORTEST = "a run succeeds exactly at the shortest prefix that meets its rule";
const ACTIVE = "a run is active from its submission to its end";

/** Checks every fold against a second, plain one. */
export class Folding implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;
  /** Folds by the mirror's object of the run: a run that is submitted anew has a new fold. */
  readonly #folds = new WeakMap<object, PrefixFold>();

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  command(command: SchedulerCommand): void {
    if (command.kind !== "run_succeeded" && command.kind !== "run_failed") return;
    const fold = this.#fold(command.run);
    demand(fold !== undefined, ACTIVE, () => `${command.run} ends and was not active`);
    this.#compare(command.run, command.progress, fold);
    const succeeded = command.kind === "run_succeeded";
    demand(
      succeeded === fold.met,
      SHORTEST,
      () => `${command.run} ${succeeded ? "succeeds" : "fails"} at ${fold.shardCount} shards`,
    );
  }

  state({ event }: Step): void {
    const { runs } = this.#observed.scheduler;
    demand(
      runs.size === this.#mirror.runs.size,
      ACTIVE,
      () => `the scheduler works on ${[...runs.keys()].join(", ") || "nothing"}`,
    );
    // Nothing else can make a fold grow.
    if (!("run" in event) || event.kind === "shard_result") return;
    const active = runs.get(event.run);
    const fold = this.#fold(event.run);
    demand((active === undefined) === (fold === undefined), ACTIVE, () => event.run);
    if (active === undefined || fold === undefined) return;
    // The fold goes on as soon as these are read.
    if (active.progress.wanted !== undefined) return;
    this.#compare(event.run, active.progress, fold);
    const isChecked = [...active.trust.checks].some((shard) => shard < fold.shardCount);
    demand(
      !fold.met || isChecked,
      SHORTEST,
      () => `${event.run} goes on after ${fold.shardCount} shards`,
    );
  }

  #compare(run: string, progress: RunProgress, fold: PrefixFold): void {
    demand(
      progress.foldedShards === fold.shardCount,
      IN_ORDER,
      () => `${run} has folded ${progress.foldedShards} shards, not ${fold.shardCount}`,
    );
    demand(
      JSON.stringify(progress.folded) === JSON.stringify(fold.sums),
      IN_ORDER,
      () => `${run}'s sums over ${fold.shardCount} shards differ in bits`,
    );
    const counted = new Map(
      progress.computations.map((of) => [`${of.backend} ${of.generator}`, of.replicaCount]),
    );
    demand(
      counted.size === fold.replicaCounts.size &&
        [...fold.replicaCounts].every(([kind, count]) => counted.get(kind) === count),
      COUNTED,
      () => `${run} counts ${JSON.stringify([...counted])}`,
    );
  }

  /** The plain fold of the run's shards that the scheduler knows to be durable. */
  #fold(name: string): PrefixFold | undefined {
    const run = this.#mirror.runs.get(name);
    if (run === undefined) return undefined;
    const fold = this.#folds.get(run) ?? new PrefixFold(run.plan.specification);
    this.#folds.set(run, fold);
    const shards = this.#observed.ledger.shards(name);
    fold.extend((shardIndex) =>
      run.durable.has(shardIndex) ? shards.get(shardIndex)?.partial : undefined,
    );
    return fold;
  }
}
