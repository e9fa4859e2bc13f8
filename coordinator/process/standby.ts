import {
  Server,
  status as Code,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Logger } from "pino";

import { ApiError, toStatus } from "../../shared/wire/errorDetails.ts";
import type { Listening } from "../../shared/wire/listening.ts";
import { FleetService, SERVICE_NAMES, SimulationService } from "../../shared/wire/protocol.ts";
import { bind } from "./bind.ts";
import type { Door } from "../door/door.ts";

/** A coordinator that waits for the lead. */
export interface Standby {
  readonly port: number;
  /** The port where the page will be, if there will be one. */
  readonly httpPort?: number;
  /** Frees the ports for the coordinator that this standby becomes. */
  close(): Promise<void>;
}

export interface StandbyOptions {
  /** Where to listen, for example `127.0.0.1:7400`; port 0 takes a free one. */
  readonly address: string;
  /** Where the page will be; default: nowhere. */
  readonly http?: string;
  /** The leader's host and process, for people to read. */
  readonly leader: string;
  readonly door: Door;
  readonly log: Logger;
}

/**
 * Starts a standby. It answers health checks with NOT_SERVING and all other calls with UNAVAILABLE,
 * so that clients and workers try the next address that they were given. Where the page will be, it
 * serves a page that says so.
 *
 * @throws Error if the address cannot be listened on.
 */
export async function startStandby(options: StandbyOptions): Promise<Standby> {
  const { address, http, leader, door, log } = options;
  const server = new Server();
  const message = `this coordinator is on standby; ask ${leader}, which leads`;
  const refusal = toStatus(new ApiError(Code.UNAVAILABLE, "STANDBY", message));
  for (const { service } of [SimulationService, FleetService]) {
    server.addService(service, refusals(service, refusal));
  }
  const health = new HealthImplementation();
  health.addToServer(server);
  for (const service of ["", ...SERVICE_NAMES]) health.setStatus(service, "NOT_SERVING");
  const port = await bind(server, address, door.credentials);
  const page = await openPage(http, message, door).catch((error: unknown) => {
    server.forceShutdown();
    throw error;
  });
  log.info({ address, port, leader }, "standing by");
  return {
    port,
    ...(page !== undefined && { httpPort: page.port }),
    close: async () => {
      server.forceShutdown();
      await page?.[Symbol.asyncDispose]();
    },
  };
}

async function openPage(
  http: string | undefined,
  message: string,
  door: Door,
): Promise<Listening | undefined> {
  if (http === undefined) return undefined;
  const { startStandbyPage } = await import("../http/standbyPage.ts");
  return startStandbyPage(http, message, door);
}

/** Handlers that answer every method of the service with the refusal. */
function refusals(
  service: ServiceDefinition,
  refusal: ReturnType<typeof toStatus>,
): UntypedServiceImplementation {
  const refuseUnary: handleUnaryCall<unknown, unknown> = (_call, callback) => {
    callback(refusal);
  };
  const refuseStream: handleBidiStreamingCall<unknown, unknown> = (stream) => {
    stream.emit("error", refusal);
  };
  return Object.fromEntries(
    Object.entries(service).map(([name, { responseStream }]) => [
      name,
      responseStream ? refuseStream : refuseUnary,
    ]),
  );
}
