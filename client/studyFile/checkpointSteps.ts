import { MAXIMUM_STEP_COUNT } from "../../shared/kinds/training/trainingInput.ts";

/** Spaces between the first step and the last, on a logarithmic scale. */
const SPACES = 48;

/**
 * Steps after which a study looks at its networks by default: before the first, and then at equal
 * ratios up to the last, since curves are drawn over the logarithm of the step.
 */
export function checkpointSteps(stepCount: number): number[] {
  // What is no number of steps is refused elsewhere.
  if (!(stepCount >= 1 && stepCount <= MAXIMUM_STEP_COUNT)) return [];
  const steps = Array.from({ length: SPACES + 1 }, (_, i) => Math.round(stepCount ** (i / SPACES)));
  return [...new Set([0, ...steps])];
}
