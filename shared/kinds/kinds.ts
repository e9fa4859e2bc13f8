import type { BackendName } from "../specification/backends.ts";
import type { Kind } from "./kind.ts";
import { PROPAGATION } from "./propagation/propagation.ts";
import { SAMPLING_INITIALIZATION } from "./samplingInitialization/samplingInitialization.ts";
import { TRAINING } from "./training/training.ts";

/** The kinds of run that a coordinator can read from the wire and from its ledger. */
export class Kinds {
  readonly #kinds: readonly Kind[];

  /** @param kinds the kinds; a run that names none is of the first. */
  constructor(kinds: readonly [Kind, ...Kind[]]) {
    this.#kinds = kinds;
  }

  /** The kinds' values of RunKind on the wire. */
  get wireKinds(): readonly (string | number)[] {
    return this.#kinds.map(({ wireKind }) => wireKind);
  }

  /** The values of RunKind of the kinds that a backend computes. */
  computedBy(backend: BackendName): readonly (string | number)[] {
    return this.#kinds
      .filter(({ computedBy }) => computedBy.includes(backend))
      .map(({ wireKind }) => wireKind);
  }

  /** Finds a kind by its name in the ledger; undefined if this version does not know it. */
  named(name: string): Kind | undefined {
    return this.#kinds.find((kind) => kind.name === name);
  }

  /** Finds a kind by its value on the wire; undefined if this version does not know it. */
  onWire(wireKind: string | number): Kind | undefined {
    if (wireKind === "RUN_KIND_UNSPECIFIED") return this.#kinds[0];
    return this.#kinds.find((kind) => kind.wireKind === wireKind);
  }
}

/** The kinds of this version. */
export const KINDS = new Kinds([PROPAGATION, TRAINING, SAMPLING_INITIALIZATION]);
