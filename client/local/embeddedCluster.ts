import type { Logger } from "pino";

import type { Ledger } from "../../coordinator/ledger/ledger.ts";
import { openLedger } from "../../coordinator/ledger/openLedger.ts";
import { ledgerFailure } from "../../coordinator/process/ledgerFailure.ts";
import { startCoordinator } from "../../coordinator/process/server.ts";
import { startWorker, type WorkerOptions } from "../../worker/worker.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** How large a cluster inside this process is, and where it keeps what it computes. */
export interface EmbeddedClusterOptions extends Pick<WorkerOptions, "backends" | "allowSoftware"> {
  readonly workers: number;
  /** Threads of each worker. */
  readonly threads: number;
  /** A file, or `memory`; or a ledger that is open already, which the cluster closes. */
  readonly ledger: string | Ledger;
  readonly log: Logger;
  /** Called once, with the reason as one sentence, if the cluster can compute nothing any more. */
  readonly onLost: (reason: Error) => void;
}

/** A cluster inside this process. */
export interface EmbeddedCluster {
  /** HOST:PORT of its coordinator. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Starts a real coordinator and real workers that talk real gRPC over loopback: what runs on one
 * machine is what runs on a hundred.
 */
export async function startEmbeddedCluster(
  options: EmbeddedClusterOptions,
): Promise<EmbeddedCluster> {
  const { workers: count, threads, ledger, log, onLost, backends, allowSoftware } = options;
  const coordinator = await startCoordinator({
    address: "127.0.0.1:0",
    ledger: typeof ledger === "string" ? await openLedger(ledger) : ledger,
    log: log.child({ part: "coordinator" }),
    onFatal: (error) => {
      log.debug({ err: error }, "the ledger failed");
      onLost(ledgerFailure(error));
    },
  });
  const address = `127.0.0.1:${coordinator.port}`;
  const starting = Array.from({ length: count }, async () =>
    startWorker({
      coordinator: address,
      threads,
      log: log.child({ part: "worker" }),
      backends,
      allowSoftware,
      // A command that ends soon would be slower for it.
      ...(backends !== "auto" && { measuredSeconds: 0 }),
    }),
  );
  const workers = await Promise.all(starting).catch(async (error: unknown) => {
    // One machine: what one worker lacks, all of them do.
    await coordinator.close();
    throw error;
  });
  Promise.any(workers.map(({ left }) => left)).catch(({ errors: [error] }: AggregateError) => {
    onLost(new Error(`no worker is left: ${reasonOf(error)}`, { cause: error }));
  });
  return {
    address,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await coordinator.close();
    },
  };
}
