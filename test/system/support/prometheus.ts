import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePort } from "../../support/ports.ts";
import { ROOT } from "./command.ts";
import { Started } from "./processes.ts";

/** A series in an answer: its labels, and its values as Prometheus writes them. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly string[];
}

/** The type and the help text of a metric. */
export interface Metadata {
  readonly type: string;
  readonly help: string;
}

/** A series as /api/v1/query and /api/v1/query_range write it. */
interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [time: number, value: string];
  readonly values?: readonly (readonly [time: number, value: string])[];
}

/** Processes that Prometheus scrapes, as HOST:PORT. */
export interface Targets {
  readonly coordinators: readonly string[];
  readonly workers: readonly string[];
}

/** Debian's Prometheus with a copy of our configuration, which scrapes every second. */
export class Prometheus implements AsyncDisposable {
  readonly #folder: string;
  readonly #address: string;
  readonly #process: Started;

  private constructor(folder: string, address: string) {
    this.#folder = folder;
    this.#address = address;
    this.#process = new Started("prometheus", [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ]);
  }

  /** @throws Error if Debian's package prometheus is not installed */
  static async start(targets: Targets): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-prometheus-"));
    await cp(`${ROOT}deploy/prometheus`, folder, { recursive: true });
    const configuration = join(folder, "prometheus.yml");
    const text = await readFile(configuration, "utf8");
    await writeFile(configuration, text.replaceAll(/_interval: \d+s$/gm, "_interval: 1s"));
    for (const [job, addresses] of Object.entries<readonly string[]>({ ...targets })) {
      await mkdir(join(folder, "targets", job), { recursive: true });
      await writeFile(
        join(folder, "targets", job, "all.yaml"),
        JSON.stringify([{ targets: addresses }]),
      );
    }
    const prometheus = new Prometheus(folder, `127.0.0.1:${await freePort()}`);
    try {
      await prometheus.#process.said(/Server is ready/);
    } catch (error) {
      throw new Error("prometheus is needed: apt-get install prometheus", { cause: error });
    }
    return prometheus;
  }

  /** The present answer to a query. */
  async query(query: string): Promise<readonly Series[]> {
    return this.#series("query", { query });
  }

  /** The answer to a query over the last minutes. */
  async queryRange(query: string): Promise<readonly Series[]> {
    const now = Date.now() / 1000;
    const range = { start: String(now - 120), end: String(now), step: "2" };
    return this.#series("query_range", { query, ...range });
  }

  /** The values of a metric's label, which a variable of Grafana offers. */
  async labelValues(metric: string, label: string): Promise<readonly string[]> {
    return this.get<readonly string[]>(`label/${label}/values`, { "match[]": metric });
  }

  /** The labels of a metric's series, in order; none where it has no series. */
  async labelsOf(metric: string): Promise<readonly string[]> {
    const labels = await this.get<readonly string[]>("labels", { "match[]": metric });
    return labels.filter((label) => label !== "__name__").toSorted();
  }

  /** The metadata of the scraped metrics whose names have the prefix. */
  async metadata(prefix: string): Promise<Readonly<Record<string, Metadata>>> {
    const all = await this.get<Readonly<Record<string, readonly Metadata[]>>>("metadata");
    const chosen = Object.entries(all).filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(
      chosen.flatMap(([name, told]) => told.map(({ type, help }) => [name, { type, help }])),
    );
  }

  /** The data of an answer of Prometheus's HTTP API, at /api/v1/… */
  async get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`http://${this.#address}/api/v1/${path}?${query}`);
    const answer = (await response.json()) as { data: Data; error?: string };
    assert.ok(response.ok, `${path}?${query}: ${answer.error}`);
    return answer.data;
  }

  async #series(path: string, parameters: Readonly<Record<string, string>>) {
    const { result } = await this.get<{ result: readonly RawSeries[] }>(path, parameters);
    return result.map(({ metric, value, values = [] }): Series => {
      const points = value === undefined ? values : [value];
      return { metric, values: points.map(([, text]) => text) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Asks every second until there is an answer, for a minute and a half at most. */
export async function eventually(isThere: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 90; attempt++) {
    if (await isThere()) return true;
    await delay(1000);
  }
  return false;
}
