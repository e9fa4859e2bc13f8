import type { Claim } from "./claim.ts";
import { centralLimitTheorem } from "./claims/centralLimitTheorem.ts";
import { criticalInitialization } from "./claims/criticalInitialization.ts";
import { exactValues } from "./claims/exactValues.ts";
import { finiteDepthSpread } from "./claims/finiteDepthSpread.ts";
import { lawOfLargeNumbers } from "./claims/lawOfLargeNumbers.ts";
import { quinticLearning, scoreLearning } from "./claims/learning.ts";
import { lowWidth } from "./claims/lowWidth.ts";
import { phaseTransition } from "./claims/phaseTransition.ts";

/** The claims, in the order of the report. */
export const CLAIMS: readonly Claim[] = [
  lawOfLargeNumbers,
  centralLimitTheorem,
  exactValues,
  phaseTransition,
  lowWidth,
  criticalInitialization,
  finiteDepthSpread,
  quinticLearning,
  scoreLearning,
];
