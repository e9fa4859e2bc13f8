import { counted } from "../../../shared/text/counts.ts";
import { factor, percent } from "../../../shared/text/numbers.ts";
import { times } from "../../../shared/text/times.ts";
import { normalQuantiles } from "../../../shared/theory/spread.ts";
import { fateOf, type Alternative } from "../../sdk/initialization/alternatives.ts";
import type { InitializationPlan } from "../../sdk/initialization/plan.ts";
import type { InitializationRequest } from "../../sdk/initialization/request.ts";

/** Share of survivors below which the gain is not what matters. */
const FEWEST_ALIVE = 0.5;

/** What the critical gain is worth, in one sentence. */
export function initVerdict(
  { depth, negativeSlope }: InitializationRequest,
  { survival, growthVariance }: InitializationPlan,
  alternatives: readonly Alternative[],
): string {
  const over = `over ${counted(depth, "layer")}`;
  const who = negativeSlope === 0 ? "survivor" : "network";
  if (survival < FEWEST_ALIVE) {
    return (
      `Dies: no gain keeps ReLU networks alive here, of which ${percent(1 - survival)} are extinct ` +
      `${over}; a slope above 0, or wider layers, would.`
    );
  }
  const he = alternatives.find(({ name }) => name === "he")?.typicalGrowth ?? 0;
  const [name, others] = spreadWords(growthVariance);
  const instead =
    fateOf(he) === "holds"
      ? `with He's gain it would end at ${times(he)}`
      : `with He's gain it would ${he < 0 ? "shrink" : "grow"} ${factor(Math.abs(he), 0.05)}-fold`;
  return `${name}: the typical ${who} keeps its norm ${over}${others}; ${instead}.`;
}

/** The word for single networks, and where they end. */
function spreadWords(growthVariance: number | null): readonly [string, string] {
  if (growthVariance === null) return ["Holds", ""];
  if (growthVariance === 0) return ["Holds", ", and all are alike"];
  const law = { exponent: 0, deviation: Math.sqrt(growthVariance) };
  const quantile = normalQuantiles(law, 1).find(({ probability }) => probability === 0.75);
  const size = quantile?.value ?? NaN;
  const [lower, upper] = [times(-size), times(size)];
  return fateOf(size) === "holds"
    ? ["Holds", `, and half of all end between ${lower} and ${upper}`]
    : ["Scatters", `, but half of all end below ${lower} or above ${upper}`];
}
