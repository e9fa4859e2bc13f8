import type { Command } from "commander";

import type { SurveyedDevice } from "../../../shared/specification/surveyedDevice.ts";
import { countReader, defaultThreads } from "../clusterFlags.ts";
import type { LogLevel } from "../logLevels.ts";
import { deviceTable } from "../presentation/deviceTable.ts";
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
  else await print(`${deviceTable(surveyed, outputColumns())}\n`);
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
