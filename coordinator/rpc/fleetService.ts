import type { Logger } from "pino";

import type { FleetServiceHandlers } from "../../shared/wire/generated/lyapunov/v1/FleetService.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import type { Door } from "../door/door.ts";
import type { Engine } from "../engine/engine.ts";
import type { UnreadableMessage } from "./messageBounds.ts";
import { readWorkRequest, type ReadWorkRequest } from "./workRequests.ts";
import { writeWorkAnswer } from "./workResponses.ts";
import { WorkSession, type FleetOptions } from "./workSession.ts";

/** The service's definition, with requests read and responses written as its handlers know them. */
export const FLEET_SERVICE = {
  Work: {
    ...FleetService.service.Work,
    requestDeserialize: readWorkRequest,
    responseSerialize: writeWorkAnswer,
  },
};

/** The gRPC front of the coordinator for workers: one stream each, events in, commands out. */
export function fleetHandlers(
  engine: Engine,
  options: FleetOptions,
  door: Door,
  log: Logger,
): FleetServiceHandlers {
  return {
    Work: (stream) => {
      const { peer } = door.callerOf(stream.metadata);
      const session = new WorkSession({ engine, options, peers: door.peers, peer, log, stream });
      stream.on("data", (request: ReadWorkRequest | UnreadableMessage) => {
        session.receive(request);
      });
      stream.on("end", () => {
        session.leave();
        stream.end();
      });
      stream.on("cancelled", () => {
        session.leave();
      });
      stream.on("error", (error) => {
        log.debug({ err: error }, "a worker's stream broke");
        session.leave();
      });
    },
  };
}
