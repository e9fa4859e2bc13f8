import { status as Code, type ServiceError } from "@grpc/grpc-js";

import type { Cluster } from "./cluster.ts";
import type { Collection } from "./names.ts";
import { interrupted, type Parting } from "./parting.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";

/** Codes that leave open whether the coordinator has done what it was asked. */
const OPEN_CODES: ReadonlySet<Code | undefined> = new Set([
  Code.UNAVAILABLE,
  Code.CANCELLED,
  Code.DEADLINE_EXCEEDED,
  Code.UNKNOWN,
  Code.INTERNAL,
]);

/**
 * The submission of a run or a sweep to a cluster. Knows at every moment what an interrupted command
 * can truthfully say of it.
 */
export class Submission<Resource extends { readonly name: string }> {
  readonly #cluster: Cluster;
  readonly #collection: Collection;
  /** The run that is under way before the submission, to find a gain. */
  #first: { readonly name: string } | undefined;
  #answer: Promise<Resource> | undefined;
  #created: Resource | undefined;

  constructor(cluster: Cluster, collection: Collection) {
    this.#cluster = cluster;
    this.#collection = collection;
  }

  /** Notes a run that must end before anything is submitted. */
  prepare(first: { readonly name: string }): void {
    this.#first = first;
  }

  /** Submits; from now on there may be something to take care of. */
  async submit(create: () => Promise<Resource>): Promise<Resource> {
    this.#answer = create();
    this.#created = await this.#answer;
    return this.#created;
  }

  /** What the command says if it is interrupted now. */
  parting(): Parting {
    const { callFlags, ledger } = this.#cluster;
    if (callFlags === undefined) {
      const isStarted = (this.#created ?? this.#first) !== undefined;
      const isKept = isStarted && ledger !== undefined && ledger !== MEMORY;
      if (!isKept) return "interrupted";
      return `interrupted; the same command resumes from here, with ${ledger}`;
    }
    if (this.#created !== undefined) return interrupted(this.#created.name, callFlags);
    if (this.#answer === undefined && this.#first !== undefined) {
      return interrupted(this.#first.name, callFlags);
    }
    if (this.#answer === undefined) return "interrupted; nothing was submitted";
    const what = this.#collection === "sweeps" ? "the sweep" : "the run";
    const otherwise =
      `interrupted; the coordinator has not answered, so ${what} may be there or not: ` +
      `lyapunov ${this.#collection} list ${callFlags}`;
    return {
      meanwhile: `${what} is being submitted; waiting for the answer (Ctrl-C again does not wait)`,
      answer: this.#answer.then(
        ({ name }) => interrupted(name, callFlags),
        (error: Partial<ServiceError>) =>
          OPEN_CODES.has(error.code)
            ? otherwise
            : `interrupted; nothing was submitted: ${error.details ?? error.message}`,
      ),
      otherwise,
    };
  }
}
