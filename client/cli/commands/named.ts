import { Option, type Command } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import { addConnectionFlags, openApi, type ConnectionFlags } from "../connection.ts";
import { badInput } from "../failure.ts";
import { addressOption, DEFAULT_ADDRESS } from "../options.ts";

/** Flags of every command on what a cluster has. */
export interface NamedFlags extends ConnectionFlags {
  readonly coordinator: string;
  readonly quiet?: boolean;
}

type Action<Flags> = (api: SimulationApi, name: string, flags: Flags) => Promise<void>;

/** The flags that say which cluster, and how it is called. */
export function withCluster(command: Command): Command {
  const named = command.addOption(
    new Option("--coordinator <host:port>", "the cluster's coordinator")
      .env("LYAPUNOV_COORDINATOR")
      .argParser(addressOption)
      .default(DEFAULT_ADDRESS),
  );
  return addConnectionFlags(named);
}

/**
 * A subcommand on one run or sweep, `runs/{id}` or `sweeps/{id}`.
 *
 * @param check of the flags, before anybody is called.
 */
export function addNamed<Flags extends NamedFlags>(
  parent: Command,
  verb: string,
  description: string,
  action: Action<Flags>,
  check?: (flags: Flags, name: string) => Promise<void>,
): Command {
  return withCluster(parent.command(`${verb} <name>`))
    .description(description)
    .action(async (name: string, _options, command: Command) => {
      if (!/^(runs|sweeps)\/[a-z0-9-]+$/.test(name)) {
        throw badInput(`NAME: '${name}' is not allowed; give runs/{id} or sweeps/{id}`);
      }
      const flags = command.optsWithGlobals<Flags>();
      await check?.(flags, name);
      await withApi(flags, (api) => action(api, name, flags));
    });
}

export async function withApi(
  flags: NamedFlags,
  task: (api: SimulationApi) => Promise<void>,
): Promise<void> {
  const api = openApi(flags.coordinator, flags);
  try {
    await task(api);
  } finally {
    api.close();
  }
}

export function isSweep(name: string): boolean {
  return name.startsWith("sweeps/");
}
