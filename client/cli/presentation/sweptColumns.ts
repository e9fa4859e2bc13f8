import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { count } from "../../../shared/text/counts.ts";
import { ABSENT, given, percent } from "../../../shared/text/numbers.ts";

/** What a run was asked for, in one of its fields. */
export interface SweptColumn {
  readonly head: string;
  readonly value: (run: Run__Output) => string;
}

const ALWAYS = new Set(["width", "weights", "gain"]);

/** Everything that a sweep can vary but the seed, in the order of the flags. */
const COLUMNS: readonly SweptColumn[] = [
  { head: "display name", value: (run) => run.displayName },
  { head: "width", value: (run) => String(run.network?.width) },
  { head: "depth", value: (run) => String(run.network?.depth) },
  { head: "slope", value: (run) => given(run.network?.negativeSlope) },
  { head: "weights", value: weightsLabel },
  { head: "gain", value: gainLabel },
  { head: "sampling", value: (run) => shortName("sampling", run.sampling) ?? ABSENT },
  { head: "backend", value: (run) => shortName("backend", run.backend) ?? ABSENT },
  { head: "stops at", value: stoppingLabel },
  { head: "burn-in", value: (run) => String(run.burnIn) },
  { head: "level", value: (run) => percent(run.level) },
  { head: "checkpoints", value: (run) => checkpointsLabel(run.checkpointDepths) },
];

const SEED: SweptColumn = { head: "seed", value: (run) => run.seed };

/** The columns that tell the runs apart; for a single run, its width, weights and gain. */
export function sweptColumns(runs: readonly Run__Output[]): readonly SweptColumn[] {
  if (runs.length <= 1) return COLUMNS.filter(({ head }) => ALWAYS.has(head));
  const varying = COLUMNS.filter(
    (column) => new Set(runs.map(column.value)).size > 1 && !followsDepth(column, runs),
  );
  const rows = runs.map((run) => varying.map(({ value }) => value(run)).join());
  // Seeds matter to a reader only where nothing else tells two rows apart.
  return new Set(rows).size < runs.length ? [...varying, SEED] : varying;
}

/** Whether a column only repeats the depth: checkpoints are powers of two up to it by default. */
function followsDepth({ head }: SweptColumn, runs: readonly Run__Output[]): boolean {
  if (head !== "checkpoints") return false;
  const places = new Map<string, string>();
  return runs.every((run) => {
    const key = `${run.network?.depth} ${run.burnIn}`;
    const text = checkpointsLabel(run.checkpointDepths);
    const before = places.get(key) ?? text;
    places.set(key, text);
    return before === text;
  });
}

/** The depths, or how many of them there are. */
function checkpointsLabel(depths: readonly number[]): string {
  return depths.length <= 3 ? depths.join(", ") : `${depths.length} to ${depths.at(-1)}`;
}

/** The stopping rule: `4,096 replicas`, `s.e. of λ̂ 0.001, at most 5,000 replicas`. */
function stoppingLabel({ stoppingRule }: Run__Output): string {
  const { replicaCount, precision } = stoppingRule ?? {};
  if (replicaCount !== undefined) return `${count(replicaCount)} replicas`;
  if (!precision) return ABSENT;
  const { lyapunovExponent, variance, targets } = precision;
  const errors = Object.entries({ λ̂: lyapunovExponent, "σ̂²": variance, ...targets });
  return errors
    .filter(([, error]) => error !== undefined)
    .map(([name, error]) => `s.e. of ${name} ${given(error)}`)
    .concat(
      `${count(precision.minimumReplicaCount)} to ${count(precision.maximumReplicaCount)} replicas`,
    )
    .join(", ");
}
