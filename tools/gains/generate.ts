import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import pino from "pino";

import { startEmbeddedCluster } from "../../client/local/embeddedCluster.ts";
import { SimulationApi } from "../../client/sdk/api.ts";
import { printable, type GainTable } from "./files.ts";
import { gainPoint } from "./point.ts";

/*
 * Finds the table of critical gains of uniform weights by runs of the simulator, and writes it for
 * TypeScript and for Python. Equal seeds give equal files on every machine. It takes about six
 * minutes of one processor.
 */

/** Narrow layers are those where the difference is large; beyond the last width an expansion serves. */
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64];
/** Slope 0 stands for ReLU's survivors, the next one for all slopes below it. */
const SLOPES = [0, 0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 1];

const ROOT = join(import.meta.dirname, "../..");

const cluster = await startEmbeddedCluster({
  workers: 1,
  threads: 1,
  ledger: "memory",
  backends: undefined,
  allowSoftware: undefined,
  log: pino({ level: "warn" }),
  onLost: (error) => {
    throw error;
  },
});
const api = new SimulationApi(cluster.address);
const differences: number[][] = [];
const errors: number[][] = [];
for (const [row, slope] of SLOPES.entries()) {
  const points = [];
  for (const [column, width] of WIDTHS.entries()) {
    const point = await gainPoint(api, { width, slope, seed: 1 + row * 100 + column });
    process.stderr.write(`width ${width}, slope ${slope}: ${JSON.stringify(point)}\n`);
    points.push(point);
  }
  differences.push(points.map(({ difference }) => difference));
  errors.push(points.map(({ standardError }) => standardError));
}
api.close();
await cluster.close();

const table: GainTable = { widths: WIDTHS, slopes: SLOPES, differences, errors };
for (const [file, content] of Object.entries(printable(table))) {
  const path = join(ROOT, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
