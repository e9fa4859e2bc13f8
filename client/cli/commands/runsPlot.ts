import { Option, type Command } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import type { Chart } from "../../../shared/charts/chart.ts";
import { convergenceChart } from "../../../shared/charts/convergence.ts";
import { depthChart } from "../../../shared/charts/depth.ts";
import { fluctuationsChart } from "../../../shared/charts/fluctuations.ts";
import { isMap, phaseDiagram } from "../../../shared/charts/phases.ts";
import { sweepEstimatesChart } from "../../../shared/charts/sweepEstimates.ts";
import { NothingToDraw } from "../../../shared/charts/nothingToDraw.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { isOtherKind } from "../presentation/otherKind.ts";
import { InputError } from "../../sdk/errors.ts";
import { assertWritable, writeOutput } from "../outputFile.ts";
import { choice } from "../readers.ts";
import { addNamed, isSweep, type NamedFlags } from "./named.ts";

const OF_RUN = ["convergence", "depth", "fluctuations"] as const;
const OF_SWEEP = ["phases", "estimates"] as const;
type Kind = (typeof OF_RUN | typeof OF_SWEEP)[number];

/** Width of a drawing where standard output is no terminal. */
const DEFAULT_COLUMNS = 80;

interface Flags extends NamedFlags {
  readonly kind?: Kind;
  readonly output?: string;
  readonly text?: boolean;
}

export function addRunsPlotCommand(runs: Command): void {
  addNamed<Flags>(runs, "plot", "draw a run or a sweep", plot, check)
    .addOption(
      choice(
        "--kind <kind>",
        `of a run ${OF_RUN.join(", ")} (default: convergence); of a sweep ${OF_SWEEP.join(", ")} ` +
          `(default: phases, if it varies two numbers)`,
        [...OF_RUN, ...OF_SWEEP],
      ),
    )
    .option("--output <file>", "write SVG there (default: text on a terminal, else SVG)")
    .addOption(new Option("--text", "draw with characters").conflicts("output"));
}

async function check({ kind, output }: Flags, name: string): Promise<void> {
  const kinds: readonly Kind[] = isSweep(name) ? OF_SWEEP : OF_RUN;
  if (kind !== undefined && !kinds.includes(kind)) {
    const what = isSweep(name) ? "a sweep" : "a run";
    throw new InputError(
      `--kind: '${kind}' is not a picture of ${what}; give one of ${kinds.join(", ")}`,
    );
  }
  if (output === undefined) return;
  if (!/\.svg$/i.test(output)) {
    throw new InputError(
      `--output: '${output}' does not end in .svg; the picture is SVG, name it so`,
    );
  }
  await assertWritable("--output", output);
}

async function plot(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const chart = isSweep(name)
    ? await sweepChart(api, name, flags.kind)
    : await runChart(api, name, flags.kind);
  if (flags.text === true || (flags.output === undefined && process.stdout.isTTY)) {
    const { terminalText } = await import("../presentation/chartText.ts");
    const { isTTY, columns } = process.stdout;
    process.stdout.write(terminalText(chart, isTTY ? columns : DEFAULT_COLUMNS));
    return;
  }
  // Loaded only now: Vega takes longer to load than most commands take to run.
  const [{ vegaLite }, { renderSvg }] = await Promise.all([
    import("../../../shared/charts/vegaLite.ts"),
    import("../presentation/svg.ts"),
  ]);
  const svg = `${await renderSvg(vegaLite(chart))}\n`;
  if (flags.output === undefined) process.stdout.write(svg);
  else await writeOutput("--output", flags.output, svg);
}

async function runChart(api: SimulationApi, name: string, kind?: Kind): Promise<Chart> {
  const run = await api.getRun(name, kind === undefined || kind === "convergence");
  assertDrawable(run);
  if (kind === "depth") return depthChart(run);
  if (kind === "fluctuations") return fluctuationsChart(run);
  return convergenceChart(run);
}

async function sweepChart(api: SimulationApi, name: string, kind?: Kind): Promise<Chart> {
  const sweep = await api.getSweep(name);
  sweep.runs.forEach(assertDrawable);
  const isPhases = kind === undefined ? isMap(sweep) : kind === "phases";
  return isPhases ? phaseDiagram(sweep) : sweepEstimatesChart(sweep);
}

/** The pictures are of λ and σ², which only runs that propagate networks estimate. */
function assertDrawable(run: Run__Output): void {
  if (!isOtherKind(run)) return;
  throw new NothingToDraw(
    run,
    "there is no picture of runs of its kind; read its estimates with `runs show`",
  );
}
