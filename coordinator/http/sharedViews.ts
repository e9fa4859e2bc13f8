import { createHash } from "node:crypto";

import type { Engine } from "../engine/engine.ts";
import type { View, Viewed, Views } from "./views.ts";

/** A view as text, ready to be sent to whoever looks at it. */
export interface ViewText {
  /** Of the content: equal views have equal ones. */
  readonly id: string;
  readonly rest: string;
  /** JSON of each resource by its name, in their order. */
  readonly resources: ReadonlyMap<string, string>;
}

interface Kept {
  readonly revision: number;
  readonly at: number;
  /** How long it took to make; undefined while it is being made. */
  seconds?: number;
  readonly text: Promise<ViewText>;
}

/** However many look, a view is made at most so often … */
const LEAST_AGE_SECONDS = 0.8;
/** … and, while no run changes, for what changes with time: rates, workers that fall silent. */
const GREATEST_AGE_SECONDS = 3;
/** A view is renewed after so many times what it took to make: most of the time is for the work. */
const REST = 10;
const MAXIMUM_KEPT = 64;

/** Makes each view once for all who look at it. */
export class SharedViews {
  readonly #views: Pick<Views, "of">;
  readonly #clock: () => number;
  readonly #kept = new Map<string, Kept>();
  /** Counts changes of runs. */
  #revision = 0;

  /** @param clock in seconds. */
  constructor(views: Pick<Views, "of">, engine: Pick<Engine, "onRunChange">, clock: () => number) {
    this.#views = views;
    this.#clock = clock;
    engine.onRunChange(() => {
      this.#revision += 1;
    });
  }

  /** @throws ApiError NOT_FOUND; InvalidPageToken */
  async of(viewed: Viewed): Promise<ViewText> {
    const key = `${viewed.view} ${viewed.pageToken}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#isFresh(kept)) return kept.text;
    const at = this.#clock();
    const text = this.#views.of(viewed).then(viewText);
    const made: Kept = { revision: this.#revision, at, text };
    const note = () => {
      made.seconds = this.#clock() - at;
    };
    text.then(note, note);
    this.#forget();
    this.#kept.set(key, made);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAXIMUM_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return text;
  }

  /** What would be made anew, and nobody may ask for again: one of 2,000 runs has megabytes. */
  #forget(): void {
    for (const [key, kept] of this.#kept) if (!this.#isFresh(kept)) this.#kept.delete(key);
  }

  #isFresh({ revision, at, seconds }: Kept): boolean {
    if (seconds === undefined) return true;
    const age = this.#clock() - at;
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
