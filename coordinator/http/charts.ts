import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { Charts, HistoryPoint } from "../../shared/wire/pageJson.ts";

/**
 * Collects what a run's page draws.
 *
 * @param sums of the run as far as it is known.
 */
export function chartsOf(
  specification: RunSpecification,
  sums: ReplicaSums | undefined,
  history: readonly HistoryPoint[],
): Charts {
  return { history, ...specification.kind.chartFields(specification, sums) };
}
