import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { freePort } from "../../support/ports.ts";
import { PostgresServer } from "../../support/postgres.ts";
import { Cluster } from "../../system/support/cluster.ts";
import { commandJson } from "../../system/support/command.ts";
import type { CodeBlock } from "./documents.ts";

/** A cluster with a page, and with a sweep that has ended. */
interface ReadyCluster {
  readonly cluster: Cluster;
  readonly pagePort: string;
  readonly sweep: string;
}

/** Replacements for the placeholders in a block. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the placeholders of a command, as it will run here. */
  command(documented: string): string;
  /** The address at which a coordinator of this block listens, unless the block names one. */
  readonly coordinator: string;
}

/** Clusters and databases for blocks; each is started when the first block asks for it. */
export class World implements AsyncDisposable {
  #cluster: Promise<ReadyCluster> | undefined;
  #postgres: Promise<PostgresServer> | undefined;

  async surround({ needs, place }: CodeBlock): Promise<Surroundings> {
    const ports = new Map<string, string>();
    const names = new Map<string, string>([["cluster.example", "localhost"]]);
    const environment: Record<string, string> = {};
    for (const need of needs) {
      const [name = "", value] = need.split("=");
      if (need === "cluster" || need === "running run") {
        this.#cluster ??= startCluster();
        const { cluster, pagePort, sweep } = await this.#cluster;
        ports.set("7400", portOf(cluster.address)).set("8080", pagePort);
        const run = need === "cluster" ? await endedRun(cluster) : await runningRun(cluster);
        names.set("runs/…", run).set("sweeps/…", sweep);
        environment["LYAPUNOV_COORDINATOR"] = cluster.address;
      } else if (need === "postgres") {
        this.#postgres ??= PostgresServer.start();
        const database = await (await this.#postgres).createDatabase();
        names.set("postgres://user@host/database", database);
      } else if (need === "installation") names.set("npm ci && ", "");
      else if (value !== undefined) environment[name] = value;
      else throw new Error(`${place}: nothing is known of '${need}'; docs/README.md has the list`);
    }
    for (const port of DOCUMENTED_PORTS) {
      if (!ports.has(port)) ports.set(port, String(await freePort()));
    }
    return {
      environment,
      coordinator: `127.0.0.1:${ports.get("7400")}`,
      command: (documented) => {
        let command = documented.replaceAll(/:(\d{4})\b/g, (text, port: string) => {
          return ports.has(port) ? `:${ports.get(port)}` : text;
        });
        for (const [name, own] of names) command = command.replaceAll(name, own);
        return command;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#cluster)?.cluster[Symbol.asyncDispose]();
    await (await this.#postgres)?.[Symbol.asyncDispose]();
  }
}

/** Ports in documents, for which a test takes free ones: somebody may listen there. */
const DOCUMENTED_PORTS = ["7400", "7401", "8080", "9464", "9465"] as const;

async function startCluster(): Promise<ReadyCluster> {
  const pagePort = String(await freePort());
  const cluster = await Cluster.start(1, 2, ["--http", `127.0.0.1:${pagePort}`]);
  const submit = ["sweep", "examples/phases.yaml", "--coordinator", cluster.address];
  const { name: sweep } = await commandJson<{ readonly name: string }>(submit);
  return { cluster, pagePort, sweep };
}

const NETWORK = { width: 8, depth: 50, gain: 1, negativeSlope: 0.01, weights: "gaussian" };

/** Creates a run only for one block, which may extend it. */
async function endedRun(cluster: Cluster): Promise<string> {
  const { name } = await cluster.estimate({
    network: NETWORK,
    stoppingRule: { replicaCount: 4096 },
  });
  return name;
}

/** Creates a run that does not end by itself while the block runs. */
async function runningRun({ api }: Cluster): Promise<string> {
  const stoppingRule = { replicaCount: 2 ** 32 };
  const specification = parsePropagation({ network: NETWORK, stoppingRule });
  const { name } = await api.createRun(specificationToMessage(specification), "");
  return name;
}

function portOf(address: string): string {
  return address.replace(/^.*:/, "");
}
