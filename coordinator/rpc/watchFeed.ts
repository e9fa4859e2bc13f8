import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf, type RunState } from "../../shared/wire/runStates.ts";
import { Mutex } from "../ledger/mutex.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import { ChangeSignal } from "./changeSignal.ts";

/** What is watched, and how it is read and encoded. */
export interface FeedSource {
  /** Names of the runs, in their order. */
  readonly names: readonly string[];
  /** Reads runs in the order of their names, with pauses for others to have their turn. */
  read(names: readonly string[]): AsyncIterable<Run>;
  encode(run: Run): Buffer;
}

/** How often a feed looks at what it shows, in milliseconds. */
export interface FeedPace {
  /** At most so often. */
  readonly pause: number;
  /** While nothing changes, at least so often: the rate falls then. */
  readonly limit: number;
}

interface Entry {
  readonly bytes: Buffer;
  readonly state: RunState;
  /** The version in which the run was encoded last. */
  readonly version: number;
}

/**
 * Runs as all of their watchers see them: each is read and encoded once when it has changed, however
 * many watch. Versions count up; a watcher asks for what is later than what it has seen.
 */
export class WatchFeed implements Disposable {
  readonly names: readonly string[];
  readonly #source: FeedSource;
  readonly #pace: FeedPace;
  readonly #signal: ChangeSignal;
  readonly #refreshing = new Mutex();
  readonly #entries = new Map<string, Entry>();
  #version = 0;
  #encodedCount = 0;
  #turn: Promise<void> | undefined;

  constructor(reads: Pick<SimulationReads, "onRunChange">, source: FeedSource, pace: FeedPace) {
    this.names = source.names;
    this.#source = source;
    this.#pace = pace;
    this.#signal = new ChangeSignal(reads, new Set(source.names));
  }

  get version(): number {
    return this.#version;
  }

  /** How often a run was encoded. */
  get encodedCount(): number {
    return this.#encodedCount;
  }

  /** States of the runs, in their order. */
  get states(): RunState[] {
    return this.names.flatMap((name) => this.#entries.get(name)?.state ?? []);
  }

  get hasEnded(): boolean {
    return this.states.every(hasEnded);
  }

  /** Names of the runs that are later than a version, in their order. */
  changedSince(version: number): string[] {
    return this.names.filter((name) => (this.#entries.get(name)?.version ?? 0) > version);
  }

  /** The runs, encoded, as they are now. */
  encoded(names: readonly string[]): Buffer[] {
    return names.flatMap((name) => this.#entries.get(name)?.bytes ?? []);
  }

  /** Resolves once the feed shows all that had changed when this was called. */
  async refresh(): Promise<void> {
    await this.#refreshing.run(async () => {
      const changed = this.#signal.take();
      await this.#encode(
        this.names.filter((name) => changed.has(name) || !this.#entries.has(name)),
      );
    });
  }

  /** Resolves after the next look, which all who wait for it share. */
  async next(): Promise<void> {
    this.#turn ??= this.#look().finally(() => {
      this.#turn = undefined;
    });
    await this.#turn;
  }

  [Symbol.dispose](): void {
    this.#signal[Symbol.dispose]();
  }

  async #look(): Promise<void> {
    await this.#signal.next(this.#pace.pause, this.#pace.limit);
    await this.#refreshing.run(async () => {
      const changed = this.#signal.take();
      const isUnfinished = (name: string) => {
        const state = this.#entries.get(name)?.state;
        return state === undefined || !hasEnded(state);
      };
      // If nothing changed, unfinished runs are looked at for their rates and times left.
      const due = this.names.filter((name) =>
        changed.size > 0 ? changed.has(name) : isUnfinished(name),
      );
      await this.#encode(due);
    });
  }

  async #encode(names: readonly string[]): Promise<void> {
    const version = this.#version + 1;
    const entries = new Map<string, Entry>();
    for await (const run of this.#source.read(names)) {
      const { name = "" } = run;
      const bytes = this.#source.encode(run);
      this.#encodedCount += 1;
      if (this.#entries.get(name)?.bytes.equals(bytes) === true) continue;
      entries.set(name, { bytes, state: stateOf(run), version });
    }
    if (entries.size === 0) return;
    for (const [name, entry] of entries) this.#entries.set(name, entry);
    this.#version = version;
  }
}
