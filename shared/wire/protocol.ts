import { join } from "node:path";

import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync, type PackageDefinition } from "@grpc/proto-loader";

import type { ProtoGrpcType as FleetTypes } from "./generated/fleet_service.ts";
import type { ProtoGrpcType as SimulationTypes } from "./generated/simulation_service.ts";
import { packageRoot } from "./packageRoot.ts";

/** The package and the two services, as health checks name them. */
export const SERVICE_NAMES = ["lyapunov.v1.SimulationService", "lyapunov.v1.FleetService"] as const;

/** Longs are strings and enumerations are names on this side; see the generated types. */
const LOADER_OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** The files of the two services, below proto/. */
export const PROTO_FILES = [
  "lyapunov/v1/simulation_service.proto",
  "lyapunov/v1/fleet_service.proto",
] as const;

const packageDefinition: PackageDefinition = loadSync([...PROTO_FILES], {
  ...LOADER_OPTIONS,
  includeDirs: [join(packageRoot(), "proto")],
});

const loaded = loadPackageDefinition(packageDefinition) as unknown as SimulationTypes & FleetTypes;

export const { SimulationService, FleetService } = loaded.lyapunov.v1;
