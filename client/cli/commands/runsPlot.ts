import { Option } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import { InputError } from "../../sdk/errors.ts";
import { assertWritable, writeOutput } from "../outputFile.ts";
import type { RunChart, SweepChart } from "../plottedChart.ts";
import { choice } from "../readers.ts";
import { isSweep } from "../names.ts";
import { addNamed, type NamedFlags, type NamedParent } from "./named.ts";

const OF_RUN = ["convergence", "depth", "fluctuations"] as const satisfies readonly RunChart[];
const OF_SWEEP = ["phases", "estimates"] as const satisfies readonly SweepChart[];

/** Width of a drawing where standard output is no terminal. */
const DEFAULT_COLUMNS = 80;

interface Flags extends NamedFlags {
  readonly kind?: RunChart | SweepChart;
  readonly output?: string;
  readonly text?: boolean;
}

export function addPlotCommand(parent: NamedParent): void {
  addNamed<Flags>(parent, "plot", "draw NOUN", plot, check)
    .addOption(
      choice(
        "--kind <kind>",
        `for a run: ${OF_RUN.join(", ")} (default: convergence); for a sweep: ${OF_SWEEP.join(", ")} ` +
          `(default: phases, if it varies two numbers)`,
        [...OF_RUN, ...OF_SWEEP],
      ),
    )
    .option(
      "--output <file>",
      "SVG file to write (default: text on a terminal, otherwise SVG on standard output)",
    )
    .addOption(new Option("--text", "draw as text").conflicts("output"));
}

async function check({ kind, output }: Flags, name: string): Promise<void> {
  const kinds: readonly (RunChart | SweepChart)[] = isSweep(name) ? OF_SWEEP : OF_RUN;
  if (kind !== undefined && !kinds.includes(kind)) {
    const what = isSweep(name) ? "a sweep" : "a run";
    throw new InputError(
      `--kind: '${kind}' is not a picture of ${what}; give one of ${kinds.join(", ")}`,
    );
  }
  if (output === undefined) return;
  if (!/\.svg$/i.test(output)) {
    throw new InputError(
      `--output: '${output}' does not end in .svg; the picture is SVG, so give such a name`,
    );
  }
  await assertWritable("--output", output);
}

async function plot(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  // Loaded only now, as the statistics behind the intervals are large.
  const { chartOf } = await import("../plottedChart.ts");
  const chart = await chartOf(api, name, flags.kind);
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
