import type { SchedulerCommand } from "../../../coordinator/scheduler/events.ts";
import type { SchedulerOptions } from "../../../coordinator/scheduler/options.ts";
import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { PROPAGATION_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { Random } from "../random.ts";
import { digestOf } from "../syntheticPartials.ts";
import { Channel } from "./channel.ts";
import { FAULTS } from "./faults.ts";
import { generatorOf, ROUNDINGS } from "./generators.ts";
import { PrefixFold } from "./prefixFold.ts";
import {
  calm,
  deviceOf,
  isReliable,
  randomDevices,
  randomSchedulerOptions,
  randomSpecification,
  randomTemperament,
  soundTemperament,
} from "./scenario.ts";
import { SimulatedCoordinator, type SchedulerFactory } from "./simulatedCoordinator.ts";
import { SimulatedLedger } from "./simulatedLedger.ts";
import { SimulatedWorker, type Surroundings, type Temperament } from "./simulatedWorker.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { truthOf } from "./truth.ts";
import { demand, Violation } from "./violation.ts";

const TRACE_LENGTH = 60;
const TICK_SECONDS = 0.5;
const FAULT_SECONDS = 4;
/** Time at which faults stop at the latest. */
const LAST_FAULT_SECONDS = 80;
/** Time after the last fault in which all must end: poison may have to kill workers many times. */
const PATIENCE_SECONDS = 2000;

/** How often each thing happened, so that a test can check that all of them did. */
export type Tally = Map<string, number>;

/** A whole cluster in memory: everything that happens follows from its seed. */
class SimulatedCluster {
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly options: SchedulerOptions;
  readonly ledger: SimulatedLedger;
  readonly coordinator: SimulatedCoordinator;
  readonly workers: SimulatedWorker[] = [];
  readonly trace = new Trace(TRACE_LENGTH);
  readonly #tally: Tally;
  readonly #poison = new Map<string, "fails" | "kills">();
  #clockOffset = 0;

  constructor(seed: number, tally: Tally, createScheduler: SchedulerFactory) {
    this.random = new Random(seed);
    this.#tally = tally;
    this.options = randomSchedulerOptions(this.random);
    this.ledger = new SimulatedLedger(this.timeline, this.random);
    this.coordinator = new SimulatedCoordinator({
      createScheduler,
      scheduler: this.options,
      ledger: this.ledger,
      trace: this.trace,
      clock: () => this.timeline.now + this.#clockOffset,
      onCommand: (command) => {
        this.#decided(command);
      },
    });
  }

  /** Lives through faults, then calms down and checks the answers. @throws Violation */
  run(): void {
    const { timeline, random } = this;
    const lastFault = random.between(0.2, 1) * LAST_FAULT_SECONDS;
    this.#every(TICK_SECONDS, () => {
      this.coordinator.tick();
      const { scheduler } = this.coordinator;
      for (const run of scheduler.runs.keys()) {
        const wait = scheduler.generatorWait(run);
        if (wait?.silent.length === 0) this.note("nobody has a run's generator");
        else if (wait !== undefined) this.note("whoever has a run's generator is silent");
        if (scheduler.unsettledDispute(run) !== undefined) this.note("nobody can settle a dispute");
      }
    });
    const runCount = 1 + random.integer(4);
    for (let i = 1; i <= runCount; i++) {
      timeline.after(random.pick([0, lastFault / 2]) * random.uniform(), () => {
        this.createRun(i);
      });
    }
    for (let i = 0; i < 1 + random.integer(5); i++) this.addWorker(randomTemperament(random));
    this.#scheduleFault(lastFault);
    while (timeline.now < lastFault) timeline.step();
    this.#calmDown();
    this.#settle();
    this.#checkAnswers();
    const { checksGranted, shardsVerified, shardsVerifiedAcross } =
      this.coordinator.scheduler.distrustCounts;
    if (shardsVerifiedAcross > 0) this.note("shard checked by another generator");
    if (checksGranted > 0) this.note("shard granted for a check");
    if (shardsVerified > 0) this.note("shard checked");
  }

  note(what: string, detail = ""): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
    this.trace.add({ at: this.timeline.now + this.#clockOffset, note: `${what} ${detail}` });
  }

  addWorker(
    temperament: Temperament,
    devices = randomDevices(this.random, isReliable(temperament) ? undefined : "own"),
  ): void {
    const id = `worker-${this.workers.length + 1}`;
    this.note("worker", `${id} starts: ${JSON.stringify(temperament)}`);
    this.workers.push(new SimulatedWorker(id, devices, temperament, this.#surroundings()));
  }

  createRun(number: number): void {
    const { random } = this;
    const specification = randomSpecification(random, number + random.integer(1e6) * 10);
    const run = `runs/${number}`;
    const { shardCount } = new ShardPlan(specification);
    if (random.chance(0.08)) {
      this.#poison.set(`${run}#${random.integer(shardCount)}`, random.pick(["fails", "kills"]));
    }
    this.coordinator.createRun(run, specification);
  }

  jumpClock(seconds: number): void {
    this.#clockOffset += seconds;
  }

  #surroundings(): Surroundings {
    const { timeline, random } = this;
    return {
      timeline,
      random,
      heartbeatSeconds: this.options.leaseDurationSeconds / 10,
      connect: (worker) => new Channel(worker.id, timeline, random, worker, this.coordinator),
      poison: (run, shardIndex) => this.#poison.get(`${run}#${shardIndex}`),
    };
  }

  #decided(command: SchedulerCommand): void {
    if (command.kind === "grant" && command.leases.some(({ attempt }) => attempt > 1)) {
      this.note("repeated attempt");
    }
    if (command.kind !== "acknowledge" && command.kind !== "grant") this.note(command.kind);
    if (command.kind === "retract" && command.superseded !== undefined) {
      this.note("generator superseded");
    }
    if (command.kind === "run_failed") {
      const poisoned = this.#poison.has(`${command.run}#${command.progress.foldedShards}`);
      if (poisoned) this.note("poisoned run failed");
    }
  }

  #scheduleFault(lastFault: number): void {
    const { timeline, random } = this;
    timeline.after(random.exponential(FAULT_SECONDS), () => {
      if (timeline.now >= lastFault) return;
      random.pick(FAULTS)(this);
      this.#scheduleFault(lastFault);
    });
  }

  /** Ends the faults: all workers are sound now, with one for each backend and generator. */
  #calmDown(): void {
    this.note("calm");
    for (const { temperament } of this.workers) calm(this.random, temperament);
    for (const worker of this.workers) worker.thaw();
    this.#reinforce();
    this.#every(20, () => {
      this.#reinforce();
      this.#sendReferees();
      this.#freeRuns();
    });
  }

  /** Cancels and extends the runs that would wait for their generator for ever. */
  #freeRuns(): void {
    const { coordinator, ledger } = this;
    for (const run of coordinator.scheduler.runs.keys()) {
      const { standby = [], supersededInSeconds } = coordinator.scheduler.generatorWait(run) ?? {};
      if (standby.length === 0 || supersededInSeconds !== undefined) continue;
      this.note("cancelled to be freed", run);
      coordinator.cancelRun(run);
    }
    for (const [run, { state, specification }] of ledger.runs) {
      if (state === "cancelled") coordinator.extendRun(run, specification);
    }
  }

  #reinforce(): void {
    const { scheduler } = this.coordinator;
    for (const backend of PROPAGATION_BACKENDS) {
      for (const rounding of ROUNDINGS) {
        const generator = generatorOf(backend, rounding);
        const served = this.workers.some(
          ({ id, state, devices, temperament }) =>
            state === "working" &&
            isReliable(temperament) &&
            scheduler.quarantineReason(id) === undefined &&
            devices.some(({ backends }) =>
              backends.some((own) => own.name === backend && own.generator === generator),
            ),
        );
        if (served) continue;
        this.addWorker(soundTemperament(this.random), [deviceOf([backend], rounding, 2)]);
      }
    }
  }

  /** Adds a worker where a dispute waits for one that has not taken sides. */
  #sendReferees(): void {
    for (const [name, run] of this.coordinator.scheduler.runs) {
      if (this.coordinator.scheduler.unsettledDispute(name) === undefined) continue;
      for (const backend of run.backends) {
        for (const rounding of ROUNDINGS) {
          const { generator = generatorOf(backend, rounding) } = run;
          if (generator !== generatorOf(backend, rounding)) continue;
          this.addWorker(soundTemperament(this.random), [deviceOf([backend], rounding, 1)]);
        }
      }
    }
  }

  #settle(): void {
    const { timeline, ledger, workers } = this;
    const end = timeline.now + PATIENCE_SECONDS;
    const unfinished = () =>
      [...ledger.runs].filter(([, { state }]) => state === "active").map(([run]) => run);
    const busy = () => workers.filter((worker) => worker.state !== "gone" && !worker.holdsNothing);
    while (timeline.now < end && (unfinished().length > 0 || busy().length > 0)) timeline.step();
    demand(unfinished().length === 0, "all runs end", () => unfinished().join(", "));
    const names = () => busy().map(({ id }) => id);
    demand(busy().length === 0, "every result is acknowledged", () => names().join(", "));
    const { leases } = this.coordinator.scheduler;
    demand(leases.size === 0, "no lease outlives its run", () => [...leases.keys()].join(", "));
  }

  /** Checks that the answers follow from the partials, whatever the fleet was like. */
  #checkAnswers(): void {
    for (const [name, { specification, state }] of this.ledger.runs) {
      if (state !== "succeeded") continue;
      const plan = new ShardPlan(specification);
      const shards = this.ledger.shards(name);
      const partials = [...shards.values()].map(({ partial }) => partial);
      const generators = new Set(partials.map(({ generator }) => generator));
      const isMixed = specification.backend === "any";
      if (isMixed && generators.size > 1) this.note("several generators in a run");
      else demand(generators.size <= 1, "the partials of a run are of one generator", () => name);
      const [usual = { backend: "simd", generator: "" }] = partials;
      const truth = (shardIndex: number) =>
        truthOf(plan, shardIndex, shards.get(shardIndex)?.partial ?? usual);
      const needed = shortestPrefix(specification, truth);
      const prefix = Array.from({ length: needed }, (_, shardIndex) => shardIndex);
      const isLie = (shardIndex: number) => {
        const digest = shards.get(shardIndex)?.digest;
        return digest !== undefined && digest !== digestOf(truth(shardIndex));
      };
      // A lie that nobody contradicted may move the end of a precision run.
      if (prefix.some(isLie)) continue;
      const missing = prefix.filter((shardIndex) => !shards.has(shardIndex));
      demand(
        missing.length === 0,
        "the answer does not depend on the fleet",
        () => `${name} succeeded without shards ${missing.join(", ")} of ${needed}`,
      );
      this.note("succeeded in truth");
      if (isMixed) this.note("mixed run succeeded in truth");
    }
  }

  #every(seconds: number, action: () => void): void {
    this.timeline.after(seconds, () => {
      action();
      this.#every(seconds, action);
    });
  }
}

/** The number of shards that a run needs, by the true partials; those that are missing count too. */
function shortestPrefix(
  specification: PropagationSpecification,
  truth: (shardIndex: number) => ShardPartial,
): number {
  const fold = new PrefixFold(specification);
  fold.extend(truth);
  return fold.shardCount;
}

/** Simulates one cluster. @throws Error with the seed, what does not hold and how it came about. */
export function simulate(
  seed: number,
  tally: Tally = new Map(),
  createScheduler: SchedulerFactory = (options, firstLease) => new Scheduler(options, firstLease),
): void {
  const cluster = new SimulatedCluster(seed, tally, createScheduler);
  try {
    cluster.run();
  } catch (error) {
    const what = error instanceof Violation ? "violates an invariant" : "fails";
    throw new Error(
      `the cluster of seed ${seed} ${what}: ${String(error)}\n${cluster.trace.toString()}\n` +
        `again: LYAPUNOV_TEST_SEED=${seed} npx mocha --no-config test/coordinator/scheduler/simulation.test.ts`,
      { cause: error },
    );
  }
}
