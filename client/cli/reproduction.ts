import { performance } from "node:perf_hooks";

import { KINDS } from "../../shared/kinds/kinds.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { SampleRun } from "../reproduce/sample.ts";
import type { Claim } from "../reproduce/claim.ts";
import type { Cluster } from "./cluster.ts";
import { requestIdOf } from "./ledgerPlace.ts";
import { interrupted, type Parting } from "./parting.ts";
import { ProgressBar, workState, type WatchStart } from "./presentation/progressBar.ts";
import type { WorkState } from "./presentation/progressLine.ts";
import { watchSweep } from "./watching.ts";

/** A claim with the runs that it asks for. */
export interface ClaimRequest {
  readonly claim: Claim;
  readonly runs: readonly Run[];
}

/** How long a sample took. */
export interface TimedSample {
  readonly seconds: number;
  /** What the sample computed, in units that all kinds share. */
  readonly work: number;
  /** What there is to compute in all. */
  readonly wholeWork: number;
}

/** How many answers are asked for at once. */
const ASKED_AT_ONCE = 16;

/** The sweeps of a report on a cluster: one for each claim, all at the same time. */
export class Reproduction {
  readonly #cluster: Cluster;
  readonly #quiet: boolean;
  readonly #clock = () => performance.now() / 1000;
  /** Names of the sweeps that the cluster has. */
  readonly #created: string[] = [];
  #isSubmitting = false;
  #isResumed = false;

  constructor(cluster: Cluster, quiet: boolean) {
    this.#cluster = cluster;
    this.#quiet = quiet;
  }

  /** What the command says if it is interrupted now. */
  parting(): Parting {
    const { callFlags, ledger } = this.#cluster;
    if (callFlags === undefined) {
      const isKept = this.#created.length > 0 && ledger !== undefined && ledger !== MEMORY;
      if (!isKept) return "interrupted";
      return `interrupted; the same command resumes from here, with ${ledger}`;
    }
    const known = this.#created.map((name) => interrupted(name, callFlags));
    if (this.#isSubmitting) {
      known.push(`more may have been submitted: lyapunov sweeps list ${callFlags}`);
    }
    return known.length === 0 ? "interrupted; nothing was submitted" : known.join("\n");
  }

  /** Whether the cluster had computed parts before. */
  get isResumed(): boolean {
    return this.#isResumed;
  }

  /**
   * Computes a small sample of all runs and times it.
   *
   * @param part tells samples of one command apart
   * @returns undefined if the cluster had computed it before, which says nothing of time
   */
  async time(part: string, sample: readonly SampleRun[]): Promise<TimedSample | undefined> {
    const start = this.#clock();
    const title = "reproduce: a sample, to predict the time";
    const requests = sample.map(({ run }) => run);
    const { name, runs } = await this.#submit(title, part, requests);
    await watchSweep(this.#cluster.api, name, { ...this.#means, quiet: true });
    if (this.#isResumed) return undefined;
    let [work, wholeWork] = [0, 0];
    for (const [i, { replicaCount, wholeReplicaCount }] of sample.entries()) {
      const each = replicaWork(runs[i]);
      work += each * replicaCount;
      wholeWork += each * wholeReplicaCount;
    }
    return { seconds: this.#clock() - start, work, wholeWork };
  }

  /**
   * Computes the runs of all claims, with one progress bar over them.
   *
   * @returns each claim's runs, in the order in which it asked for them
   * @throws Error if a run does not succeed
   */
  async compute(requests: readonly ClaimRequest[]): Promise<Run__Output[][]> {
    const names: string[] = [];
    for (const { claim, runs } of requests) {
      names.push((await this.#submit(`reproduce: ${claim.title}`, claim.id, runs)).name);
    }
    const bar = new ProgressBar("reproduce", this.#quiet);
    try {
      const latest = names.map((): readonly Run__Output[] => []);
      const progress = new OverallProgress();
      const watching = names.map((name, i) =>
        watchSweep(this.#cluster.api, name, {
          ...this.#means,
          quiet: true,
          onNews: (runs) => {
            latest[i] = runs;
            if (latest.every((some) => some.length > 0)) {
              bar.update(progress.state(latest.flat(), this.#clock()));
            }
          },
        }),
      );
      await Promise.all(watching);
    } finally {
      bar.stop();
    }
    return Promise.all(names.map((name) => this.#ended(name)));
  }

  get #means() {
    return { clock: this.#clock, callFlags: this.#cluster.callFlags };
  }

  /** Submits a sweep, or finds the one that the same command had submitted. */
  async #submit(displayName: string, part: string, runs: readonly Run[]): Promise<Sweep__Output> {
    const { api, requestId } = this.#cluster;
    this.#isSubmitting = true;
    const sweep = { displayName, runs: [...runs] };
    const created = await api.createSweep(sweep, requestIdOf([requestId, part]));
    this.#isSubmitting = false;
    this.#created.push(created.name);
    this.#isResumed ||= created.runs.some((run) => shareOf(run) > 0);
    return created;
  }

  /** The runs of a sweep with their checkpoints, which the sweep itself leaves out. */
  async #ended(name: string): Promise<Run__Output[]> {
    const { api } = this.#cluster;
    const { runs } = await api.getSweep(name);
    const whole: Run__Output[] = [];
    for (let first = 0; first < runs.length; first += ASKED_AT_ONCE) {
      const some = runs.slice(first, first + ASKED_AT_ONCE);
      whole.push(...(await Promise.all(some.map((run) => api.getRun(run.name)))));
    }
    for (const run of whole) assertSucceeded(run);
    return whole;
  }
}

function assertSucceeded(run: Run__Output): void {
  const state = stateOf(run);
  if (state === "SUCCEEDED") return;
  throw new Error(`${run.name}: ${state}${run.error === "" ? "" : `: ${run.error}`}`);
}

/** The progress of many runs together, which weigh as much as there is to compute for them. */
class OverallProgress {
  readonly #work = new Map<string, number>();
  #start: WatchStart | undefined;

  /** @param now in seconds of the watcher's clock */
  state(runs: readonly Run__Output[], now: number): WorkState {
    let [done, whole] = [0, 0];
    for (const run of runs) {
      const work = this.#workOf(run);
      done += work * shareOf(run);
      whole += work;
    }
    const share = done / Math.max(whole, Number.MIN_VALUE);
    const state = workState(runs, this.#start, now);
    this.#start ??= { at: now, share, replicaCount: state.replicaCount };
    const elapsed = now - this.#start.at;
    const gained = share - this.#start.share;
    const remaining = gained > 0 ? (elapsed * (1 - share)) / gained : undefined;
    return {
      ...state,
      share,
      // Most runs are too short for rates of their own.
      replicasPerSecond:
        elapsed > 0 ? (state.replicaCount - this.#start.replicaCount) / elapsed : 0,
      remainingSeconds: share === 1 ? 0 : remaining,
    };
  }

  #workOf(run: Run__Output): number {
    const known = this.#work.get(run.name);
    if (known !== undefined) return known;
    const work = replicaWork(run) * Number(run.stoppingRule?.replicaCount ?? 1);
    this.#work.set(run.name, work);
    return work;
  }
}

/** What a replica of a run costs, in units that all kinds share. */
function replicaWork(run: Run__Output | undefined): number {
  if (run === undefined) return 1;
  const kind = KINDS.onWire(run.kind);
  return kind === undefined ? 1 : kind.replicaWork(kind.parse(kind.inputFromMessage(run)));
}

function shareOf(run: Run__Output): number {
  if (hasEnded(stateOf(run))) return 1;
  const { completedShardCount = 0, plannedShardCount = 1 } = run.progress ?? {};
  return Math.min(1, completedShardCount / Math.max(1, plannedShardCount));
}
