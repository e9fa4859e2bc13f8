import type { PropagationSpecification } from "./specification.ts";

/**
 * What a backend may be off by in S_l = log ‖x_l‖ − log ‖x_0‖ of a replica, as a multiple of √l: the
 * promise that every backend of the common stream keeps.
 */
const ERROR_PER_ROOT_LAYER = 1e-4;

/**
 * How far S_l − S_b of one replica may be apart on two backends that drew it from the same stream.
 * Each of them may be off by its error at the depth l, and by its error at the burn-in b.
 */
export function tolerance(
  { burnIn }: Pick<PropagationSpecification, "burnIn">,
  depth: number,
): number {
  return 2 * ERROR_PER_ROOT_LAYER * (Math.sqrt(depth) + Math.sqrt(burnIn));
}
