import type { Logger } from "pino";

import { openLedger } from "../../coordinator/ledger/openLedger.ts";
import { endWithoutLedger } from "../../coordinator/process/ledgerFailure.ts";
import { startCoordinator } from "../../coordinator/process/server.ts";
import { startWorker } from "../../worker/worker.ts";
import { EXIT } from "../cli/failure.ts";

export interface EmbeddedClusterOptions {
  readonly workers: number;
  /** Of each worker. */
  readonly threads: number;
  /** A file, or `memory`. */
  readonly ledger: string;
  readonly log: Logger;
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
  const { workers: count, threads, log } = options;
  const coordinator = await startCoordinator({
    address: "127.0.0.1:0",
    ledger: await openLedger(options.ledger),
    log: log.child({ part: "coordinator" }),
    onFatal: endWithoutLedger(log),
  });
  const address = `127.0.0.1:${coordinator.port}`;
  const starting = Array.from({ length: count }, async () =>
    startWorker({ coordinator: address, threads, log: log.child({ part: "worker" }) }),
  );
  const workers = await Promise.all(starting).catch(async (error: unknown) => {
    // One machine: what one worker lacks, all of them do.
    await coordinator.close();
    throw error;
  });
  Promise.any(workers.map(({ left }) => left)).catch(endWithoutWorkers);
  return {
    address,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await coordinator.close();
    },
  };
}

/**
 * What becomes of a command whose workers have all left by themselves: it ends at once, for nobody
 * would go on with its run.
 */
function endWithoutWorkers({ errors: [error] }: AggregateError): void {
  process.stderr.write(`lyapunov: no worker is left: ${(error as Error).message}\n`);
  process.exit(EXIT.failed);
}
