import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import { sweepState } from "../simulations/sweepStanding.ts";
import { sweepEntry } from "../simulations/sweepView.ts";
import { hasEnded } from "../../shared/wire/runStates.ts";
import { slices } from "../plan/slices.ts";
import { Outbox, type OutboxOptions, type OutboxStream } from "./outbox.ts";
import { resetCall } from "./resetCall.ts";
import { WatchFeed, type FeedPace, type FeedSource } from "./watchFeed.ts";
import {
  encodeRunOfSweep,
  encodeRunResponse,
  encodeSweepHead,
  sweepResponse,
} from "./watchMessages.ts";

export interface WatchesOptions {
  readonly pace: FeedPace;
  readonly outbox: Omit<OutboxOptions, "reset" | "onDropped">;
}

/** Hears of watchers that were cut off, to count them. */
export interface WatchObserver {
  watchDropped(): void;
}

const DEFAULT_WATCHES: WatchesOptions = {
  pace: { pause: 200, limit: 5000 },
  outbox: { maximumBytes: 2 ** 26, patience: 60_000, pressedPatience: 5000 },
};

/** The watchers of runs and sweeps, who share what they see. */
export class Watches {
  readonly #reads: SimulationReads;
  readonly #pace: FeedPace;
  readonly #outbox: Outbox;
  readonly #feeds = new Map<string, { readonly feed: WatchFeed; watcherCount: number }>();

  constructor(
    reads: SimulationReads,
    observer: WatchObserver | undefined,
    { pace, outbox }: WatchesOptions = DEFAULT_WATCHES,
  ) {
    this.#reads = reads;
    this.#pace = pace;
    this.#outbox = new Outbox({
      ...outbox,
      reset: ({ metadata }) => {
        resetCall(metadata);
      },
      onDropped: () => observer?.watchDropped(),
    });
  }

  /** Bytes that wait for readers. */
  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  /** How often a run was encoded for those who watch the run or the sweep now. */
  encodedCount(name: string): number {
    return this.#feeds.get(name)?.feed.encodedCount ?? 0;
  }

  /** Sends a run whenever it changes, until it has ended. @throws ApiError NOT_FOUND */
  async watchRun(name: string, stream: OutboxStream): Promise<void> {
    const source = {
      names: [name],
      read: (names: readonly string[]) => this.#reads.views(names),
      encode: encodeRunResponse,
    };
    await this.#follow(name, source, stream, async (feed, isFirst, isLast, seen) => {
      if (!isFirst && !isLast && feed.changedSince(seen).length === 0) return;
      const [bytes] = feed.encoded([name]);
      if (bytes !== undefined) await this.#outbox.send(stream, bytes);
    });
  }

  /**
   * Sends all runs of a sweep, then those that change, until all have ended; see WatchSweepRequest.
   *
   * @param pageSize most runs in a message; 0: no pages, and all runs once more at the end
   * @throws ApiError NOT_FOUND
   */
  async watchSweep(name: string, pageSize: number, stream: OutboxStream): Promise<void> {
    const record = await this.#reads.sweepRecord(name);
    const source = {
      names: record.runs,
      read: (names: readonly string[]) => this.#reads.summaries(names),
      encode: (run: Run) => encodeRunOfSweep(run),
    };
    await this.#follow(name, source, stream, async (feed, isFirst, isLast, seen) => {
      const isWhole = pageSize === 0 && (isFirst || isLast);
      const names = isWhole ? feed.names : feed.changedSince(seen);
      const pages = pageSize === 0 ? [names] : [...slices(names, pageSize)];
      if (names.length === 0 && !isLast) return;
      for (const page of names.length === 0 ? [[]] : pages) {
        const { states } = feed;
        const endedRunCount = states.filter(hasEnded).length;
        const head = sweepEntry(record, { state: sweepState(states), endedRunCount });
        const message = sweepResponse([encodeSweepHead(head), ...feed.encoded(page)]);
        await this.#outbox.send(stream, message);
        if (stream.cancelled) return;
      }
    });
  }

  /** Calls `show` with the feed of what is watched, now and whenever it changes, until it has ended. */
  async #follow(
    name: string,
    source: FeedSource,
    stream: OutboxStream,
    show: (feed: WatchFeed, isFirst: boolean, isLast: boolean, seen: number) => Promise<void>,
  ): Promise<void> {
    using shared = this.#share(name, source);
    const { feed } = shared;
    const gone = Promise.withResolvers<void>();
    stream.on("cancelled", gone.resolve);
    await feed.refresh();
    let seen = 0;
    for (let isFirst = true; !stream.cancelled; isFirst = false) {
      const { version, hasEnded: isLast } = feed;
      await show(feed, isFirst, isLast, seen);
      seen = version;
      // A run may have been extended while the last messages were read.
      if (isLast && feed.version === version) return;
      if (feed.version === version) await Promise.race([feed.next(), gone.promise]);
    }
  }

  #share(name: string, source: FeedSource): Disposable & { readonly feed: WatchFeed } {
    const known = this.#feeds.get(name);
    const shared = known ?? {
      feed: new WatchFeed(this.#reads, source, this.#pace),
      watcherCount: 0,
    };
    this.#feeds.set(name, shared);
    shared.watcherCount += 1;
    return {
      feed: shared.feed,
      [Symbol.dispose]: () => {
        shared.watcherCount -= 1;
        if (shared.watcherCount > 0) return;
        this.#feeds.delete(name);
        shared.feed[Symbol.dispose]();
      },
    };
  }
}
