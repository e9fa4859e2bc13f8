import { Violation } from "../violation.ts";

/**
 * The first thing that went wrong. Much of what a coordinator does is done in promises, where an
 * error may get lost; so it is kept here, and thrown by whoever moves time.
 */
export class Findings {
  #first: Error | undefined;

  /** Notes a violation unless the condition holds; the detail is worked out only then. */
  demand(condition: boolean, invariant: string, detail: () => string): void {
    if (!condition) this.add(new Violation(invariant, detail()));
  }

  add(error: unknown): void {
    this.#first ??= error instanceof Error ? error : new Error(String(error));
  }

  /** @throws the first of them, if there is one */
  raise(): void {
    if (this.#first !== undefined) throw this.#first;
  }
}
