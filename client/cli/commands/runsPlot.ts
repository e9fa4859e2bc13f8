import { Option } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import { InputError } from "../../sdk/errors.ts";
import { assertWritableSvg, writeOutput } from "../outputFile.ts";
import type { RunChart, SweepChart } from "../plottedChart.ts";
import { drawingColumns } from "../presentation/terminal.ts";
import { choice } from "../readers.ts";
import { isSweep } from "../names.ts";
import { addNamed, type NamedFlags, type NamedParent } from "./named.ts";
import { print } from "../streams.ts";

const OF_RUN = [
  "convergence",
  "depth",
  "fluctuations",
  "learning",
] as const satisfies readonly RunChart[];
const OF_SWEEP = ["phases", "estimates", "learning"] as const satisfies readonly SweepChart[];

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
        `for a run: ${OF_RUN.join(", ")} (default: convergence, or learning for a training); for a sweep: ${OF_SWEEP.join(", ")} ` +
          `(default: phases, if it varies two numbers, or learning for a study)`,
        [...new Set([...OF_RUN, ...OF_SWEEP])],
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
  if (output !== undefined) await assertWritableSvg("--output", output);
}

async function plot(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  // Loaded only now, as the statistics behind the intervals are large.
  const { chartOf } = await import("../plottedChart.ts");
  const chart = await chartOf(api, name, flags.kind);
  if (flags.text === true || (flags.output === undefined && process.stdout.isTTY)) {
    const { terminalText } = await import("../presentation/chartText.ts");
    await print(terminalText(chart, drawingColumns()));
    return;
  }
  // Loaded only now: Vega takes longer to load than most commands take to run.
  const [{ vegaLite }, { renderSvg }] = await Promise.all([
    import("../../../shared/charts/vegaLite.ts"),
    import("../presentation/svg.ts"),
  ]);
  const svg = `${await renderSvg(vegaLite(chart))}\n`;
  if (flags.output === undefined) await print(svg);
  else await writeOutput("--output", flags.output, svg);
}
