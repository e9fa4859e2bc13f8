import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { Random } from "../../random.ts";
import { FLEET_FAULTS } from "../fleetFaults.ts";
import {
  randomExtension,
  randomSchedulerOptions,
  randomSpecification,
  randomTemperament,
} from "../scenario.ts";
import type { Tally } from "../simulatedCluster.ts";
import { Violation } from "../violation.ts";
import type { Failure, Hazard } from "./life.ts";
import { REAL_PARTS, type Parts } from "./service.ts";
import { World } from "./world.ts";

const FAULT_SECONDS = 4;
/** Time at which faults stop at the latest. */
const LAST_FAULT_SECONDS = 40;

/** Kills the coordinator and slows the disk at random, until the faults stop. */
class RandomHazard implements Hazard {
  isCalm = false;
  readonly #random: Random;
  readonly #deadliness: number;
  readonly #slowness: number;
  readonly #faultiness: number;

  constructor(random: Random) {
    this.#random = random;
    this.#deadliness = random.pick([0, 0.003, 0.01, 0.03]);
    this.#slowness = random.pick([0, 0.05, 0.5]);
    this.#faultiness = random.pick([0, 0, 0.01]);
  }

  isFatal(): boolean {
    return !this.isCalm && this.#random.chance(this.#deadliness);
  }

  diskSeconds(): number {
    if (!this.#random.chance(this.#slowness)) return 0;
    return this.#random.exponential(!this.isCalm && this.#random.chance(0.05) ? 3 : 0.02);
  }

  failure(step: string): Failure | undefined {
    // A failed rollback would leave the transaction open for ever; no database is known to do that.
    if (this.isCalm || step === "rollback" || !this.#random.chance(this.#faultiness))
      return undefined;
    return this.#random.pick(
      step === "commit" ? ["refused", "undone", "unheard"] : ["refused", "undone"],
    );
  }
}

/** Things that a client does at some time or other. */
const REQUESTS: readonly ((world: World, number: number) => Promise<void>)[] = [
  createsRun,
  createsRun,
  createsSweep,
  cancelsRun,
  cancelsSweep,
  extendsRun,
  extendsRun,
  extendsRun,
  extendsSweep,
  meddles,
  meddles,
];

async function createsRun(world: World, number: number): Promise<void> {
  world.note("create");
  await world.client.createRun(`request-${number}`, newSpecification(world));
}

async function createsSweep(world: World, number: number): Promise<void> {
  world.note("create sweep");
  const count = 1 + world.random.integer(3);
  const specifications = Array.from({ length: count }, () => newSpecification(world));
  await world.client.createSweep(`request-${number}`, specifications);
}

async function cancelsRun(world: World): Promise<void> {
  const run = anyOf(world, world.record.runs);
  if (run === undefined) return;
  world.note("cancel", run);
  await world.client.cancelRun(run);
}

async function cancelsSweep(world: World): Promise<void> {
  const sweep = anyOf(world, world.record.sweeps);
  if (sweep === undefined) return;
  world.note("cancel sweep", sweep);
  await world.client.cancelSweep(sweep);
}

async function extendsRun(world: World): Promise<void> {
  const run = anyOf(world, world.record.runs);
  if (run === undefined) return;
  world.note("extend", run);
  await extend(world, run);
}

async function extend({ client, random, record }: World, run: string): Promise<void> {
  const specification = record.run(run)?.specification;
  if (specification !== undefined)
    // These simulations know one kind of run.
    await client.extendRun(run, randomExtension(random, specification as PropagationSpecification));
}

async function extendsSweep(world: World): Promise<void> {
  const sweep = anyOf(world, world.record.sweeps);
  if (sweep === undefined) return;
  world.note("extend sweep", sweep);
  await world.client.extendSweep(sweep, { kind: "replicas", replicaCount: 1000 });
}

/** Cancels or extends a run while it is ending or withdrawn. */
async function meddles(world: World): Promise<void> {
  const { record, service, timeline, random } = world;
  const isBetween = (run: string) =>
    !record.hasEnded(run) &&
    service.engine !== undefined &&
    service.engine.activeRun(run) === undefined;
  for (let i = 0; i < 200; i++) {
    const run = record.runs.find(isBetween);
    if (run === undefined) await timeline.wait(0.05);
    else {
      world.note("meddle", run);
      return random.chance(0.5) ? world.client.cancelRun(run) : extend(world, run);
    }
  }
}

function anyOf({ random }: World, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : random.pick(names);
}

function newSpecification({ random }: World) {
  return randomSpecification(random, random.integer(1e6));
}

function happens(world: World, lastFault: number): void {
  const { timeline, random, service } = world;
  timeline.after(random.exponential(FAULT_SECONDS), () => {
    if (timeline.now >= lastFault) return;
    if (random.chance(0.1)) service.kill();
    else random.pick(FLEET_FAULTS)(world);
    happens(world, lastFault);
  });
}

/** Simulates one world. @throws Error with the seed, what does not hold and how it came about. */
export async function simulateLives(
  seed: number,
  tally: Tally = new Map(),
  parts: Parts = REAL_PARTS,
): Promise<void> {
  const random = new Random(seed, 1);
  const hazard = new RandomHazard(random);
  const world = new World({
    seed,
    parts,
    hazard,
    tally,
    scheduler: randomSchedulerOptions(random),
    gatherSeconds: random.pick([0, 0.005, 0.1]),
  });
  const { timeline, client } = world;
  const lastFault = random.between(0.2, 1) * LAST_FAULT_SECONDS;
  const requests = [createsRun, ...Array.from({ length: 6 }, () => random.pick(REQUESTS))];
  for (const [number, request] of requests.entries()) {
    timeline.after(number === 0 ? 0 : lastFault * random.uniform(), () => {
      client.does(() => request(world, number));
    });
  }
  for (let i = 0; i < 1 + random.integer(4); i++) world.addWorker(randomTemperament(random));
  happens(world, lastFault);
  try {
    await world.passes(() => timeline.now >= lastFault);
    hazard.isCalm = true;
    world.calmsDown();
    await world.ends();
    for (const run of world.record.runs) world.note(world.record.run(run)?.state ?? "");
  } catch (error) {
    const what = error instanceof Violation ? "violates an invariant" : "fails";
    throw new Error(
      `the coordinator of seed ${seed} ${what}: ${String(error)}\n${world.trace.toString()}\n` +
        `again: LYAPUNOV_TEST_SEED=${seed} npx mocha --no-config test/coordinator/simulation.test.ts`,
      { cause: error },
    );
  }
}
