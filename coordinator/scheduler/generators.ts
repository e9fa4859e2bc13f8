import type { ActiveRun } from "./activeRun.ts";
import { answers, serves, type Device, type Worker } from "./fleet.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { SchedulerState } from "./schedulerState.ts";

/** A run on which nobody works, since the workers of its generator are gone or silent. */
export interface GeneratorWait {
  /** The run's generator; undefined if no partial has settled one yet. */
  readonly generator: string | undefined;
  /** Workers that hold leases of the run's generator and have long delivered nothing. */
  readonly silent: readonly string[];
  /** Seconds without a partial of the run; undefined if this coordinator has seen none. */
  readonly quietSeconds: number | undefined;
  /** Idle workers of other generators that could compute the run. */
  readonly standby: readonly string[];
  /** When those will; undefined if the run's generator is settled, or there are none. */
  readonly supersededInSeconds: number | undefined;
}

/**
 * Decides which random generator a run is of, unless it is mixed. Any worker may begin with a run. The first partial
 * that is accepted decides, and leases of other generators are taken back: their partials could not
 * be folded with it.
 *
 * A generator that one worker alone has delivered is superseded if nothing more comes of it for a
 * time, while workers of another one are idle. All its shards are then retracted in one step and
 * computed anew. A generator on which two workers agree is superseded by nobody; neither is
 * that of shards from an earlier coordinator's life, since nobody knows who delivered them. Somebody
 * can still free such a run: by cancelling and extending it.
 */
export class Generators {
  readonly #state: SchedulerState;
  readonly #lifecycle: Lifecycle;

  constructor(state: SchedulerState, lifecycle: Lifecycle) {
    this.#state = state;
    this.#lifecycle = lifecycle;
  }

  /** Takes back the leases of devices that cannot serve the run, now that it has a generator. */
  chosen(run: ActiveRun): void {
    for (const shardIndex of run.leases.keys()) {
      for (const lease of this.#state.leasesOfShard(run, shardIndex)) {
        if (lease.device.serves(run)) continue;
        this.#state.release(lease);
        const worker = this.#state.workers.get(lease.worker);
        if (worker !== undefined) this.#state.revoke(worker, [lease]);
      }
    }
  }

  /**
   * Supersedes the generators that have been silent for too long.
   *
   * @param isLedgerBehind true if nothing is granted at present, so that workers are not to blame
   */
  supersede(isLedgerBehind: boolean): void {
    for (const run of this.#state.runs.values()) {
      const { generator, progress } = run;
      if (isLedgerBehind || run.isRecording) run.trust.standing.resumed(this.#state.now);
      if (progress.met) continue;
      if (generator === undefined) this.#readmit(run);
      else if (this.#isOverdue(run) && this.#standby(run).length > 0) {
        const quiet = Math.round(this.#quietSeconds(run) ?? 0);
        const reason =
          `their generator ${generator} is given up: nothing more has come of it for ${quiet} s, ` +
          `and workers of another one are idle`;
        this.#lifecycle.retract(run, run.settledShards(), { generator, reason });
      }
    }
  }

  /** Why nobody works on the run; undefined if somebody does, or if workers only have to be free. */
  wait(run: ActiveRun): GeneratorWait | undefined {
    if (this.#canGoOn(run)) return undefined;
    const { generator, trust } = run;
    const silent = this.#present((worker) => serves(worker, run));
    if (generator === undefined && silent.length === 0) return undefined;
    const standby = this.#standby(run);
    const quietSeconds = this.#quietSeconds(run);
    const isTiedForGood = trust.standing.isSettled || standby.length === 0;
    return {
      generator,
      silent,
      quietSeconds,
      standby,
      supersededInSeconds: isTiedForGood
        ? undefined
        : Math.max(0, this.#patience(run) - (quietSeconds ?? 0)),
    };
  }

  /** Admits a generator again that was given up, if nobody has come to do better. */
  #readmit(run: ActiveRun): void {
    const { superseded } = run.trust.standing;
    if (superseded.size > 0 && !this.#canGoOn(run)) {
      run.trust.standing.readmit();
      this.#state.workAppeared = true;
    }
  }

  #isOverdue(run: ActiveRun): boolean {
    const quiet = this.#quietSeconds(run);
    return !run.trust.standing.isSettled && quiet !== undefined && quiet >= this.#patience(run);
  }

  #quietSeconds({ trust }: ActiveRun): number | undefined {
    const { quietSince } = trust.standing;
    return quietSince === undefined ? undefined : this.#state.now - quietSince;
  }

  #patience({ trust }: ActiveRun): number {
    return trust.standing.patience(this.#state.options.generatorPatienceSeconds);
  }

  /** True if a present worker's device serves the run and answers what it is asked. */
  #canGoOn(run: ActiveRun): boolean {
    return this.#someAnswer(run, (device) => device.serves(run)).length > 0;
  }

  /** Workers that are idle, and could do the run if its generator were given up. */
  #standby(run: ActiveRun): string[] {
    const { backends, wireKind, generator } = run;
    const anew = { backends, wireKind, generator: undefined, superseded: new Set<string>() };
    return this.#someAnswer(run, (device) => {
      const backend = device.backendFor(anew);
      if (!device.idle || backend === undefined) return false;
      return device.generatorOf(backend) !== generator;
    });
  }

  #someAnswer(run: ActiveRun, isOne: (device: Device) => boolean): string[] {
    const { now } = this.#state;
    const patience = this.#patience(run);
    return this.#present((worker) => answers(worker, now, patience, isOne));
  }

  #present(isOne: (worker: Worker) => boolean): string[] {
    const isThere = (worker: Worker) => this.#state.isPresent(worker) && isOne(worker);
    return [...this.#state.workers.values()].filter(isThere).map(({ id }) => id);
  }
}
