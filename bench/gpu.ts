/**
 * How fast GPUs propagate beside a core, how much of what the card can issue that is, and how far
 * their replicas are from those of `reference`: `node bench/gpu.ts --help`.
 *
 * Backends take turns in every round. Wall time counts: a GPU does its work beside the processor.
 * Tables go to standard error, JSON to standard output and to a file.
 */
import { parseArgs } from "node:util";

import { ISOTROPIC_LAWS, type Sampling, WEIGHT_LAWS } from "../shared/network/weights.ts";
import type { WeightLaw } from "../shared/network/weights.ts";
import { reasonOf } from "../shared/wire/reason.ts";
import type { Backend, DeviceChoice } from "../worker/backends/backend.ts";
import { referenceBackend } from "../worker/backends/reference/referenceBackend.ts";
import { loadSimdBackend } from "../worker/backends/simd/simdBackend.ts";
import { loadTensorflowBackend } from "../worker/backends/tensorflow/tensorflowBackend.ts";
import { openDevice } from "../worker/backends/webgpu/device.ts";
import { makeKernel } from "../worker/backends/webgpu/makeKernel.ts";
import { probeArithmetic } from "../worker/backends/webgpu/probe.ts";
import { backendOn } from "../worker/backends/webgpu/webgpuBackend.ts";
import { networkOf } from "./cases.ts";
import { Flooded } from "./flood.ts";
import { issueLimit } from "./issueLimit.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { ratios, summarize, type Summary } from "./statistics.ts";

const WIDTHS = [2, 8, 32, 128, 512, 2048];
const ISOTROPIC_WIDTHS = [64, 4096];

const USAGE = `usage: node bench/gpu.ts
  [--widths ${WIDTHS.join()}] [--weights ${WEIGHT_LAWS.join()}]
  [--depth 200] [--rounds 5] [--seconds 1, of each backend in a round]
  [--adapter NAME] [--allow-software] [--results ${RESULTS_FOLDER}]
`;

const { values: flags } = parseArgs({
  options: {
    widths: { type: "string", default: WIDTHS.join() },
    weights: { type: "string", default: WEIGHT_LAWS.join() },
    depth: { type: "string", default: "200" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    adapter: { type: "string" },
    "allow-software": { type: "boolean", default: false },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

const DEPTH = Number(flags.depth);

/** Weights of a shard for a software adapter, which takes a fraction of a second for them. */
const SOFTWARE_WEIGHTS = 2e5;

/** A law, a width and a sampling that all backends are timed on. */
interface Case {
  readonly weights: WeightLaw;
  readonly sampling: Sampling;
  readonly width: number;
}

/** What the cases of one backend have come to. */
interface Contender {
  readonly name: "webgpu" | "tensorflow" | "simd";
  readonly backend: Backend;
  /** Rates in replica-layers a second, round by round, by case; none where it cannot do the case. */
  readonly rates: Map<Case, number[]>;
  readonly exponents: Map<Case, number>;
}

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

async function benchmark(): Promise<void> {
  const choice: DeviceChoice = {
    allowSoftware: flags["allow-software"],
    ...(flags.adapter !== undefined && { adapter: flags.adapter }),
  };
  const opened = await openDevice(choice);
  const { device, identity } = opened;
  const arithmetic = await probeArithmetic(device, identity.description);
  /** Operations of a replica's layer, as the kernels count them. */
  const operations = new Map<string, number>();
  const webgpu = await backendOn(opened, async ({ network, sampling }) => {
    const kernel = await makeKernel(device, network, sampling, arithmetic);
    operations.set(keyOf({ ...network, sampling }), kernel.operationsPerLayer);
    return kernel;
  });
  process.stderr.write(
    `${identity.description}, driver ${identity.driver}${identity.isSoftware ? ", software" : ""}\n`,
  );
  const threads = identity.isSoftware ? 2 ** 11 : 2 ** 20;
  const limit = await issueLimit(device, threads, 0.05);

  const contenders = [
    contender("webgpu", webgpu),
    ...(await tensorflowContenders(choice)),
    contender("simd", await loadSimdBackend()),
  ];
  const all = cases();
  await takeTurns(contenders, all);
  const agreements = new Map<Case, number>();
  for (const one of all) agreements.set(one, await agreement(webgpu, one));
  const rows = all.map((one) => result(one, contenders, operations, limit, agreements));
  for (const { backend } of contenders) await backend.close?.();

  printTable(
    `Rates, all slots of the card and one core (medians); the card issues ${readable(limit / 1e9)} thousand million instructions a second`,
    [
      "weights",
      "sampling",
      "width",
      ...contenders.map(({ name }) => `${name}/s`),
      "÷ simd",
      "of the limit",
      "off by",
    ],
    rows.map((row) => [
      row.weights,
      row.sampling,
      row.width,
      ...contenders.map(({ name }) => readable(row.rates[name]?.median ?? NaN)),
      readable(row.overSimd?.median ?? NaN),
      `${(100 * row.shareOfLimit).toFixed(0)} %`,
      row.largestDeviation.toExponential(1),
    ]),
    2,
  );
  await report(flags.results, "gpu.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/gpu.ts"),
    machine: describeMachine(),
    device: identity,
    generators: Object.fromEntries(
      contenders.map(({ name, backend }) => [name, backend.generator]),
    ),
    arithmetic,
    instructionsPerSecond: limit,
    rounds: Number(flags.rounds),
    secondsInRound: Number(flags.seconds),
    depth: DEPTH,
    cases: rows,
  });
}

function contender(name: Contender["name"], backend: Backend): Contender {
  return { name, backend, rates: new Map(), exponents: new Map() };
}

/** TensorFlow where it is set up, on a GPU or on what the flags allow. */
async function tensorflowContenders(choice: DeviceChoice): Promise<Contender[]> {
  try {
    return [contender("tensorflow", await loadTensorflowBackend(choice))];
  } catch (error) {
    process.stderr.write(`left out: ${reasonOf(error)}\n`);
    return [];
  }
}

function cases(): Case[] {
  const laws = WEIGHT_LAWS.filter((law) => flags.weights.split(",").includes(law));
  const widths = flags.widths.split(",").map(Number);
  const dense = laws.flatMap((weights) =>
    widths.map((width): Case => ({ weights, sampling: "dense", width })),
  );
  const isotropic = ISOTROPIC_LAWS.filter((law) => laws.includes(law)).flatMap((weights) =>
    ISOTROPIC_WIDTHS.map((width): Case => ({ weights, sampling: "isotropic", width })),
  );
  return [...dense, ...isotropic];
}

/** Runs a round to compile and to warm up, then the rounds that count. */
async function takeTurns(contenders: readonly Contender[], all: readonly Case[]): Promise<void> {
  const rounds = Number(flags.rounds);
  const floods = new Map<Contender, Map<Case, Flooded>>();
  for (const one of contenders) floods.set(one, new Map());
  for (const [index, one] of all.entries()) {
    process.stderr.write(
      `${index + 1} of ${all.length}: ${one.weights}, ${one.sampling}, width ${one.width}\n`,
    );
    for (let round = 0; round <= rounds; round++) {
      for (const { name, backend, rates, exponents } of contenders) {
        if (round > 0 && !rates.has(one)) continue;
        try {
          const { network, sampling } = taskOf(one);
          const flooded = new Flooded(backend, name, network, sampling, mostReplicas(backend, one));
          const { replicaLayers, seconds, exponent } = await flooded.run(
            round === 0 ? 0 : Number(flags.seconds),
          );
          const before = rates.get(one) ?? [];
          rates.set(one, round === 0 ? [] : [...before, replicaLayers / seconds]);
          if (Number.isFinite(exponent)) exponents.set(one, exponent);
        } catch (error) {
          process.stderr.write(`left out: ${reasonOf(error)}\n`);
        }
      }
    }
  }
}

function taskOf(one: Case, depth = DEPTH) {
  return { network: networkOf({ contender: "simd", ...one }, depth), sampling: one.sampling };
}

/** Most replicas of a shard: real ones, unless a processor plays a card's part. */
function mostReplicas({ device }: Backend, { sampling, width }: Case): number {
  if (device?.isSoftware !== true) return Infinity;
  const weights = DEPTH * (sampling === "dense" ? width ** 2 : 50);
  return Math.max(1, Math.floor(SOFTWARE_WEIGHTS / weights));
}

/** The largest |S_L − reference's S_L| / √L of some replicas. */
async function agreement(webgpu: Backend, one: Case): Promise<number> {
  const operations = one.sampling === "dense" ? one.width ** 2 : 100;
  // What `reference` does in about a second.
  const depth = Math.max(1, Math.min(DEPTH, Math.floor(1e7 / operations)));
  const replicaCount = Math.max(1, Math.min(64, Math.floor(1e7 / operations / depth)));
  const task = {
    ...taskOf(one, depth),
    seed: 2n,
    depths: [depth],
    firstReplica: 0,
    replicaCount,
  };
  const found = await webgpu.propagate(task);
  const expected = await referenceBackend.propagate(task);
  const deviations = Array.from(found.values, (value, i) => {
    const other = expected.values[i] as number;
    return value === other ? 0 : Math.abs(value - other) / Math.sqrt(depth);
  });
  return Math.max(...deviations);
}

interface Result extends Case {
  readonly unit: "weights" | "replica-layers";
  /** Units a second. */
  readonly rates: Readonly<Record<string, Summary>>;
  readonly overSimd: Summary | null;
  /** Operations a unit, as the kernel counts them. */
  readonly operations: number;
  /** Operations a second over the instructions that the card issues in a second. */
  readonly shareOfLimit: number;
  readonly largestDeviation: number;
  readonly exponents: Readonly<Record<string, number>>;
}

function result(
  one: Case,
  contenders: readonly Contender[],
  operations: ReadonlyMap<string, number>,
  limit: number,
  agreements: ReadonlyMap<Case, number>,
): Result {
  const perLayer = one.sampling === "dense" ? one.width ** 2 : 1;
  const ratesOf = (name: string) => contenders.find((other) => other.name === name)?.rates.get(one);
  const ours = ratesOf("webgpu") ?? [];
  const simd = ratesOf("simd") ?? [];
  const layerOperations = operations.get(keyOf(one)) ?? NaN;
  return {
    ...one,
    unit: one.sampling === "dense" ? "weights" : "replica-layers",
    rates: Object.fromEntries(
      contenders.flatMap(({ name, rates }) => {
        const own = rates.get(one);
        return own === undefined ? [] : [[name, summarize(own.map((rate) => rate * perLayer))]];
      }),
    ),
    overSimd: ours.length > 0 && simd.length > 0 ? summarize(ratios(ours, simd)) : null,
    operations: layerOperations / perLayer,
    shareOfLimit: (summarize(ours).median * layerOperations) / limit,
    largestDeviation: agreements.get(one) ?? NaN,
    exponents: Object.fromEntries(
      contenders.flatMap(({ name, exponents }) => {
        const exponent = exponents.get(one);
        return exponent === undefined ? [] : [[name, exponent]];
      }),
    ),
  };
}

function keyOf({ weights, sampling, width }: Case): string {
  return `${weights} ${sampling} ${width}`;
}
