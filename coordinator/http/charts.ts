import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { Charts, HistoryPoint } from "../../shared/wire/pageJson.ts";

/**
 * The charts of a run's page, as data.
 *
 * @param sums the run's fold as far as it is known.
 */
export function chartsOf(
  specification: RunSpecification,
  sums: ReplicaSums | undefined,
  history: readonly HistoryPoint[],
): Charts {
  return { history, ...specification.kind.chartFields(specification, sums) };
}
