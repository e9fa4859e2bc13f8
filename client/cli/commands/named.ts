import type { Command } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import type { ConnectionFlags } from "../connectionFlags.ts";
import { addCoordinatorFlags, coordinatorOf } from "../coordinatorFlag.ts";
import { assertName, type Collection } from "../names.ts";

/** Flags of every command about what a cluster has. */
export interface NamedFlags extends ConnectionFlags {
  readonly coordinator?: string;
  readonly quiet?: boolean;
}

/** A command that has a subcommand for everything that is done to a run or a sweep. */
export interface NamedParent {
  readonly command: Command;
  /** What may be named. */
  readonly collections: readonly Collection[];
  /** What that is, in words, such as `a run or a sweep`. */
  readonly noun: string;
}

type Action<Flags> = (api: SimulationApi, name: string, flags: Flags) => Promise<void>;

/** Adds the flags that say which cluster, and how it is called. */
export function withCluster(command: Command): Command {
  return addCoordinatorFlags(command, "the cluster's coordinator");
}

/**
 * Adds a subcommand about one run or sweep, `runs/{id}` or `sweeps/{id}`.
 *
 * @param description what it does, with `NOUN` for what it does that to
 * @param check refuses flags before anybody is called
 */
export function addNamed<Flags extends NamedFlags>(
  { command: parent, collections, noun }: NamedParent,
  verb: string,
  description: string,
  action: Action<Flags>,
  check?: (flags: Flags, name: string) => Promise<void>,
): Command {
  return withCluster(parent.command(`${verb} <name>`))
    .description(description.replace("NOUN", noun))
    .action(async (name: string, _options, command: Command) => {
      assertName(name, collections);
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
