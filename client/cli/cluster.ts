import { randomUUID } from "node:crypto";

import type { SimulationApi } from "../sdk/api.ts";
import { defaultThreads, remoteCoordinator, type ClusterFlags } from "./clusterFlags.ts";
import { assertNoConnectionFlags, callFlags } from "./connectionFlags.ts";
import { endAtOnce } from "./ending.ts";
import { commandLedger, type CommandLedger } from "./ledgerPlace.ts";

/** A cluster to submit to: one that is running, or one that lives as long as the command. */
export interface Cluster {
  readonly api: SimulationApi;
  /** Flags by which another command reaches a running cluster; undefined for an embedded one. */
  readonly callFlags: string | undefined;
  /** The ledger of an embedded cluster. */
  readonly ledger: CommandLedger | undefined;
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
 */
export async function openCluster(flags: ClusterFlags, work: unknown): Promise<Cluster> {
  const remoteAddress = remoteCoordinator(flags);
  if (remoteAddress !== undefined) return openRemote(remoteAddress, flags);
  assertNoConnectionFlags(flags);
  return openEmbedded(flags, work);
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

async function openEmbedded(flags: ClusterFlags, work: unknown): Promise<Cluster> {
  const workers = flags.workers ?? 1;
  const ledger = commandLedger(flags.ledger, work);
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
    ledger: ledger.place,
    log: createLog(flags.logLevel ?? "warn"),
    // Nobody else would go on with the run.
    onLost: endAtOnce,
  });
  const api = new SimulationApi(embedded.address);
  return {
    api,
    callFlags: undefined,
    ledger,
    requestId: ledger.requestId,
    close: async (isDone) => {
      api.close();
      await embedded.close();
      if (isDone) await ledger.finished();
    },
  };
}
