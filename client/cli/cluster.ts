import { randomUUID } from "node:crypto";

import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { SimulationApi } from "../sdk/api.ts";
import { assertNoConnectionFlags, callFlags, openApi } from "./connection.ts";
import { commandLedger, type CommandLedger } from "./ledgerPlace.ts";
import { createLog } from "./log.ts";
import { defaultThreads, remoteCoordinator, type ClusterFlags } from "./options.ts";

/** A cluster to submit to: one that is running, or one that lives as long as the command. */
export interface Cluster {
  readonly api: SimulationApi;
  /** Flags by which another command reaches a running cluster; undefined for an embedded one. */
  readonly callFlags: string | undefined;
  /** Of an embedded cluster. */
  readonly ledger: CommandLedger | undefined;
  /** For the creation of what the cluster was opened for. */
  readonly requestId: string;
  /** @param isDone whether the work has ended, so that there is nothing to go on with. */
  close(isDone: boolean): Promise<void>;
}

/** @param work what is to be computed, as it goes into the request. */
export async function openCluster(flags: ClusterFlags, work: unknown): Promise<Cluster> {
  const remoteAddress = remoteCoordinator(flags);
  if (remoteAddress !== undefined) {
    const api = openApi(remoteAddress, flags);
    return {
      api,
      callFlags: callFlags(remoteAddress, flags),
      ledger: undefined,
      // Whoever asks again wants another one.
      requestId: randomUUID(),
      close: async () => {
        api.close();
      },
    };
  }
  assertNoConnectionFlags(flags);
  const workers = flags.workers ?? 1;
  const ledger = commandLedger(flags.ledger, work);
  // Loaded where it is wanted, as other heavy parts are: a command should answer at once.
  const { startEmbeddedCluster } = await import("../local/embeddedCluster.ts");
  const embedded = await startEmbeddedCluster({
    workers,
    threads: flags.threads ?? Math.max(1, Math.floor(defaultThreads() / workers)),
    ledger: ledger.place,
    log: createLog(flags.logLevel ?? "warn"),
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

/** What is said to someone who interrupts: how to go on. */
export function farewell({ callFlags: flags, ledger }: Cluster, name: string | undefined): string {
  if (name === undefined) return "interrupted";
  if (flags !== undefined) {
    return `interrupted; ${name} goes on: lyapunov runs watch ${name} ${flags}`;
  }
  if (ledger === undefined || ledger.place === MEMORY) return "interrupted";
  return `interrupted; the same command goes on from here, by ${ledger.place}`;
}
