import type { Timeline } from "../timeline.ts";

/**
 * How a statement can fail: it is refused, or the database undoes the whole transaction, or it is
 * executed and nobody hears of it.
 */
export type Failure = "refused" | "undone" | "unheard";

/** Decides what happens to a coordinator at each of its steps. */
export interface Hazard {
  /** Whether the coordinator dies before it takes the step. */
  isFatal(step: string): boolean;
  /** How long a step on the disk takes. */
  diskSeconds(): number;
  /** How the disk fails the step; undefined if it does not. */
  failure(step: string): Failure | undefined;
}

/**
 * One life of a coordinator. Everything that it does to the world is a step: an SQL statement, a
 * commit that it has not heard of yet, a message, a reply. It may be killed before any step.
 */
export class Life {
  readonly number: number;
  /** Resolves when the life is over. */
  readonly over: Promise<void>;
  readonly #timeline: Timeline;
  readonly #hazard: Hazard;
  readonly #onEnd: () => void;
  readonly #resolveOver: () => void;
  #isOver = false;

  /** @param onEnd is called at once at the end, in the middle of whatever the coordinator does. */
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

  /** Whether the coordinator lives to take the step. */
  takes(step: string): boolean {
    if (!this.#isOver && this.#hazard.isFatal(step)) this.end();
    return !this.#isOver;
  }

  /** Takes a step on the disk once that is ready. Never settles if the life ends before. */
  async does<Result>(step: string, act: () => Promise<Result>): Promise<Result> {
    const seconds = this.#isOver ? 0 : this.#hazard.diskSeconds();
    if (seconds > 0) await this.#timeline.wait(seconds);
    return this.takes(step) ? act() : Promise.withResolvers<never>().promise;
  }

  /** How a statement fails; undefined if it does not. */
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
