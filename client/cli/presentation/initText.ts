import { lawLabel } from "../../../shared/network/weights.ts";
import { count, counted } from "../../../shared/text/counts.ts";
import { given, percent, significant, withError } from "../../../shared/text/numbers.ts";
import { times } from "../../../shared/text/times.ts";
import { normalQuantiles } from "../../../shared/theory/spread.ts";
import type { Alternative } from "../../sdk/initialization/alternatives.ts";
import type { InitializationPlan, LayerPlan } from "../../sdk/initialization/plan.ts";
import type { InitializationRequest } from "../../sdk/initialization/request.ts";
import { fittedFacts, fittedTable, type Fact } from "./fittedTable.ts";
import { initVerdict } from "./initVerdict.ts";
import { wrapped } from "./wrap.ts";

/** What the gain of a last layer rests on, which often has no activation. */
const LAST_LAYER =
  "Every layer counts as followed by the Leaky ReLU; for a last layer without it, ask for its two " +
  "widths with --negative-slope 1.";

/** An initialization for people to read, no wider than the columns. */
export function initText(
  request: InitializationRequest,
  plan: InitializationPlan,
  alternatives: readonly Alternative[],
  columns: number,
): string {
  return [
    fittedFacts(factsOf(request, plan), columns),
    ...(request.isSquare
      ? []
      : [layerTable(plan.layers, columns), ...wrapped(LAST_LAYER, columns)]),
    "Instead of it:",
    alternativeTable(alternatives, request, columns),
    ...wrapped(initVerdict(request, plan, alternatives), columns),
  ].join("\n");
}

function factsOf(
  { law, negativeSlope, depth, isSquare }: InitializationRequest,
  { layers, survival, growthVariance, run }: InitializationPlan,
): Fact[] {
  const [first] = layers;
  const of = negativeSlope === 0 ? " of survivors" : "";
  const size = isSquare
    ? `${counted(depth, "layer")} of width ${count(first?.fanIn ?? 0)}`
    : counted(depth, "layer");
  const facts: Fact[] = [
    ["network", `${size}, α ${given(negativeSlope)}`],
    ["weights", lawLabel(law.weights, law)],
  ];
  if (isSquare && first !== undefined) {
    const { criticalGain, standardError, standardDeviation, bound } = first;
    facts.push(
      [
        `critical gain${of}`,
        standardError === null
          ? `${significant(criticalGain)} (exact)`
          : `${withError(criticalGain, standardError)} (by ${run})`,
      ],
      ["standard deviation of an entry", significant(standardDeviation)],
    );
    if (bound !== null)
      facts.push(["entries between", `−${significant(bound)} and ${significant(bound)}`]);
  }
  if (negativeSlope === 0) facts.push(["alive after all layers", percent(survival)]);
  if (growthVariance === null) return facts;
  const quantiles = normalQuantiles({ exponent: 0, deviation: Math.sqrt(growthVariance) }, 1);
  const at = (probability: number) =>
    times(quantiles.find((each) => each.probability === probability)?.value ?? NaN);
  facts.push(
    [`half${of === "" ? " of all" : of}`, `about ${at(0.25)} to ${at(0.75)}`],
    [`nine tenths${of}`, `about ${at(0.05)} to ${at(0.95)}`],
  );
  return facts;
}

function layerTable(layers: readonly LayerPlan[], columns: number): string {
  return fittedTable<LayerPlan>(
    [
      {
        head: "layer",
        importance: 1,
        cell: ({ fanIn, fanOut }) => `${count(fanIn)} → ${count(fanOut)}`,
      },
      { head: "critical gain", importance: 2, cell: (layer) => significant(layer.criticalGain) },
      {
        head: "standard deviation of an entry",
        importance: 3,
        cell: (layer) => significant(layer.standardDeviation),
      },
      { head: "σ²", importance: 4, cell: (layer) => significant(layer.variance) },
    ],
    layers,
    columns,
  );
}

function alternativeTable(
  alternatives: readonly Alternative[],
  { depth, isSquare, negativeSlope }: InitializationRequest,
  columns: number,
): string {
  const who = negativeSlope === 0 ? "typical survivor" : "typical";
  return fittedTable<Alternative>(
    [
      { head: "initialization", importance: 1, cell: ({ label }) => label },
      { head: "weights", importance: 5, cell: ({ weights }) => weights },
      {
        head: isSquare ? "gain" : "gain of the first layer",
        name: "gain",
        importance: 4,
        cell: ({ gain }) => significant(gain, 5),
      },
      { head: "λ", importance: 3, cell: (each) => significant(each.lyapunovExponent, 5) },
      {
        head: `${who} after ${counted(depth, "layer")}`,
        name: "typically",
        importance: 2,
        cell: ({ typicalGrowth }) => (typicalGrowth === null ? "not known" : times(typicalGrowth)),
      },
      { head: "", name: "", importance: 2, cell: ({ fate }) => fate ?? "" },
    ],
    alternatives,
    columns,
  );
}
