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

import { ApiError, toStatus } from "../shared/wire/errorDetails.ts";
import { FleetService, SERVICE_NAMES, SimulationService } from "../shared/wire/protocol.ts";
import { bind } from "./bind.ts";
import type { Door } from "./door/door.ts";

/** A coordinator that waits for its turn. */
export interface Standby {
  readonly port: number;
  /** Frees the port for the coordinator that it becomes. */
  close(): void;
}

/**
 * Answers health as NOT_SERVING and everything else as UNAVAILABLE, which sends clients and workers
 * on to the next address that they were given.
 *
 * @throws Error if the address cannot be listened on.
 */
export async function startStandby(
  address: string,
  leader: string,
  door: Door,
  log: Logger,
): Promise<Standby> {
  const server = new Server();
  const refusal = toStatus(
    new ApiError(
      Code.UNAVAILABLE,
      "STANDBY",
      `this coordinator stands by; ${leader} leads, ask it`,
    ),
  );
  for (const { service } of [SimulationService, FleetService]) {
    server.addService(service, refusals(service, refusal));
  }
  const health = new HealthImplementation();
  health.addToServer(server);
  for (const service of ["", ...SERVICE_NAMES]) health.setStatus(service, "NOT_SERVING");
  const port = await bind(server, address, door.credentials);
  log.info({ address, port, leader }, "standing by");
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}

/** Handlers of every method, all of which end with the status. */
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
