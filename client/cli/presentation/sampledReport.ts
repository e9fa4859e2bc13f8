import type { SamplingFields } from "../../../shared/kinds/samplingInitialization/specification.ts";
import { count, counted } from "../../../shared/text/counts.ts";
import { given, significant, withError } from "../../../shared/text/numbers.ts";
import { lawLabel } from "../../../shared/network/weights.ts";
import type { SampledCandidate } from "../commands/initSampling.ts";
import { fittedFacts, type Fact } from "./fittedTable.ts";
import { chosenFacts, distanceText, excursionText, finalGrowthText } from "./samplingText.ts";

/** Formats a chosen or named candidate for people, no wider than the columns. */
export function sampledText(
  fields: SamplingFields,
  candidate: SampledCandidate,
  columns: number,
): string {
  const { network, probeCount } = fields;
  const { width, depth, negativeSlope, weights, gain, gainCalibration } = network;
  const { run, growths } = candidate;
  const facts: Fact[] = [
    ["network", `${counted(depth, "layer")} of width ${width}, α ${given(negativeSlope)}`],
    ["weights", lawLabel(weights, network)],
    [
      "critical gain",
      gainCalibration === undefined
        ? `${significant(gain)} (exact)`
        : `${withError(gain, gainCalibration.standardError)} (by ${gainCalibration.run})`,
    ],
  ];
  if (run === undefined) {
    const own = { distance: candidate.distance, finalGrowth: growths.at(-1) ?? 0 };
    facts.push(
      ["candidate", `${count(candidate.replica)} of seed ${candidate.seed}`],
      ["distance from zero", distanceText(own)],
      ["final growth", finalGrowthText(own)],
    );
  } else {
    const probes = counted(probeCount, "probe input");
    facts.push(["candidates", `${count(run.replicaCount)}, each shown ${probes}`]);
    facts.push(...chosenFacts(run));
  }
  facts.push(
    ["norms", excursionText(growths)],
    ["again", `--replica ${candidate.seed}:${candidate.replica} instead of --candidates`],
  );
  return fittedFacts(facts, columns);
}

/** What `lyapunov init --json` adds for a candidate. */
export function sampledJson(
  { probeCount }: SamplingFields,
  { seed, replica, distance, growths, run }: SampledCandidate,
) {
  const { medianDistance, growthDeviation, reduction } = run?.chosenCandidate ?? {};
  return {
    seed: String(seed),
    replica: String(replica),
    distance,
    finalGrowth: growths.at(-1),
    medianDistance: medianDistance ?? null,
    growthDeviation: growthDeviation ?? null,
    reduction: reduction ?? null,
    candidateCount: run === undefined ? null : Number(run.replicaCount),
    extinctCount: run === undefined ? null : Number(run.extinctCount),
    probeCount,
    run: run?.name ?? null,
    growths: growthsAt(growths),
  };
}

/** The growths after 1, 2, 4, … layers, and after the last. */
function growthsAt(growths: Float64Array) {
  const depths = [];
  for (let depth = 1; depth < growths.length; depth *= 2) depths.push(depth);
  return [...depths, growths.length].map((depth) => ({ depth, growth: growths[depth - 1] }));
}
