/**
 * How fast the backends propagate, on one core: `node bench/kernels.ts`.
 *
 * Every backend × weights × sampling × width is timed in rounds that take turns, so that a busy
 * moment of the machine hits all alike. A table of medians and spreads goes to stderr (where
 * matrices are formed, with the entries of W a second), and to stdout JSON with all rates.
 */
import Table from "cli-table3";
import { BACKENDS, type BackendName } from "../shared/network/backends.ts";
import {
  type Sampling,
  SAMPLINGS,
  WEIGHT_LAWS,
  type WeightLaw,
} from "../shared/network/weights.ts";
import type { Backend, PropagationTask } from "../worker/backends/backend.ts";
import { loadBackend } from "../worker/backends/registry.ts";

const WIDTHS = [4, 16, 64, 128, 512];
const ROUNDS = 9;
/** Processor time that a round should take, in seconds. */
const ROUND_SECONDS = 0.05;
const REPLICAS = 64;

interface Contender {
  readonly backend: BackendName;
  readonly weights: WeightLaw;
  readonly sampling: Sampling;
  readonly width: number;
  readonly propagator: Backend;
  /** Layers of a round, found by measuring. */
  depth: number;
  /** Replica-layers a second of each round. */
  readonly rates: number[];
}

function taskOf({ weights, sampling, width }: Contender, depth: number): PropagationTask {
  return {
    network: { width, depth, negativeSlope: 0.01, weights, gain: Math.SQRT2 },
    sampling,
    seed: 1n,
    depths: [depth],
    firstReplica: 0,
    replicaCount: REPLICAS,
  };
}

/** Processor seconds of this process that a number of layers takes: other processes do not count. */
function seconds(contender: Contender, depth: number): number {
  const before = process.cpuUsage();
  contender.propagator.propagate(taskOf(contender, depth));
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1e-6;
}

/** Doubles the depth until a round takes long enough, which also lets V8 compile the code. */
function calibrate(contender: Contender): void {
  while (seconds(contender, contender.depth) < ROUND_SECONDS) contender.depth *= 2;
}

function quantile(values: readonly number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(p * (values.length - 1))] as number;
}

const propagators = Object.fromEntries(
  await Promise.all(BACKENDS.map(async (name) => [name, await loadBackend(name)] as const)),
) as Record<BackendName, Backend>;

const contenders = BACKENDS.flatMap((backend) =>
  WEIGHT_LAWS.flatMap((weights) =>
    SAMPLINGS.flatMap((sampling) =>
      WIDTHS.map((width): Contender => {
        const propagator = propagators[backend];
        return { backend, weights, sampling, width, propagator, depth: 1, rates: [] };
      }),
    ),
  ),
);

contenders.forEach(calibrate);
for (let round = 0; round < ROUNDS; round++) {
  for (const contender of contenders) {
    const layers = REPLICAS * contender.depth;
    contender.rates.push(layers / seconds(contender, contender.depth));
  }
}

const significant = (value: number) => Number(value.toPrecision(3)).toLocaleString("en-US");
const table = new Table({
  head: ["backend", "weights", "sampling", "width", "replica-layers/s", "± half IQR", "entries/s"],
  style: { head: [], border: [], compact: true },
  colAligns: ["left", "left", "left", "right", "right", "right", "right"],
});
for (const { backend, weights, sampling, width, rates } of contenders) {
  const median = quantile(rates, 0.5);
  const spread = (quantile(rates, 0.75) - quantile(rates, 0.25)) / 2 / median;
  const entries = sampling === "dense" ? significant(median * width * width) : "";
  table.push([
    backend,
    weights,
    sampling,
    width,
    significant(median),
    `${(100 * spread).toFixed(1)} %`,
    entries,
  ]);
}
process.stderr.write(`${table.toString()}\n`);
process.stdout.write(
  `${JSON.stringify(
    contenders.map(({ propagator: _, ...measured }) => ({
      ...measured,
      replicaLayersPerSecond: quantile(measured.rates, 0.5),
    })),
    null,
    2,
  )}\n`,
);
