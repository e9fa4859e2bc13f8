import { setImmediate as turn } from "node:timers/promises";

import type { SchedulerOptions } from "../../../../coordinator/scheduler/options.ts";
import { PROPAGATION_BACKENDS } from "../../../../shared/kinds/propagation/propagationBackends.ts";
import { Random } from "../../random.ts";
import { Channel } from "../channel.ts";
import type { Fleet } from "../fleetFaults.ts";
import { calm, deviceOf, isReliable, soundTemperament } from "../scenario.ts";
import type { Tally } from "../simulatedCluster.ts";
import { SimulatedWorker, type Temperament } from "../simulatedWorker.ts";
import { Timeline } from "../timeline.ts";
import { Trace } from "../trace.ts";
import { Client } from "./client.ts";
import { CommitInvariants } from "./commitInvariants.ts";
import { Deliveries } from "./deliveries.ts";
import { Disk } from "./disk.ts";
import { DurableRecord } from "./durableRecord.ts";
import { Findings } from "./findings.ts";
import type { Hazard } from "./life.ts";
import { Service, type Parts } from "./service.ts";
import type { Witness } from "./witness.ts";

const TRACE_LENGTH = 100;
/** Time after the last fault in which all must end: a slow worker may be alone with a long run. */
const PATIENCE_SECONDS = 10_000;
const REINFORCEMENT_SECONDS = 20;

export interface WorldOptions {
  readonly seed: number;
  readonly parts: Parts;
  readonly scheduler: SchedulerOptions;
  readonly hazard: Hazard;
  readonly gatherSeconds: number;
  readonly tally: Tally;
}

/** A coordinator that is killed and restarted, with its disk, its workers and its client. */
export class World implements Fleet, Witness {
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly findings = new Findings();
  readonly deliveries = new Deliveries();
  readonly #invariants = new CommitInvariants(this.findings, this.deliveries);
  readonly record = new DurableRecord(this.#invariants);
  readonly disk = new Disk(this.record);
  readonly trace = new Trace(TRACE_LENGTH);
  readonly workers: SimulatedWorker[] = [];
  readonly service: Service;
  readonly client: Client;
  readonly #options: WorldOptions;
  #clockOffset = 0;

  constructor(options: WorldOptions) {
    const { seed, parts, scheduler, hazard, gatherSeconds } = options;
    this.#options = options;
    this.random = new Random(seed);
    const { timeline, random, disk } = this;
    const noted: Hazard = {
      isFatal: (step) => {
        this.note(step);
        return hazard.isFatal(step);
      },
      diskSeconds: () => hazard.diskSeconds(),
      failure: (step) => {
        const failure = hazard.failure(step);
        if (failure !== undefined) this.note(`disk failure: ${failure}`, step);
        return failure;
      },
    };
    const surroundings = { timeline, random, disk, hazard: noted, witness: this };
    this.service = new Service({ parts, scheduler, gatherSeconds, ...surroundings });
    this.client = new Client({ service: this.service, timeline, random, witness: this });
  }

  /** Seconds of the coordinator's clock, which can jump. */
  clock(): number {
    return this.timeline.now + this.#clockOffset;
  }

  note(what: string, detail = ""): void {
    const { tally } = this.#options;
    tally.set(what, (tally.get(what) ?? 0) + 1);
    this.trace.add({ at: this.clock(), note: `${what} ${detail}` });
  }

  addWorker(temperament: Temperament, slotCount = 1 + this.random.integer(3)): void {
    const { timeline, random, workers, service } = this;
    const id = `worker-${workers.length + 1}`;
    this.note("worker", `${id} starts: ${JSON.stringify(temperament)}`);
    const surroundings = {
      timeline,
      random,
      heartbeatSeconds: this.#options.scheduler.leaseDurationSeconds / 10,
      connect: (worker: SimulatedWorker) =>
        new Channel(worker.id, timeline, random, worker, service),
      poison: () => undefined,
    };
    // Who finishes nothing often has a generator that nobody else has.
    const rounding = isReliable(temperament) || random.chance(0.5) ? "fused" : "own";
    const devices = [deviceOf(PROPAGATION_BACKENDS, rounding, slotCount)];
    workers.push(new SimulatedWorker(id, devices, temperament, surroundings));
  }

  jumpClock(seconds: number): void {
    this.#clockOffset += seconds;
  }

  /** Lets time pass until `holds()`. @throws Error if something is found to be wrong */
  async passes(holds: () => boolean): Promise<void> {
    while (!holds()) {
      this.timeline.step();
      // Lets everything happen that follows without time passing.
      await turn();
      this.findings.raise();
    }
  }

  /** Makes all workers sound, and wakes those that hang. */
  calmsDown(): void {
    this.note("calm");
    for (const { temperament } of this.workers) calm(this.random, temperament);
    for (const worker of this.workers) worker.thaw();
  }

  /** Checks that everything comes to its end. @throws Violation */
  async ends(): Promise<void> {
    const { timeline, findings, workers, client, record } = this;
    this.#reinforce();
    const end = timeline.now + PATIENCE_SECONDS;
    const unfinished = () => record.runs.filter((run) => !record.hasEnded(run));
    const busy = () => workers.filter((worker) => worker.state !== "gone" && !worker.holdsNothing);
    const isOver = () => !client.isWaiting && unfinished().length === 0 && busy().length === 0;
    await this.passes(() => timeline.now > end || isOver());
    findings.demand(!client.isWaiting, "every request is answered", () => "some are not");
    findings.demand(unfinished().length === 0, "all runs end", () => unfinished().join(", "));
    const names = () => busy().map(({ id }) => id);
    findings.demand(busy().length === 0, "every result is acknowledged", () => names().join(", "));
    this.#invariants.bits(this.disk.tables);
    findings.raise();
  }

  /** Adds a worker when none works, or when a dispute needs one that has not taken sides. */
  #reinforce(): void {
    const { engine } = this.service;
    const works = this.workers.some(
      ({ id, state, temperament }) =>
        state === "working" &&
        isReliable(temperament) &&
        engine?.quarantineReason(id) === undefined,
    );
    const waiting = this.record.runs.filter((run) => engine?.work(run)?.waitsFor !== undefined);
    if (!works || waiting.length > 0) this.addWorker(soundTemperament(this.random));
    for (const run of waiting) {
      // What the reason tells people to do must help.
      if (engine?.work(run)?.waitsFor?.endsWith("cancel the run and extend it") === true) {
        this.client.does(() => this.#free(run));
      }
    }
    this.timeline.after(REINFORCEMENT_SECONDS, () => {
      this.#reinforce();
    });
  }

  async #free(run: string): Promise<void> {
    const { client, record } = this;
    const rule = record.run(run)?.specification.stoppingRule;
    if (rule === undefined) return;
    this.note("cancelled to be freed", run);
    await client.cancelRun(run);
    await client.extendRun(run, rule);
  }
}
