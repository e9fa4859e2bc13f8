import { randomBytes, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Logger } from "pino";

import { KINDS, type Kinds } from "../../shared/kinds/kinds.ts";
import type { Listening } from "../../shared/wire/listening.ts";
import { SERVICE_NAMES, SimulationService } from "../../shared/wire/protocol.ts";
import { bind } from "./bind.ts";
import { Simulations } from "../simulations/simulations.ts";
import { openToAll, type Door } from "../door/door.ts";
import { Engine } from "../engine/engine.ts";
import { FLEET_SERVICE, fleetHandlers } from "../rpc/fleetService.ts";
import { GuardedServer } from "../rpc/guardedServer.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ledgerDamage } from "../ledger/ledgerDamage.ts";
import { ledgerFailure } from "./ledgerFailure.ts";
import type { CoordinatorMetrics } from "../metrics/coordinatorMetrics.ts";
import { createReflection } from "../rpc/reflection.ts";
import type { PageOptions } from "../http/pageServer.ts";
import { DEFAULT_SCHEDULER_OPTIONS, type SchedulerOptions } from "../scheduler/options.ts";
import { simulationHandlers } from "../rpc/simulationService.ts";
import { Watches, type WatchesOptions } from "../rpc/watches.ts";

const TICK_MILLISECONDS = 250;
/**
 * How long results gather before they are committed together. A commit costs about the same however
 * many results it holds. Workers, whose shards take half a second, do not notice the wait.
 */
const GATHER_MILLISECONDS = 5;
/** How long results gather after a commit of more than a few writes. */
const BUSY_GATHER_MILLISECONDS = 25;
const FEW_WRITES = 8;
const CHANNEL_OPTIONS = {
  "grpc.max_concurrent_streams": 1000,
  // Finds peers that vanished without closing the connection.
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};
/** How long calls may take to end when the server closes; then they are cut off. */
const SHUTDOWN_GRACE_MILLISECONDS = 1000;

export interface ServerOptions {
  /** Where to listen, for example `127.0.0.1:7400`; port 0 takes a free one. */
  readonly address: string;
  /** Where to serve the page; default: nowhere. */
  readonly http?: string;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Called once if the ledger fails. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler?: SchedulerOptions;
  /** Access control; by default everyone who reaches the address may do everything. */
  readonly door?: Door;
  readonly metrics?: CoordinatorMetrics;
  /** How watchers are told of changes, and what may wait for them. */
  readonly watches?: WatchesOptions;
  /** The kinds of run that there may be, as the ledger was opened with; default: this version's. */
  readonly kinds?: Kinds;
}

/** A coordinator that listens. */
export interface CoordinatorServer {
  readonly port: number;
  /** The page's port, if there is a page. */
  readonly httpPort?: number;
  /** Reports NOT_SERVING, lets calls end, closes the ledger. */
  close(): Promise<void>;
}

/** The seconds of a clock that does not jump. */
function clock(): number {
  return performance.now() / 1000;
}

function wallClock(): number {
  return Date.now();
}

function newId(): string {
  return randomBytes(6).toString("hex");
}

/** Starts a leading coordinator. @throws Error if the address cannot be listened on. */
export async function startCoordinator(options: ServerOptions): Promise<CoordinatorServer> {
  const { address, ledger, log, onFatal, scheduler = DEFAULT_SCHEDULER_OPTIONS } = options;
  const { door = openToAll(log), kinds = KINDS } = options;
  const firstLease = randomInt(2 ** 20) * 2 ** 32 + 1;
  const engine = new Engine({
    ledger,
    log,
    clock,
    wallClock,
    firstLease,
    onFatal,
    scheduler,
    ...(options.metrics !== undefined && { observer: options.metrics }),
    gather: (lastBatch) =>
      delay(lastBatch > FEW_WRITES ? BUSY_GATHER_MILLISECONDS : GATHER_MILLISECONDS),
  });
  const simulations = new Simulations({ engine, ledger, log, clock, wallClock, newId });
  engine.onRunChange((run, ended) => {
    if (ended) door.clients.leave(run);
  });
  try {
    for await (const { client, name, specification } of ledger.unfinishedRuns()) {
      // The runs of a command's embedded cluster count against no client.
      if (client !== "")
        door.clients.enter(client, [{ name, stoppingRule: specification.stoppingRule }]);
    }
    await engine.start();
  } catch (error) {
    throw ledgerDamage(error) === undefined ? error : ledgerFailure(error);
  }

  const watches = new Watches(simulations, options.metrics, options.watches);
  const server = new GuardedServer({
    ...CHANNEL_OPTIONS,
    "grpc.max_receive_message_length": door.limits.maximumMessageBytes,
  });
  server.addService(SimulationService.service, {
    ...simulationHandlers(simulations, watches, door, kinds, log),
  });
  server.addService(FLEET_SERVICE, { ...fleetHandlers(engine, scheduler, door, log) });
  const health = new HealthImplementation();
  health.addToServer(server);
  createReflection().addToServer(server);
  const port = await bind(server, address, door.credentials);
  const page = await openPage(options, { reads: simulations, door }).catch((error: unknown) => {
    server.forceShutdown();
    throw error;
  });

  const setHealth = (status: "SERVING" | "NOT_SERVING") => {
    for (const service of ["", ...SERVICE_NAMES]) health.setStatus(service, status);
  };
  setHealth("SERVING");
  options.metrics?.lead({ engine, ledger, reads: simulations, watches });
  const ticks = setInterval(() => {
    engine.dispatch({ kind: "tick" });
  }, TICK_MILLISECONDS);
  log.info({ address, port }, "coordinator listening");

  return {
    port,
    ...(page !== undefined && { httpPort: page.port }),
    close: async () => {
      setHealth("NOT_SERVING");
      options.metrics?.stop();
      clearInterval(ticks);
      await Promise.all([page?.[Symbol.asyncDispose](), shutDown(server)]);
      await engine.flush();
      await ledger.close();
    },
  };
}

async function openPage(
  { http, log }: ServerOptions,
  parts: Pick<PageOptions, "reads" | "door">,
): Promise<Listening | undefined> {
  if (http === undefined) return undefined;
  // Imported only here, since most coordinators have no page.
  const { startPage } = await import("../http/pageServer.ts");
  return startPage({ ...parts, address: http, log });
}

async function shutDown(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    server.forceShutdown();
    resolve();
  }, SHUTDOWN_GRACE_MILLISECONDS);
  server.tryShutdown(() => {
    clearTimeout(timer);
    resolve();
  });
  await promise;
}
