import Table from "cli-table3";

import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { ABSENT, fixed, withError } from "../../../shared/charts/formats.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import {
  depthOfFactor1000,
  exponentOf,
  varianceOf,
  verdict,
} from "../../../shared/charts/verdict.ts";

/**
 * Formats runs as a table for people: estimates beside exact values, and what they mean.
 *
 * @param named whether it begins with the runs' names
 */
export function runTable(runs: readonly Run__Output[], named = false): string {
  const varied = [...(named ? [NAME] : []), ...varyingColumns(runs)];
  const table = new Table({
    head: [
      ...varied.map(({ head }) => head),
      "λ̂ ± s.e.",
      "λ exact",
      "z",
      "σ̂ ± s.e.",
      "σ exact",
      "z",
      "×1000 at depth",
      "verdict",
    ],
    style: { head: [], border: [], compact: true },
    colAligns: [...varied.map(() => "right" as const), ...NUMBER_ALIGNS, "left"],
  });
  for (const run of runs) {
    const lambda = exponentOf(run);
    const sigma = deviation(varianceOf(run));
    const exact = run.exact?.extinct === true ? run.exact.survivors : run.exact;
    const exactSigma = exact?.variance === undefined ? undefined : Math.sqrt(exact.variance);
    table.push([
      ...varied.map(({ value }) => value(run)),
      withError(lambda?.estimate, lambda?.standardError),
      fixed(exact?.lyapunovExponent, 6),
      fixed(lambda?.z, 2),
      withError(sigma?.estimate, sigma?.standardError),
      fixed(exactSigma, 6),
      sigma && exactSigma !== undefined && sigma.standardError > 0
        ? fixed((sigma.estimate - exactSigma) / sigma.standardError, 2)
        : ABSENT,
      lambda?.estimate === undefined
        ? ABSENT
        : (depthOfFactor1000(run)?.toLocaleString("en-US") ?? "never"),
      stateNote(run) ?? verdict(run),
    ]);
  }
  return table.toString();
}

const NUMBER_ALIGNS = Array.from({ length: 7 }, () => "right" as const);

interface Column {
  readonly head: string;
  readonly value: (run: Run__Output) => string;
}

const COLUMNS: readonly Column[] = [
  { head: "display name", value: (run) => run.displayName },
  { head: "width", value: (run) => String(run.network?.width) },
  { head: "depth", value: (run) => String(run.network?.depth) },
  { head: "slope", value: (run) => String(run.network?.negativeSlope) },
  { head: "weights", value: weightsLabel },
  { head: "gain", value: gainLabel },
  { head: "sampling", value: (run) => shortName("sampling", run.sampling) ?? ABSENT },
  { head: "backend", value: (run) => shortName("backend", run.backend) ?? ABSENT },
];

const NAME: Column = { head: "run", value: (run) => run.name };
const SEED: Column = { head: "seed", value: (run) => run.seed };

/** The columns that tell the runs apart; for a single run, its width, weights and gain. */
function varyingColumns(runs: readonly Run__Output[]): readonly Column[] {
  const varying = COLUMNS.filter(({ value }) => new Set(runs.map(value)).size > 1);
  const rows = runs.map((run) => varying.map(({ value }) => value(run)).join());
  // Seeds matter to a reader only where nothing else tells two rows apart.
  if (new Set(rows).size < runs.length) varying.push(SEED);
  return runs.length > 1
    ? varying
    : COLUMNS.filter(({ head }) => ["width", "weights", "gain"].includes(head));
}

function stateNote(run: Run__Output): string | undefined {
  const state = shortName("state", run.state);
  if (state === "SUCCEEDED") return undefined;
  return run.error === "" ? String(state) : `${state}: ${run.error}`;
}

/** σ̂ = √σ̂², with its error by the delta method. */
function deviation(variance: Estimate__Output | null | undefined) {
  if (variance?.estimate === undefined || variance.standardError === undefined) return undefined;
  const estimate = Math.sqrt(variance.estimate);
  return { estimate, standardError: estimate > 0 ? variance.standardError / (2 * estimate) : 0 };
}
