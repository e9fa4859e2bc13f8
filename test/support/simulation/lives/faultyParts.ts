import {
  Simulations,
  type CreationOptions,
} from "../../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../../coordinator/engine/engine.ts";
import type { EngineOptions } from "../../../../coordinator/engine/engineOptions.ts";
import type {
  Ledger,
  LedgerTransaction,
  RunRecord,
} from "../../../../coordinator/ledger/ledger.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { lieAbout } from "../../syntheticPartials.ts";
import { REAL_PARTS, type Parts } from "./service.ts";

/** A coordinator with one fault, and the invariant that must detect it. */
export interface FaultyParts {
  readonly fault: string;
  readonly invariant: string;
  readonly parts: Parts;
  /**
   * Seeds that show the fault, where one seed in a hundred does: they are tried first. Once a change
   * of the code has moved them, the whole search finds others, in a minute rather than a second.
   */
  readonly seeds?: readonly number[];
  /** Whether stories show the fault and hardly any seed does: then they are told first. */
  readonly showsInStories?: boolean;
}

type Write = (transaction: LedgerTransaction) => Promise<void>;

/** Faulty coordinators: one for each way in which the simulation of crashes must fail. */
export const FAULTY_PARTS: readonly FaultyParts[] = [
  {
    fault: "says that a write is durable before it is",
    invariant: "acknowledged is durable",
    parts: withEngine(
      class extends Engine {
        override async write(write: Write): Promise<void> {
          void super.write(write);
        }
      },
    ),
  },
  {
    fault: "goes on with a run before doubtful shards are out of the ledger",
    invariant: "the estimate is the fold of what is durable",
    parts: withEngine(
      class extends Engine {
        override async write(write: Write): Promise<void> {
          const written = super.write(write);
          if (!(await onlyDeletes(write))) await written;
        }
      },
    ),
  },
  {
    fault: "does not go on with what is unfinished when it starts",
    invariant: "all runs end",
    parts: withEngine(
      class extends Engine {
        override async start(): Promise<void> {}
      },
    ),
  },
  {
    fault: "goes on with runs that have ended when it starts",
    invariant: "a run goes through its states in order",
    parts: withLedger((ledger) => ({
      unfinishedRuns: async function* () {
        const { records } = await ledger.runs(100, "");
        for (const record of records) if (!("damage" in record)) yield record;
      },
    })),
  },
  {
    fault: "cancels a run whose end is on its way to the ledger",
    invariant: "a run goes through its states in order",
    seeds: [286, 374],
    parts: withEngine(
      class extends Engine {
        override isUnsettled(): boolean {
          return false;
        }
      },
    ),
  },
  {
    fault: "says that a run was cancelled before it is durable",
    invariant: "what is answered is durable",
    parts: withEngine(
      class extends Engine {
        override async cancel(runs: readonly string[]): Promise<readonly string[]> {
          void super.cancel(runs);
          return runs;
        }
      },
    ),
  },
  {
    fault: "extends a run without waiting for what is under way",
    invariant: "the ledger takes whatever it is given",
    parts: withEngine(
      class extends Engine {
        override async withdraw(runs: readonly string[]): Promise<void> {
          this.dispatch({ kind: "runs_withdrawn", runs });
        }
      },
    ),
  },
  {
    fault: "cancels the runs of a sweep one after the other",
    invariant: "a sweep is cancelled or extended as a whole or not at all",
    parts: withEngine(
      class extends Engine {
        override async cancel(runs: readonly string[]): Promise<readonly string[]> {
          const cancelled: string[] = [];
          for (const run of runs) cancelled.push(...(await super.cancel([run])));
          return cancelled;
        }
      },
    ),
  },
  {
    fault: "extends the runs of a sweep one after the other",
    invariant: "a sweep is cancelled or extended as a whole or not at all",
    parts: withEngine(
      class extends Engine {
        override async extend(
          runs: readonly string[],
          revise: (before: RunRecord) => RunRecord,
          onDurable: () => void,
        ): Promise<void> {
          for (const run of runs) await super.extend([run], revise, onDurable);
        }
      },
    ),
  },
  {
    fault: "takes up a run without what is recorded of it",
    invariant: "the ledger takes whatever it is given",
    parts: withLedger(() => ({
      shards: async function* () {},
      shardRanges: async () => [],
    })),
  },
  {
    fault: "lives on where the ledger has failed",
    invariant: "all runs end",
    seeds: [53, 158],
    parts: {
      ...REAL_PARTS,
      engine: (options) => new Engine({ ...options, onFatal: () => undefined }),
    },
  },
  {
    fault: "lives on where nobody knows whether a creation was committed",
    invariant: "what has not ended is worked on",
    seeds: [177, 193],
    parts: withEngine(
      class extends Engine {
        override fail(): void {}
      },
    ),
  },
  {
    fault: "numbers leases anew when it starts again",
    invariant: "a lease has a number of its own",
    parts: { ...REAL_PARTS, engine: (options) => new Engine({ ...options, firstLease: 1 }) },
  },
  {
    fault: "writes a request's id apart from what was created under it",
    invariant: "a creation is durable as a whole or not at all",
    parts: withLedger((ledger) => writingLater(ledger, ["putRequest"])),
  },
  {
    fault: "creates again what was asked for again",
    invariant: "a creation is durable as a whole or not at all",
    parts: withWrites((transaction) => ({
      request: async () => undefined,
      putRequest: async (request) => {
        const known = await transaction.request(request.requestId);
        if (known === undefined) await transaction.putRequest(request);
      },
    })),
  },
  {
    fault: "takes every request for another one",
    invariant: "a request id stands for one resource",
    parts: {
      ...REAL_PARTS,
      coordinator: (options) =>
        new (class extends Simulations {
          override async createRun(
            specification: PropagationSpecification,
            creation: CreationOptions,
          ) {
            const requestId = `${creation.requestId} of ${options.newId()}`;
            return super.createRun(specification, { ...creation, requestId });
          }
        })(options),
    },
  },
  {
    fault: "commits what was written before a failure",
    invariant: "a creation is durable as a whole or not at all",
    showsInStories: true,
    parts: withLedger((ledger) => ({
      transact: async (work) => {
        const outcome = await ledger.transact(async (transaction) => {
          const [settled] = await Promise.allSettled([work(transaction)]);
          return settled;
        });
        if (outcome.status === "rejected") throw outcome.reason;
        return outcome.value;
      },
    })),
  },
  {
    fault: "commits every write for itself",
    invariant: "a creation is durable as a whole or not at all",
    parts: withLedger((ledger) =>
      writingLater(ledger, ["putRun", "putSweep", "putRequest", "putShard", "deleteShard"]),
    ),
  },
  {
    fault: "leaves the short last shard of a run that is extended",
    invariant: "what is recorded was delivered, and is of the run's plan",
    parts: withWrites(() => ({ deleteShard: async () => undefined })),
  },
  {
    fault: "leaves a fold that holds a shard that is deleted",
    invariant: "the estimate is the fold of what is durable",
    parts: withWrites(() => ({ deleteFolds: async () => undefined })),
  },
  {
    fault: "reads another bit than was written",
    invariant: "the estimate is the fold of what is durable",
    parts: withLedger((ledger) => ({
      shards: async function* (run, from) {
        for await (const shard of ledger.shards(run, from)) {
          yield { ...shard, partial: lieAbout(shard.partial) };
        }
      },
    })),
  },
];

function withEngine(Kind: new (options: EngineOptions) => Engine): Parts {
  return { ...REAL_PARTS, engine: (options) => new Kind(options) };
}

function withLedger(changes: (ledger: Ledger) => Partial<Ledger>): Parts {
  return { ...REAL_PARTS, ledger: (ledger) => changed(ledger, changes(ledger)) };
}

function withWrites(changes: (transaction: LedgerTransaction) => Partial<LedgerTransaction>) {
  return withLedger((ledger) => ({
    transact: (work) =>
      ledger.transact((transaction) => work(changed(transaction, changes(transaction)))),
  }));
}

/** Breaks transactions apart: some of their writes come later, each in a transaction of its own. */
function writingLater(
  ledger: Ledger,
  methods: readonly Exclude<keyof LedgerTransaction, "request">[],
): Partial<Ledger> {
  return {
    transact: async (work) => {
      const writes: Write[] = [];
      const answer = await ledger.transact((transaction) => {
        const later =
          (method: (typeof methods)[number]) =>
          async (...values: never[]) => {
            writes.push((next) => {
              const write: (...values: never[]) => Promise<void> = next[method];
              return write.apply(next, values);
            });
          };
        const changes = Object.fromEntries(methods.map((method) => [method, later(method)]));
        return work(changed(transaction, changes));
      });
      for (const write of writes) await ledger.transact(write);
      return answer;
    },
  };
}

/** Replaces some methods of a part; everything else remains its own. */
function changed<Part extends object>(part: Part, changes: Partial<Part>): Part {
  return new Proxy(part, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Whether a write only deletes shards. */
async function onlyDeletes(write: Write): Promise<boolean> {
  const calls = new Set<PropertyKey>();
  const probe = new Proxy({} as LedgerTransaction, {
    get: (_target, key) => {
      calls.add(key);
      return async () => undefined;
    },
  });
  await write(probe);
  return calls.size > 0 && [...calls].every((name) => String(name).startsWith("delete"));
}
