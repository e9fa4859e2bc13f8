import type { Command } from "commander";

import { bytes, rough } from "../../../shared/text/counts.ts";
import { ABSENT } from "../../../shared/text/numbers.ts";
import type { SurveyedDevice } from "../../../worker/devices/survey.ts";
import { countReader, defaultThreads } from "../clusterFlags.ts";
import type { LogLevel } from "../logLevels.ts";
import { fittedTable, type TableColumn } from "../presentation/fittedTable.ts";
import { printJson } from "../presentation/printJson.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { flag, secondsFrom } from "../readers.ts";
import { endOnSignal } from "../signals.ts";
import { print, say } from "../streams.ts";

interface Flags {
  readonly seconds: number;
  readonly threads: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly logLevel?: LogLevel;
}

/** `lyapunov devices`. */
export function defineDevices(command: Command): void {
  command
    .addOption(
      flag(
        "--seconds <time>",
        "duration of each measurement, from 0.01 to 60",
        secondsFrom(0.01, 60),
      ).default(1),
    )
    .addOption(
      flag("--threads <count>", "compute threads of the processor", countReader).default(
        defaultThreads(),
      ),
    )
    .option("--json", "print JSON on standard output")
    .action(async () => {
      await devices(command.optsWithGlobals<Flags>());
    });
}

async function devices({ seconds, threads, json, quiet, logLevel }: Flags): Promise<void> {
  endOnSignal(() => "interrupted");
  const [{ surveyDevices }, { createLog }] = await Promise.all([
    import("../../../worker/devices/survey.ts"),
    import("../log.ts"),
  ]);
  const surveyed = await surveyDevices({
    log: createLog(logLevel ?? "warn"),
    threads,
    seconds,
    onStep: (what) => {
      if (quiet !== true) say(`${what} …\n`);
    },
  });
  if (json === true) await printJson({ devices: surveyed.map(toJson) });
  else await print(`${fittedTable(COLUMNS, surveyed, outputColumns())}\n`);
}

const COLUMNS: readonly TableColumn<SurveyedDevice>[] = [
  { head: "device", importance: 1, cell: ({ name }) => name ?? ABSENT },
  { head: "backend", importance: 1, cell: ({ backend }) => backend },
  {
    head: "weights/s",
    importance: 2,
    align: "right",
    cell: ({ weightsPerSecond }) =>
      weightsPerSecond === undefined ? ABSENT : rough(weightsPerSecond),
  },
  {
    head: "slots",
    importance: 5,
    align: "right",
    cell: ({ slotCount }) => (slotCount === undefined ? ABSENT : String(slotCount)),
  },
  {
    head: "memory",
    importance: 5,
    align: "right",
    cell: ({ memoryBytes }) => (memoryBytes === undefined ? ABSENT : bytes(memoryBytes)),
  },
  { head: "what it is", importance: 3, cell: ({ description }) => description ?? ABSENT },
  { head: "driver", importance: 6, cell: ({ driver }) => driver ?? ABSENT },
  { head: "note", name: "", importance: 4, cell: noteOf },
];

function noteOf({ isSoftware, problem }: SurveyedDevice): string {
  if (problem !== undefined) return `not here: ${problem}`;
  return isSoftware ? "software: only with --allow-software" : "";
}

function toJson(device: SurveyedDevice) {
  const { name, backend, description, driver, memoryBytes, slotCount, weightsPerSecond } = device;
  return {
    name: name ?? null,
    backend,
    description: description ?? null,
    driver: driver ?? null,
    memoryBytes: memoryBytes === undefined ? null : String(memoryBytes),
    software: device.isSoftware,
    slotCount: slotCount ?? null,
    weightsPerSecond: weightsPerSecond ?? null,
    problem: device.problem ?? null,
  };
}
