import { availableParallelism } from "node:os";

import type { Command } from "commander";

import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { coordinatorReader } from "./addressReaders.ts";
import { addConnectionFlags, type ConnectionFlags } from "./connectionFlags.ts";
import { coordinatorFromEnvironment } from "./coordinatorFlag.ts";
import type { LogLevel } from "./logLevels.ts";
import { ALLOW_SOFTWARE } from "./deviceFlags.ts";
import { flag, integerFrom, type Reader } from "./readers.ts";

/** Flags of a command that computes on a cluster: one that runs, or one inside its process. */
export interface ClusterFlags extends ConnectionFlags {
  readonly coordinator?: string;
  readonly threads?: number;
  readonly workers?: number;
  readonly ledger?: string;
  readonly allowSoftware?: boolean;
  readonly logLevel?: LogLevel;
  readonly quiet?: boolean;
}

/** How many threads, or workers, a flag may ask for. */
export const countReader = integerFrom(1, 1024);

/** A file's path; the address of a database is none. */
const fileReader: Reader<string> = {
  read: (text) => (text === "" || text.includes("://") ? undefined : text),
  remedy: `give a file or ${MEMORY}; only serve takes a database`,
};

/** Adds the flags of a command that computes on a cluster. */
export function addClusterFlags(command: Command): Command {
  const named = command.addOption(
    flag(
      "--coordinator <host:port>",
      "a running cluster; give several coordinators, separated by commas, to use the one that leads " +
        "(default: $LYAPUNOV_COORDINATOR, or a cluster inside this process)",
      coordinatorReader,
    ).conflicts(["threads", "workers", "ledger", "allowSoftware"]),
  );
  return addConnectionFlags(named)
    .addOption(
      flag(
        "--threads <count>",
        "threads per worker of the cluster inside this process (default: all processors, shared)",
        countReader,
      ),
    )
    .addOption(
      flag(
        "--workers <count>",
        "workers of the cluster inside this process (default: 1)",
        countReader,
      ),
    )
    .addOption(
      flag(
        "--ledger <file>",
        `file in which the cluster inside this process keeps its results, so that this command or ` +
          `another can resume; or ${MEMORY} (default: a file that is removed after the answer)`,
        fileReader,
      ),
    )
    .option("--allow-software", ALLOW_SOFTWARE);
}

/** The running cluster that flags, or else the environment, ask for; undefined if none. */
export function remoteCoordinator(flags: ClusterFlags): string | undefined {
  const { coordinator, threads, workers, ledger } = flags;
  const wantsEmbedded = [threads, workers, ledger].some((given) => given !== undefined);
  return coordinator ?? (wantsEmbedded ? undefined : coordinatorFromEnvironment());
}

/** Number of threads that this process may run at once. */
export function defaultThreads(): number {
  return availableParallelism();
}
