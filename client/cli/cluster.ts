import { randomUUID } from "node:crypto";
import { join } from "node:path";

import {
  BACKENDS,
  isProcessorBackend,
  isThreadBackend,
  type RunBackend,
} from "../../shared/specification/backends.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { InputError } from "../sdk/errors.ts";
import { defaultThreads, remoteCoordinator, type ClusterFlags } from "./clusterFlags.ts";
import { assertNoConnectionFlags, callFlags } from "./connectionFlags.ts";
import { endAtOnce } from "./ending.ts";
import { commandLedgers, folderName, requestIdOf } from "./ledgerPlace.ts";
import { say } from "./streams.ts";
import type { OwnLedger } from "../local/ownLedger.ts";

/** A cluster to submit to: one that is running, or one that lives as long as the command. */
export interface Cluster {
  readonly api: SimulationApi;
  /** Flags by which another command reaches a running cluster; undefined for an embedded one. */
  readonly callFlags: string | undefined;
  /** Where an embedded cluster keeps what it has: a file, or `memory`. */
  readonly ledger: string | undefined;
  /** Makes the creation of what the cluster was opened for idempotent. */
  readonly requestId: string;
  /**
   * Closes what was opened.
   *
   * @param isDone whether the work has ended, so that its ledger is needed no more
   */
  close(isDone: boolean): Promise<void>;
}

/**
 * Opens the cluster that the flags ask for.
 *
 * @param work what is to be computed, as it goes into the request
 * @param backends what its runs are to be computed with
 */
export async function openCluster(
  flags: ClusterFlags,
  work: unknown,
  backends: readonly RunBackend[],
): Promise<Cluster> {
  const remoteAddress = remoteCoordinator(flags);
  if (remoteAddress !== undefined) return openRemote(remoteAddress, flags);
  assertNoConnectionFlags(flags);
  return openEmbedded(flags, work, backends);
}

// The heavy parts are loaded here: a command that refuses its flags should answer at once.

async function openRemote(address: string, flags: ClusterFlags): Promise<Cluster> {
  const { openRemoteApi } = await import("./remoteApi.ts");
  const api = openRemoteApi(address, flags);
  return {
    api,
    callFlags: callFlags(address, flags),
    ledger: undefined,
    // A second command asks for a second run.
    requestId: randomUUID(),
    close: async () => {
      api.close();
    },
  };
}

async function openEmbedded(
  flags: ClusterFlags,
  work: unknown,
  backends: readonly RunBackend[],
): Promise<Cluster> {
  const workers = flags.workers ?? 1;
  const needed = backendsFor(backends, flags.allowSoftware);
  const requestId = requestIdOf(work);
  const own = flags.ledger === undefined ? await openOwn(folderName(requestId)) : undefined;
  const [{ startEmbeddedCluster }, { SimulationApi }, { silenceGrpc }, { createLog }] =
    await Promise.all([
      import("../local/embeddedCluster.ts"),
      import("../sdk/api.ts"),
      import("./grpcLog.ts"),
      import("./log.ts"),
    ]);
  silenceGrpc();
  const embedded = await startEmbeddedCluster({
    workers,
    threads: flags.threads ?? Math.max(1, Math.floor(defaultThreads() / workers)),
    ledger: flags.ledger ?? own?.ledger ?? MEMORY,
    backends: needed,
    allowSoftware: flags.allowSoftware,
    log: createLog(flags.logLevel ?? "warn"),
    // Nobody else would go on with the run.
    onLost: endAtOnce,
  }).catch((error: unknown) => {
    own?.leave(false);
    throw error;
  });
  const api = new SimulationApi(embedded.address);
  return {
    api,
    callFlags: undefined,
    ledger: flags.ledger ?? own?.place,
    requestId,
    close: async (isDone) => {
      api.close();
      await embedded.close();
      own?.leave(isDone);
    },
  };
}

/**
 * What the cluster's workers need to have for runs of these backends. They look for no GPU unless one
 * is asked for, since that takes a while.
 */
function backendsFor(asked: readonly RunBackend[], allowSoftware: boolean | undefined) {
  if (asked.includes("any")) return "auto";
  const named = BACKENDS.filter((name) => asked.includes(name));
  if (allowSoftware === true && named.every(isThreadBackend)) {
    throw new InputError(
      "--allow-software: nothing here is computed by a GPU; give --backend webgpu or tensorflow",
    );
  }
  return named.every(isProcessorBackend) ? undefined : named;
}

/** Opens the ledger that the same command finds again, and says what is in its way. */
async function openOwn(folder: string): Promise<OwnLedger | undefined> {
  let commands;
  try {
    commands = commandLedgers();
  } catch (error) {
    keptInMemory(reasonOf(error));
    return undefined;
  }
  const { KEPT_DAYS, openOwnLedger } = await import("../local/ownLedger.ts");
  return openOwnLedger(join(commands, folder), process.argv.slice(2), {
    waiting: (other) => {
      const who = other === undefined ? "" : ` (process ${other.pid} on ${other.host})`;
      note(`the same command runs already${who}; waiting for its answer`);
    },
    unusable: keptInMemory,
    removed: (count) => {
      const ledgers = count === 1 ? "the ledger of a command" : `the ledgers of ${count} commands`;
      note(`deleted ${ledgers} that was interrupted more than ${KEPT_DAYS} days ago`);
    },
  });
}

function keptInMemory(reason: string): void {
  note(`${reason}. This command keeps its work in memory: an interruption loses it`);
}

function note(sentence: string): void {
  say(`lyapunov: ${sentence}\n`);
}
