import { createHash } from "node:crypto";

import { LRUCache } from "lru-cache";

import type { SimulationReads } from "../simulations/reads.ts";
import type { View, Viewed, Views } from "./views.ts";

/** A view as text, ready to be sent to whoever looks at it. */
export interface ViewText {
  /** A digest of the content: equal views have equal ids. */
  readonly id: string;
  readonly rest: string;
  /** JSON of each resource by its name, in their order. */
  readonly resources: ReadonlyMap<string, string>;
}

interface Kept {
  /** Changes of runs that were counted when it was begun. */
  readonly revision: number;
  /** Seconds of the clock when it was begun. */
  readonly at: number;
  /** How long it took to make; undefined while it is being made. */
  seconds?: number;
  readonly text: Promise<ViewText>;
}

/** A view is made anew at most so often, however many look and whatever changes. */
const LEAST_AGE_SECONDS = 0.8;
/** A view is made anew so often while no run changes: rates and workers' silences change with time. */
const GREATEST_AGE_SECONDS = 3;
/** A view rests for so many times what it took to make: most of the time is for the work. */
const REST = 10;
/** Views that are kept: those looked at last. */
const MAXIMUM_KEPT = 64;

/** Makes each view once for all who look at it. */
export class SharedViews {
  readonly #views: Pick<Views, "of">;
  readonly #reads: Pick<SimulationReads, "now">;
  readonly #kept = new LRUCache<string, Kept>({ max: MAXIMUM_KEPT });
  /** Counts changes of runs. */
  #revision = 0;

  constructor(views: Pick<Views, "of">, reads: Pick<SimulationReads, "onRunChange" | "now">) {
    this.#views = views;
    this.#reads = reads;
    reads.onRunChange(() => {
      this.#revision += 1;
    });
  }

  /** @throws ApiError NOT_FOUND; InvalidPageToken */
  async of(viewed: Viewed): Promise<ViewText> {
    const key = `${viewed.view} ${viewed.pageToken}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#isFresh(kept)) return kept.text;
    const at = this.#reads.now();
    const text = this.#views.of(viewed).then(viewText);
    const made: Kept = { revision: this.#revision, at, text };
    const note = () => {
      made.seconds = this.#reads.now() - at;
    };
    text.then(note, note);
    this.#forget();
    this.#kept.set(key, made);
    return text;
  }

  /** Forgets stale views, which nobody may ask for again: one of 2,000 runs has megabytes. */
  #forget(): void {
    const stale = [...this.#kept].filter(([, kept]) => !this.#isFresh(kept));
    for (const [key] of stale) this.#kept.delete(key);
  }

  #isFresh({ revision, at, seconds }: Kept): boolean {
    if (seconds === undefined) return true;
    const age = this.#reads.now() - at;
    const least = revision === this.#revision ? GREATEST_AGE_SECONDS : LEAST_AGE_SECONDS;
    return age < Math.max(least, REST * seconds);
  }
}

function viewText({ rest, resources }: View): ViewText {
  const texts = new Map(resources.map((resource) => [resource.name, JSON.stringify(resource)]));
  const restText = JSON.stringify(rest);
  const hash = createHash("sha256").update(restText);
  for (const text of texts.values()) hash.update(text);
  return { id: hash.digest("base64url").slice(0, 16), rest: restText, resources: texts };
}
