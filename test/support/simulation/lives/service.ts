import { pino } from "pino";

import {
  Simulations,
  type SimulationsOptions,
} from "../../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../../coordinator/engine/engine.ts";
import type { EngineOptions } from "../../../../coordinator/engine/engineOptions.ts";
import { OutcomeUnknown, type Ledger } from "../../../../coordinator/ledger/ledger.ts";
import type { SchedulerOptions } from "../../../../coordinator/scheduler/options.ts";
import { hasEnded } from "../../../../shared/wire/runStates.ts";
import type { Random } from "../../random.ts";
import type { Channel, CoordinatorEnd, ToCoordinator } from "../channel.ts";
import type { Timeline } from "../timeline.ts";
import { DiskFailure, type Disk } from "./disk.ts";
import { Life, type Hazard } from "./life.ts";
import { Session } from "./session.ts";
import type { Witness } from "./witness.ts";

const TICK_SECONDS = 0.5;
const LATENCY_SECONDS = 0.03;
/** Distance between the lease numbers of one life and the next, so that none repeats. */
const LEASES_OF_A_LIFE = 1_000_000;
const LOG = pino({ level: "silent" });

/** The parts of a coordinator: real ones, or one that is broken on purpose. */
export interface Parts {
  ledger(ledger: Ledger): Ledger;
  engine(options: EngineOptions): Engine;
  coordinator(options: SimulationsOptions): Simulations;
}

export const REAL_PARTS: Parts = {
  ledger: (ledger) => ledger,
  engine: (options) => new Engine(options),
  coordinator: (options) => new Simulations(options),
};

/** No answer came: nobody can say what became of the request. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

export interface ServiceOptions {
  readonly parts: Parts;
  readonly scheduler: SchedulerOptions;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly hazard: Hazard;
  readonly disk: Disk;
  readonly witness: Witness;
  /** How long results gather before they are committed together. */
  readonly gatherSeconds: number;
}

/** A coordinator that listens, in one of its lives. */
interface Listening {
  readonly life: Life;
  readonly engine: Engine;
  readonly coordinator: Simulations;
}

/**
 * A coordinator as server.ts builds it, from the engine down to the database. It is killed, and
 * started again on what is left.
 */
export class Service implements CoordinatorEnd {
  readonly #options: ServiceOptions;
  readonly #sessions = new Map<Channel, Session>();
  #life: Life | undefined;
  #listening: Listening | undefined;
  #lives = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#start();
  }

  /** The engine; undefined while the coordinator is down or starting. */
  get engine(): Engine | undefined {
    return this.#listening?.engine;
  }

  /** Kills the coordinator, whatever it is doing. */
  kill(): void {
    this.#life?.end();
  }

  /** Sends a client's request and returns the answer. @throws Unavailable if no answer comes */
  async call<Reply>(request: (coordinator: Simulations) => Promise<Reply>): Promise<Reply> {
    const { timeline, random } = this.#options;
    await timeline.wait(random.exponential(LATENCY_SECONDS));
    if (this.#listening === undefined) throw new Unavailable();
    const { life, coordinator } = this.#listening;
    const death = life.over.then(() => {
      throw new Unavailable();
    });
    const reply = await Promise.race([request(coordinator), death]);
    if (!life.takes("reply") || random.chance(0.05)) throw new Unavailable();
    await timeline.wait(random.exponential(LATENCY_SECONDS));
    return reply;
  }

  /** Checks that every run that has not ended is worked on, once nothing is under way any more. */
  async worksOnAll(): Promise<void> {
    if (this.#listening === undefined) return;
    const { life, engine } = this.#listening;
    const { record, findings } = this.#options.witness;
    for (const run of record.runs) {
      await Promise.race([engine.settled(run), life.over]);
      findings.demand(
        life.isOver || record.hasEnded(run) || engine.activeRun(run) !== undefined,
        "what has not ended is worked on",
        () => `${run} is ${record.run(run)?.state}, and nobody works on it`,
      );
    }
  }

  receive(channel: Channel, message: ToCoordinator): void {
    if (this.#listening === undefined) {
      channel.cut();
      return;
    }
    const { engine, life } = this.#listening;
    const { worker } = message;
    const { witness, scheduler } = this.#options;
    witness.trace.add({ at: witness.clock(), event: message });
    if (message.kind === "worker_joined") {
      const reason = engine.quarantineReason(worker);
      if (!life.takes("welcome")) {
        channel.cut();
        return;
      }
      if (reason !== undefined) {
        channel.sendToWorker({ kind: "quarantine", worker, reason });
        return;
      }
      channel.sendToWorker({ kind: "welcome" });
      const { devices } = message;
      const { leasesPerSlot } = scheduler;
      const session = new Session({ channel, engine, life, devices, leasesPerSlot, witness });
      this.#sessions.set(channel, session);
      engine.attachWorker(worker, session);
      engine.dispatch(message);
    } else {
      const session = this.#sessions.get(channel);
      if (session === undefined || !engine.isAttached(worker, session)) return;
      session.heard(message);
      engine.dispatch(message);
    }
  }

  streamEnded(channel: Channel): void {
    const session = this.#sessions.get(channel);
    if (session === undefined) return;
    this.#sessions.delete(channel);
    this.#listening?.engine.detachWorker(channel.worker, session);
  }

  #start(): void {
    const { timeline, hazard } = this.#options;
    this.#lives += 1;
    const life = new Life(this.#lives, timeline, hazard, () => {
      this.#died();
    });
    this.#life = life;
    this.#listen(life).catch((error: unknown) => {
      this.#failed(life, error);
    });
  }

  async #listen(life: Life): Promise<void> {
    const { parts, disk, scheduler, timeline, random, gatherSeconds } = this.#options;
    const clock = () => this.#options.witness.clock();
    const ledger = parts.ledger(disk.open(life));
    const wallClock = () => 1_700_000_000_000 + Math.round(1000 * timeline.now);
    const gather = () => timeline.wait(gatherSeconds);
    const engine = parts.engine({
      ledger,
      log: LOG,
      clock,
      wallClock,
      firstLease: life.number * LEASES_OF_A_LIFE,
      scheduler,
      paging: { shardsPerFold: 2, partialsPerPage: 2 },
      onFatal: (error) => {
        this.#failed(life, error);
      },
      ...(gatherSeconds > 0 && { gather }),
    });
    let ids = 0;
    const newId = () => `${life.number}x${(ids += 1)}`;
    const coordinator = parts.coordinator({ engine, ledger, log: LOG, clock, wallClock, newId });
    engine.onRunChange((run, ended) => {
      if (ended) this.#announced(life, run);
    });
    await engine.start();
    // It takes a moment until a port is open.
    await timeline.wait(random.exponential(LATENCY_SECONDS));
    if (life.isOver) return;
    this.#listening = { life, engine, coordinator };
    this.#tick(this.#listening);
  }

  #tick(listening: Listening): void {
    this.#options.timeline.after(TICK_SECONDS, () => {
      if (listening.life.isOver) return;
      listening.engine.dispatch({ kind: "tick" });
      this.#tick(listening);
    });
  }

  #died(): void {
    const { disk, timeline, random, witness } = this.#options;
    this.#listening = undefined;
    witness.note("coordinator is killed");
    disk.recover();
    for (const channel of this.#sessions.keys()) channel.cut();
    this.#sessions.clear();
    timeline.after(random.exponential(1), () => {
      this.#start();
    });
  }

  /** Ends at once when the ledger fails, as server.ts does. */
  #failed(life: Life, error: unknown): void {
    const { findings } = this.#options.witness;
    const cause = error instanceof OutcomeUnknown ? error.cause : error;
    const isExpected = life.isOver || cause instanceof DiskFailure;
    findings.demand(isExpected, "the ledger takes whatever it is given", () => String(error));
    life.end();
  }

  #announced({ isOver }: Life, run: string): void {
    const { findings, record } = this.#options.witness;
    findings.demand(
      isOver || record.hasBeen(run, ({ state }) => hasEnded(state)),
      "what is said to have ended has ended durably",
      () => run,
    );
  }
}
