import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";
import type { Role } from "../../shared/wire/roles.ts";

/** What a method asks of its caller: a role, or nothing at all. */
export type Requirement = Role | "nothing";

const HEALTH = "/grpc.health.v1.Health/";
/** Of the JSON interface beside the page. */
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
 * What the method at a path such as `/lyapunov.v1.FleetService/Work`, or `/api/runs`, asks for; undefined if nobody
 * has thought about it, and so nobody may call it.
 */
export function requirementOf(path: string): Requirement | undefined {
  if (path.startsWith(HEALTH)) return "nothing";
  if (REFLECTION.test(path) || path.startsWith(JSON_INTERFACE)) return "read";
  return REQUIREMENTS.get(path);
}
