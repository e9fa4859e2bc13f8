import { randomBytes, randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";

import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Logger } from "pino";

import { FleetService, SERVICE_NAMES, SimulationService } from "../shared/wire/protocol.ts";
import { bind } from "./bind.ts";
import { Coordinator } from "./coordinator.ts";
import { Engine } from "./engine.ts";
import { fleetHandlers } from "./fleetService.ts";
import { GuardedServer } from "./guardedServer.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { createReflection } from "./reflection.ts";
import { DEFAULT_SCHEDULER_OPTIONS, type SchedulerOptions } from "./scheduler/options.ts";
import { simulationHandlers } from "./simulationService.ts";

const TICK_MILLISECONDS = 250;
const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 16 * 2 ** 20,
  "grpc.max_concurrent_streams": 1000,
  // Peers that vanished without a word are found out.
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};
/** Calls that have not ended by then are cut off. */
const SHUTDOWN_GRACE_MILLISECONDS = 1000;

export interface ServerOptions {
  /** Such as `127.0.0.1:7400`; port 0 takes a free one. */
  readonly address: string;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Called once if the ledger fails. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler?: SchedulerOptions;
}

/** A coordinator that listens. */
export interface CoordinatorServer {
  readonly port: number;
  /** Says NOT_SERVING, lets calls end, closes the ledger. */
  close(): Promise<void>;
}

/** Seconds of a clock that does not jump. */
function clock(): number {
  return performance.now() / 1000;
}

function wallClock(): number {
  return Date.now();
}

function newId(): string {
  return randomBytes(6).toString("hex");
}

/** @throws Error if the address cannot be listened on. */
export async function startCoordinator(options: ServerOptions): Promise<CoordinatorServer> {
  const { address, ledger, log, onFatal, scheduler = DEFAULT_SCHEDULER_OPTIONS } = options;
  const firstLease = randomInt(2 ** 20) * 2 ** 32 + 1;
  const engine = new Engine({ ledger, log, clock, wallClock, firstLease, onFatal, scheduler });
  const coordinator = new Coordinator({ engine, ledger, log, clock, wallClock, newId });
  await engine.start();

  const server = new GuardedServer(CHANNEL_OPTIONS);
  server.addService(SimulationService.service, { ...simulationHandlers(coordinator, engine, log) });
  server.addService(FleetService.service, {
    ...fleetHandlers(engine, scheduler.leaseDurationSeconds, log),
  });
  const health = new HealthImplementation();
  health.addToServer(server);
  createReflection().addToServer(server);
  const port = await bind(server, address, ServerCredentials.createInsecure());

  const setHealth = (status: "SERVING" | "NOT_SERVING") => {
    for (const service of ["", ...SERVICE_NAMES]) health.setStatus(service, status);
  };
  setHealth("SERVING");
  const ticks = setInterval(() => {
    engine.dispatch({ kind: "tick" });
  }, TICK_MILLISECONDS);
  log.info({ address, port }, "coordinator listening");

  return {
    port,
    close: async () => {
      setHealth("NOT_SERVING");
      clearInterval(ticks);
      await shutDown(server);
      await engine.flush();
      await ledger.close();
    },
  };
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
