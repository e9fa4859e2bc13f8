import { readFile } from "node:fs/promises";

/** A metric as docs/monitoring.md describes it. */
export interface DocumentedMetric {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly help: string;
}

const FILE = new URL("../../../docs/monitoring.md", import.meta.url);
const ROW = /^\| `(?<name>lyapunov_\w+)` \| (?<kind>\w+) \| (?<labels>.+) \| (?<help>.+) \|$/gm;

export async function documentedMetrics(): Promise<readonly DocumentedMetric[]> {
  const rows = (await readFile(FILE, "utf8")).matchAll(ROW);
  return [...rows].map(({ groups: { name = "", kind = "", labels = "", help = "" } = {} }) => ({
    name,
    kind,
    labels: labels === "–" ? [] : labels.split(", "),
    help,
  }));
}
