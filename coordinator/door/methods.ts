import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";
import type { Role } from "../../shared/wire/roles.ts";

/** The role that a method asks of its caller, or nothing at all. */
export type Requirement = Role | "nothing";

const HEALTH = "/grpc.health.v1.Health/";
/** Paths of the JSON interface beside the page. */
const JSON_INTERFACE = "/api/";
const REFLECTION = /^\/grpc\.reflection\.v1(alpha)?\.ServerReflection\//;
/** Methods that change nothing. */
const LOOKING = /^(Get|List|Watch)[A-Z]/;

const REQUIREMENTS: ReadonlyMap<string, Role> = new Map([
  ...Object.entries(SimulationService.service).map(
    ([name, { path }]) => [path, LOOKING.test(name) ? "read" : "submit"] as const,
  ),
  ...Object.values(FleetService.service).map(({ path }) => [path, "work"] as const),
]);

/**
 * Finds what a method asks of its caller, by a path such as `/lyapunov.v1.FleetService/Work` or
 * `/api/runs`. Undefined for an unknown method, which nobody may call.
 */
export function requirementOf(path: string): Requirement | undefined {
  if (path.startsWith(HEALTH)) return "nothing";
  if (REFLECTION.test(path) || path.startsWith(JSON_INTERFACE)) return "read";
  return REQUIREMENTS.get(path);
}
