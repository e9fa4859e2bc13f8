import { loadPackageDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

import { contract } from "./contract.ts";
import type { ProtoGrpcType as FleetTypes } from "./generated/fleet_service.ts";
import type { ProtoGrpcType as SimulationTypes } from "./generated/simulation_service.ts";

/** Names of the two services, for health checks. */
export const SERVICE_NAMES = ["lyapunov.v1.SimulationService", "lyapunov.v1.FleetService"] as const;

/** How messages look in code: 64-bit integers are strings, and enumerations are names. */
const LOADER_OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** Proto-loader's definitions, made from the contract without parsing it again. */
const definitions = fromJSON(contract().toJSON(), LOADER_OPTIONS);

const loaded = loadPackageDefinition(definitions) as unknown as SimulationTypes & FleetTypes;

/** The two services, with their grpc-js clients and codecs. */
export const { SimulationService, FleetService } = loaded.lyapunov.v1;
