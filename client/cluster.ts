import { SimulationApi } from "./api.ts";
import { createLog } from "./log.ts";
import { defaultThreads, remoteCoordinator, type ClusterFlags } from "./options.ts";

/** A cluster to submit to: one that is running, or one that lives as long as the command. */
export interface Cluster {
  readonly api: SimulationApi;
  /** HOST:PORT of a running cluster; undefined for an embedded one. */
  readonly remoteAddress: string | undefined;
  close(): Promise<void>;
}

export async function openCluster(flags: ClusterFlags): Promise<Cluster> {
  const remoteAddress = remoteCoordinator(flags);
  if (remoteAddress !== undefined) {
    const api = new SimulationApi(remoteAddress);
    return {
      api,
      remoteAddress,
      close: async () => {
        api.close();
      },
    };
  }
  const workers = flags.workers ?? 1;
  // Loaded where it is wanted, as other heavy parts are: a command should answer at once.
  const { startEmbeddedCluster } = await import("./embeddedCluster.ts");
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

/** What is said to someone who interrupts: what they submitted elsewhere goes on. */
export function farewell({ remoteAddress }: Cluster, name: string | undefined): string {
  return name === undefined || remoteAddress === undefined
    ? "interrupted"
    : `interrupted; ${name} goes on: lyapunov runs watch ${name} --coordinator ${remoteAddress}`;
}
