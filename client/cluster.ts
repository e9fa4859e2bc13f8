import { SimulationApi } from "./api.ts";
import { startEmbeddedCluster } from "./embeddedCluster.ts";
import { createLog } from "./log.ts";
import { defaultThreads, type ClusterFlags } from "./options.ts";

/** A cluster to submit to: one that is running, or one that lives as long as the command. */
export interface Cluster {
  readonly api: SimulationApi;
  /** HOST:PORT of a running cluster; undefined for an embedded one. */
  readonly remoteAddress: string | undefined;
  close(): Promise<void>;
}

export async function openCluster(flags: ClusterFlags): Promise<Cluster> {
  if (flags.coordinator !== undefined) {
    const api = new SimulationApi(flags.coordinator);
    return {
      api,
      remoteAddress: flags.coordinator,
      close: async () => {
        api.close();
      },
    };
  }
  const workers = flags.workers ?? 1;
  const embedded = await startEmbeddedCluster({
    workers,
    threads: flags.threads ?? Math.max(1, Math.floor(defaultThreads() / workers)),
    log: createLog(flags.logLevel ?? "warn"),
  });
  const api = new SimulationApi(embedded.address);
  return {
    api,
    remoteAddress: undefined,
    close: async () => {
      api.close();
      await embedded.close();
    },
  };
}
