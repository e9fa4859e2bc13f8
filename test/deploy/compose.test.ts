import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";

import { parse } from "yaml";

import { ROOT } from "../system/support/command.ts";
import { runHere } from "../system/support/inProcess.ts";

const FOLDER = `${ROOT}deploy/`;

interface Service {
  readonly image: string;
  readonly command?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

interface ScrapeJob {
  readonly dns_sd_configs: readonly { readonly names: readonly string[]; readonly port: number }[];
}

/** Tests where the compose file meets what it starts. No container runs here. */
describe("The compose file", () => {
  let services: Readonly<Record<string, Service>>;
  before(async () => {
    ({ services } = await readYaml<{ services: typeof services }>("compose.yaml"));
  });

  it("mounts files that are there", async () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const sources = mounts.map((mount) => mount.split(":")[0] as string);
    const files = sources.filter((source) => source.startsWith("./"));
    assert.ok(files.length > 0);
    for (const file of files) await access(`${FOLDER}${file}`);
  });

  it("starts commands with flags that they have", async () => {
    for (const { command } of ours()) {
      const [name, ...rest] = command.split(" ");
      const { stdout } = await runHere([String(name), "--help"]);
      for (const flag of rest.filter((word) => word.startsWith("--"))) {
        assert.match(stdout, new RegExp(`${flag}\\b`), `lyapunov ${name} has no ${flag}`);
      }
    }
  });

  it("opens nothing to other machines", () => {
    for (const [name, { ports = [] }] of Object.entries(services)) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
    }
  });

  it("has Prometheus find every process of ours, and Grafana find Prometheus", async () => {
    const { scrape_configs: jobs } = await readYaml<{ scrape_configs: readonly ScrapeJob[] }>(
      "prometheus/prometheus.yml",
    );
    const asked = jobs.flatMap(({ dns_sd_configs: found }) =>
      found.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
    );
    const offered = Object.entries(services)
      .filter(([, service]) => ours().includes(service as Required<Service>))
      .map(
        ([name, { command }]) => `${name}:${/--metrics [\d.]+:(\d+)/.exec(String(command))?.[1]}`,
      );
    assert.deepEqual(asked.toSorted(), offered.toSorted());
    const { datasources } = await readYaml<{ datasources: readonly { url: string }[] }>(
      "grafana/provisioning/datasources/prometheus.yaml",
    );
    for (const { url } of datasources) assert.ok(new URL(url).hostname in services, url);
  });

  function ours(): readonly Required<Service>[] {
    return Object.values(services).filter(
      ({ image }) => image === "lyapunov-cluster",
    ) as readonly Required<Service>[];
  }
});

async function readYaml<Content>(file: string): Promise<Content> {
  return parse(await readFile(`${FOLDER}${file}`, "utf8")) as Content;
}
