import type { Command } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import type { ConnectionFlags } from "../connectionFlags.ts";
import { addCoordinatorFlags, coordinatorOf } from "../coordinatorFlag.ts";
import { assertName } from "../names.ts";

/** Flags of every command about what a cluster has. */
export interface NamedFlags extends ConnectionFlags {
  readonly coordinator?: string;
  readonly quiet?: boolean;
}

type Action<Flags> = (api: SimulationApi, name: string, flags: Flags) => Promise<void>;

/** Adds the flags that say which cluster, and how it is called. */
export function withCluster(command: Command): Command {
  return addCoordinatorFlags(command, "the cluster's coordinator");
}

/**
 * Adds a subcommand about one run or sweep, `runs/{id}` or `sweeps/{id}`.
 *
 * @param check refuses flags before anybody is called
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
      assertName(name);
      const flags = command.optsWithGlobals<Flags>();
      await check?.(flags, name);
      await withApi(flags, (api) => action(api, name, flags));
    });
}

/** Does a task with the cluster that the flags name. */
export async function withApi(
  flags: NamedFlags,
  task: (api: SimulationApi) => Promise<void>,
): Promise<void> {
  const coordinator = coordinatorOf(flags);
  // Loaded once everything has been checked: gRPC takes longer to load than most commands to fail.
  const { openRemoteApi } = await import("../remoteApi.ts");
  const api = openRemoteApi(coordinator, flags);
  try {
    await task(api);
  } finally {
    api.close();
  }
}
