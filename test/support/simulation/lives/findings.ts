import { Violation } from "../violation.ts";

/**
 * The first thing that went wrong. A coordinator works in promises, where an error may get lost. So
 * errors are kept here, and whoever moves time throws them.
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

  /** @throws the first finding, if there is one */
  raise(): void {
    if (this.#first !== undefined) throw this.#first;
  }
}
