import type { Timeline } from "../timeline.ts";

/**
 * How a statement can fail: it is refused; or so that the database undoes its transaction by itself;
 * or it is executed and nobody hears of it.
 */
export type Failure = "refused" | "undone" | "unheard";

/** What may befall a coordinator at each step that it takes. */
export interface Hazard {
  /** Whether it dies before it takes the step. */
  isFatal(step: string): boolean;
  /** How long it waits for the disk. */
  diskSeconds(): number;
  /** How the disk fails it, if it does. */
  failure(step: string): Failure | undefined;
}

/**
 * One life of a coordinator. All that it does to the world is a step: an SQL statement, a commit that
 * it has not heard of yet, a message, a reply. Any step may be the one before which it is killed.
 */
export class Life {
  readonly number: number;
  /** Resolves at its end. */
  readonly over: Promise<void>;
  readonly #timeline: Timeline;
  readonly #hazard: Hazard;
  readonly #onEnd: () => void;
  readonly #resolveOver: () => void;
  #isOver = false;

  /** @param onEnd is called at once, in the middle of whatever it was at. */
  constructor(number: number, timeline: Timeline, hazard: Hazard, onEnd: () => void) {
    this.number = number;
    this.#timeline = timeline;
    this.#hazard = hazard;
    this.#onEnd = onEnd;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#resolveOver = resolve;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it lives to take the step. */
  takes(step: string): boolean {
    if (!this.#isOver && this.#hazard.isFatal(step)) this.end();
    return !this.#isOver;
  }

  /** Takes a step on the disk, once that is ready for it; never, if that is not in this life. */
  async does<Result>(step: string, act: () => Promise<Result>): Promise<Result> {
    const seconds = this.#isOver ? 0 : this.#hazard.diskSeconds();
    if (seconds > 0) await this.#timeline.wait(seconds);
    return this.takes(step) ? act() : Promise.withResolvers<never>().promise;
  }

  /** How a statement fails, if it does. */
  failure(step: string): Failure | undefined {
    return this.#hazard.failure(step);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#resolveOver();
    this.#onEnd();
  }
}
