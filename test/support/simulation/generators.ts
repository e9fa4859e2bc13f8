import { GENERATOR } from "../../../shared/random/stream.ts";
import type { BackendName } from "../../../shared/specification/backends.ts";

/**
 * The kinds of device, which round in one way or the other; partials of two generators mix only in a
 * run of any backend.
 */
export const ROUNDINGS = ["fused", "plain"] as const;

/** The generator of a device of this kind: `tensorflow` draws a stream of its own. */
export function generatorOf(backend: BackendName, rounding: string): string {
  return `${backend === "tensorflow" ? "other" : GENERATOR} ${rounding}`;
}
