import { loadPackageDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";

import { contract } from "./contract.ts";
import type { ProtoGrpcType as FleetTypes } from "./generated/fleet_service.ts";
import type { ProtoGrpcType as SimulationTypes } from "./generated/simulation_service.ts";

/** Names of the two services, as health checks know them. */
export const SERVICE_NAMES = ["lyapunov.v1.SimulationService", "lyapunov.v1.FleetService"] as const;

/** How messages look on this side: 64-bit integers are strings, enumerations names. */
const LOADER_OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** proto-loader's definitions, made from the contract without parsing it again. */
const definitions = fromJSON(contract().toJSON(), LOADER_OPTIONS);

const loaded = loadPackageDefinition(definitions) as unknown as SimulationTypes & FleetTypes;

/** The two services, with the clients and the codecs that grpc-js makes of them. */
export const { SimulationService, FleetService } = loaded.lyapunov.v1;
