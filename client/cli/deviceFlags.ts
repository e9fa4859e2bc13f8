import type { Command } from "commander";

import { BACKENDS, isThreadBackend } from "../../shared/specification/backends.ts";
import type { BackendChoice } from "../../worker/devices/devices.ts";
import { InputError } from "../sdk/errors.ts";
import { choice, flag, type Reader } from "./readers.ts";

export interface DeviceFlags {
  readonly backend: string;
  readonly devices?: readonly string[];
  readonly allowSoftware?: boolean;
}

const AUTO = "auto";

const namesReader: Reader<readonly string[]> = {
  read: (text) => {
    const names = text.split(",").map((name) => name.trim());
    return names.every((name) => /^[a-z]+\d*$/.test(name)) ? names : undefined;
  },
  remedy: "give names of 'lyapunov devices', such as cpu,gpu0",
};

/** Adds the flags that say what a worker computes with. */
export function addDeviceFlags(command: Command): Command {
  return command
    .addOption(
      choice(
        "--backend <name>",
        "what to compute with; auto takes the processor, and each GPU by the backend that is faster there",
        [AUTO, ...BACKENDS],
      ).default(AUTO),
    )
    .addOption(
      flag(
        "--devices <names>",
        "devices to compute with, such as cpu,gpu0; 'lyapunov devices' lists them (default: all)",
        namesReader,
      ),
    )
    .option("--allow-software", ALLOW_SOFTWARE);
}

/** What the flag --allow-software is for. */
export const ALLOW_SOFTWARE =
  "let a processor play the GPU where --backend names one; it is slow, and for tests";

/**
 * The choice that the flags make.
 *
 * @throws InputError if software is allowed where no GPU is named
 */
export function backendsOf({ backend, allowSoftware }: DeviceFlags): BackendChoice {
  const name = BACKENDS.find((each) => each === backend);
  if (allowSoftware === true && (name === undefined || isThreadBackend(name))) {
    throw new InputError(
      `--allow-software: --backend ${backend} takes no software; give --backend webgpu or tensorflow`,
    );
  }
  return name === undefined ? AUTO : [name];
}
