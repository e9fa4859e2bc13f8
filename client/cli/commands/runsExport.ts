import { extname } from "node:path";

import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import type { Format } from "../../exports/formats.ts";
import { InputError } from "../../sdk/errors.ts";
import { assertWritable, writeOutput } from "../outputFile.ts";
import { choice } from "../readers.ts";
import { isSweep } from "../names.ts";
import { addNamed, type NamedFlags, type NamedParent } from "./named.ts";

const FORMATS = ["csv", "json", "parquet"] as const satisfies readonly Format[];
/** Runs of a sweep fetched at a time; each comes with its checkpoints. */
const RUNS_AT_ONCE = 16;

interface Flags extends NamedFlags {
  readonly format?: Format;
  readonly output?: string;
}

export function addExportCommand(parent: NamedParent): void {
  addNamed<Flags>(parent, "export", "write NOUN as a table", exportTable, check)
    .addOption(
      choice(
        "--format <format>",
        "format of the table (default: by the extension of --output, or csv)",
        FORMATS,
      ),
    )
    .option("--output <file>", "file to write (default: standard output)");
}

async function check(flags: Flags): Promise<void> {
  const { output } = flags;
  if (formatOf(flags) === "parquet" && output === undefined && process.stdout.isTTY) {
    throw new InputError("--format: parquet cannot be shown on a terminal; give --output FILE");
  }
  if (output !== undefined) await assertWritable("--output", output);
}

function formatOf({ format, output }: Flags): Format {
  if (format !== undefined || output === undefined) return format ?? "csv";
  const ending = extname(output).slice(1).toLowerCase();
  const known = FORMATS.find((each) => each === ending);
  if (known !== undefined) return known;
  throw new InputError(
    `--output: '${output}' does not end in .${FORMATS.join(", .")}; rename it, or give --format`,
  );
}

/** Writes a row for every run and checkpoint; see docs/export.md. */
async function exportTable(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const runs = isSweep(name) ? await runsOfSweep(api, name) : [await api.getRun(name)];
  const { exported } = await import("../../exports/formats.ts");
  const { exportRows } = await import("../../exports/columns.ts");
  const table = exported(exportRows(runs), formatOf(flags));
  if (flags.output === undefined) process.stdout.write(table);
  else await writeOutput("--output", flags.output, table);
}

/** Fetches the runs of a sweep one by one: the sweep's own answer has them without checkpoints. */
async function runsOfSweep(api: SimulationApi, name: string): Promise<Run__Output[]> {
  const { runs } = await api.getSweep(name);
  const whole: Run__Output[] = [];
  for (let first = 0; first < runs.length; first += RUNS_AT_ONCE) {
    const some = runs.slice(first, first + RUNS_AT_ONCE);
    whole.push(...(await Promise.all(some.map((run) => api.getRun(run.name)))));
  }
  return whole;
}
