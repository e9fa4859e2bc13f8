import { encodeSums } from "../../../../coordinator/ledger/partialRecord.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../../coordinator/scheduler/options.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { hasEnded } from "../../../../shared/wire/runStates.ts";
import { SHARD_SIZE, specificationWith } from "../../specifications.ts";
import type { Temperament } from "../simulatedWorker.ts";
import { Violation } from "../violation.ts";
import type { Failure, Hazard } from "./life.ts";
import { REAL_PARTS, type Parts } from "./service.ts";
import { World } from "./world.ts";

const SOUND: Temperament = {
  secondsPerReplica: 0.05,
  failure: 0,
  slowness: 0,
  repetition: 0,
  nonsense: 0,
  lies: 0,
  lieChance: 0,
  liesGreatly: false,
  contradictsItself: false,
  stubborn: false,
  remainingShards: Infinity,
};

interface Story {
  readonly name: string;
  readonly seed: number;
  /** Time that every step on the disk takes. */
  readonly diskSeconds: number;
  readonly gatherSeconds: number;
}

/** One story on two disks: on the quick one each write is a commit, on the slow one they gather. */
export const STORIES: readonly Story[] = [
  { name: "a quick disk", seed: 5, diskSeconds: 0, gatherSeconds: 0 },
  { name: "a slow disk", seed: 4, diskSeconds: 0.03, gatherSeconds: 0.1 },
];

/** The one thing that goes wrong in a story. */
export interface Mishap {
  /** The coordinator is killed before the step, or the database fails it. */
  readonly kind: "kill" | Failure;
  /** Number of the step, from 1. */
  readonly step: number;
}

class OneMishap implements Hazard {
  readonly steps: string[] = [];
  readonly #mishap: Mishap | undefined;
  readonly #diskSeconds: number;

  constructor(mishap: Mishap | undefined, diskSeconds: number) {
    this.#mishap = mishap;
    this.#diskSeconds = diskSeconds;
  }

  isFatal(step: string): boolean {
    this.steps.push(step);
    return this.#present === "kill";
  }

  diskSeconds(): number {
    return this.#diskSeconds;
  }

  failure(): Failure | undefined {
    return this.#present === "kill" ? undefined : this.#present;
  }

  get #present(): Mishap["kind"] | undefined {
    return this.steps.length === this.#mishap?.step ? this.#mishap.kind : undefined;
  }
}

/** What came of a story. */
export interface Aftermath {
  /** All steps that coordinators took, in all lives. */
  readonly steps: readonly string[];
  /** State and bits of every run, by its seed. */
  readonly runs: ReadonlyMap<bigint, string>;
}

/**
 * Tells the story: a sweep is created and extended, and another is cancelled; a run is created,
 * extended, and extended again once it has ended; another is cancelled; a worker lies; and one thing
 * goes wrong, if there is a mishap.
 *
 * @throws Error with the step, what does not hold and how it came about.
 */
export async function tell(
  { seed, diskSeconds, gatherSeconds }: Story,
  mishap?: Mishap,
  parts: Parts = REAL_PARTS,
): Promise<Aftermath> {
  const hazard = new OneMishap(mishap, diskSeconds);
  const world = new World({
    seed,
    gatherSeconds,
    parts,
    hazard,
    tally: new Map(),
    scheduler: { ...DEFAULT_SCHEDULER_OPTIONS, leasesPerSlot: 2, doubleCheckInterval: 2 },
  });
  world.addWorker({ ...SOUND }, 1);
  world.addWorker({ ...SOUND, repetition: 1, lies: 1, lieChance: 1, contradictsItself: true }, 1);
  world.addWorker({ ...SOUND }, 1);
  world.client.does(() => script(world));
  try {
    await world.ends();
  } catch (error) {
    const { kind, step } = mishap ?? { kind: "nothing", step: 0 };
    const what = error instanceof Violation ? "violates an invariant" : "fails";
    throw new Error(
      `after '${kind}' at step ${step} (${hazard.steps[step - 1] ?? "none"}) the coordinator ` +
        `${what}: ${String(error)}\n${world.trace.toString()}`,
      { cause: error },
    );
  }
  const runs = new Map(world.record.runs.map((run) => outcomeOf(world, run)));
  return { steps: hazard.steps, runs };
}

async function script({ client, record, timeline }: World): Promise<void> {
  const sweep = await client.createSweep("sweep", [ofShards(3, 1), ofShards(2, 2)]);
  const doomed = await client.createSweep("doomed", [ofShards(40, 5), ofShards(50, 6)]);
  const extended = await client.createRun("extended", ofShards(3, 3));
  const cancelled = await client.createRun("cancelled", ofShards(40, 4));
  await client.extendRun(extended, ofShards(5, 3).stoppingRule);
  await client.extendSweep(sweep, ofShards(4, 1).stoppingRule);
  await client.cancelRun(cancelled);
  await client.cancelSweep(doomed);
  while (!record.hasBeen(extended, ({ state }) => hasEnded(state))) await timeline.wait(0.1);
  await client.extendRun(extended, ofShards(7, 3).stoppingRule);
}

/** A run of a number of shards, the last a short one. */
function ofShards(shards: number, seed: number): PropagationSpecification {
  return specificationWith({ seed, stoppingRule: { replicaCount: shards * SHARD_SIZE - 5 } });
}

/** State and bits of a run; for a cancelled one only the state: how far it came may differ. */
function outcomeOf({ record }: World, name: string): [bigint, string] {
  const run = record.run(name);
  if (run === undefined) throw new Error(`${name} is not in the ledger`);
  const { state, outcome, specification } = run;
  const isWhole = state === "SUCCEEDED" && outcome !== undefined;
  const bits = isWhole ? encodeSums(outcome.sums).toString("hex") : "";
  return [specification.seed, `${state} ${bits}`];
}
