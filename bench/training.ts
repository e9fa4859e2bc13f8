/**
 * How fast the backends train, on one core: `node bench/training.ts --help`.
 *
 * Backends take turns in every round, so that a busy moment of the machine hits all alike. Only
 * processor time counts, and only that of steps: what is drawn before the first is left out. Tables go
 * to standard error, JSON to standard output and, with Markdown, to files.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

import type { LearningTaskName } from "../shared/training/training.ts";
import type { TrainingTask } from "../shared/training/trainingTask.ts";
import { reasonOf } from "../shared/wire/reason.ts";
import type { Backend } from "../worker/backends/backend.ts";
import { loadBackend } from "../worker/backends/registry.ts";
import { trainStacked } from "../worker/backends/tensorflowJs/stackedTrainer.ts";
import { findLibrary } from "../worker/backends/tensorflowWasm/library.ts";
import { commandLine, describeMachine, pinTo } from "./machine.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { summarize } from "./statistics.ts";

const USAGE = `usage: node bench/training.ts
  [--rounds 7] [--seconds 1, of processor time in a turn] [--core 0] [--results ${RESULTS_FOLDER}]
`;

/** The studies of the paper, and a wider one. */
const STUDIES = [
  { task: "quintic_polynomial", width: 2, depth: 40, replicaCount: 128 },
  { task: "gaussian_mixture_score", width: 2, depth: 30, replicaCount: 128 },
  { task: "two_spirals", width: 16, depth: 100, replicaCount: 16 },
] as const satisfies readonly Study[];

interface Study {
  readonly task: LearningTaskName;
  readonly width: number;
  readonly depth: number;
  /** Replicas that are trained at once, as a shard has them. */
  readonly replicaCount: number;
}

type Train = NonNullable<Backend["train"]>;

const HEAD = ["task", "backend", "width", "depth", "replicas at once", "steps/s", "±"];

/** The yardstick trains one replica after another, so that a few tell as much as many. */
const REFERENCE_REPLICAS = 2;

interface Contender {
  readonly name: string;
  readonly train: Train;
}

/** A backend on a study, with what was measured of it. */
interface Turn {
  readonly study: Study;
  readonly contender: Contender;
  /** Steps that take a turn's time. */
  readonly stepCount: number;
  /** Processor time of what comes before the first step. */
  readonly baseSeconds: number;
  readonly rates: number[];
}

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "1" },
    core: { type: "string", default: "0" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

async function benchmark(): Promise<void> {
  const rounds = Number(flags.rounds);
  const core = pinTo(Number(flags.core)) ? Number(flags.core) : null;
  if (core === null)
    process.stderr.write("not pinned to a core: taskset (util-linux) is missing\n");
  const contenders = await findContenders();
  process.stderr.write("calibrating\n");
  const turns: Turn[] = [];
  for (const study of STUDIES.map((each): Study => each)) {
    for (const contender of contenders) {
      const few = contender.name === "reference" ? { replicaCount: REFERENCE_REPLICAS } : {};
      turns.push(await calibrated({ ...study, ...few }, contender));
    }
  }
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const turn of turns) turn.rates.push(await rate(turn));
  }
  const rows = turns.map(({ study, contender, stepCount, rates }) => ({
    ...study,
    backend: contender.name,
    stepCount,
    stepsPerSecond: summarize(rates),
    rates,
  }));
  const cells = rows.map(({ task, width, depth, backend, replicaCount, stepsPerSecond }) => [
    task,
    backend,
    width,
    depth,
    replicaCount,
    readable(stepsPerSecond.median),
    readable(stepsPerSecond.halfInterquartileRange),
  ]);
  printTable("Training steps of a replica a second, on one core", HEAD, cells, 2);
  const machine = describeMachine();
  const measuredAt = new Date().toISOString();
  const command = commandLine("bench/training.ts");
  await mkdir(flags.results, { recursive: true });
  await writeFile(
    join(flags.results, "training.md"),
    [
      "# Training steps of a replica a second, on one core",
      "",
      `Measured ${measuredAt.slice(0, 10)} by \`${command}\` on ${machine.processor}, ` +
        `${machine.cores} virtual cores, ${machine.system}, Node ${machine.node}; ` +
        `medians of ${rounds} rounds in turns ± half of the interquartile range.`,
      "",
      `| ${HEAD.join(" | ")} |`,
      `| ${HEAD.map((_, i) => (i < 2 ? "---" : "---:")).join(" | ")} |`,
      ...cells.map((row) => `| ${row.join(" | ")} |`),
      "",
    ].join("\n"),
  );
  await report(flags.results, "training.json", {
    measuredAt,
    command,
    machine,
    core,
    rounds,
    rows,
  });
}

/** The backends that can train here; of the others a line says why not. */
async function findContenders(): Promise<Contender[]> {
  const ways: readonly (readonly [name: string, load: () => Promise<Train>])[] = [
    ["reference", () => trainerOf("reference")],
    ["simd", () => trainerOf("simd")],
    ["tensorflow_wasm", () => trainerOf("tensorflow_wasm")],
    ["TensorFlow.js, cpu", loadCpu],
    ["tensorflow", () => trainerOf("tensorflow")],
  ];
  const contenders: Contender[] = [];
  for (const [name, load] of ways) {
    try {
      contenders.push({ name, train: await load() });
    } catch (error) {
      process.stderr.write(`${name} is left out: ${reasonOf(error)}\n`);
    }
  }
  return contenders;
}

async function trainerOf(name: Parameters<typeof loadBackend>[0]): Promise<Train> {
  const backend = await loadBackend(name, { allowSoftware: true });
  const train = backend.train?.bind(backend);
  if (train === undefined) throw new Error("it does not train");
  return train;
}

/** TensorFlow.js in plain JavaScript, which nobody would choose. */
async function loadCpu(): Promise<Train> {
  const tf = await findLibrary().load();
  createRequire(import.meta.filename)("@tensorflow/tfjs-backend-cpu");
  return async (task, advanced) => {
    await tf.setBackend("cpu");
    return trainStacked(tf, task, { most: 256, areFixed: false }, advanced);
  };
}

function taskOf({ task, width, depth, replicaCount }: Study, stepCount: number) {
  return {
    network: { width, depth, negativeSlope: 0.1, weights: "gaussian", gain: 1.5 },
    training: {
      task,
      optimizer: "adam",
      learningRate: 1e-3,
      weightDecay: 0,
      finalLearningRateRatio: 1,
      stepCount: Math.max(1, stepCount),
      candidateCount: 1,
    },
    seed: 1n,
    steps: [stepCount],
    firstReplica: 0,
    replicaCount,
  } satisfies TrainingTask;
}

/** Processor time of so many steps of all replicas, and of what comes before them. */
async function processorSeconds(study: Study, { train }: Contender, stepCount: number) {
  const before = process.cpuUsage();
  await train(taskOf(study, stepCount));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Warms up, and finds out how many steps take a turn's time. */
async function calibrated(study: Study, contender: Contender): Promise<Turn> {
  const wanted = Number(flags.seconds);
  await processorSeconds(study, contender, 1);
  const baseSeconds = await processorSeconds(study, contender, 0);
  for (let steps = 1; ; steps *= 4) {
    const taken = (await processorSeconds(study, contender, steps)) - baseSeconds;
    if (taken < wanted / 4) continue;
    const stepCount = Math.max(1, Math.round((steps * wanted) / taken));
    return { study, contender, baseSeconds, stepCount, rates: [] };
  }
}

/** Steps of a replica a second. */
async function rate({ study, contender, stepCount, baseSeconds }: Turn): Promise<number> {
  const taken = (await processorSeconds(study, contender, stepCount)) - baseSeconds;
  return (stepCount * study.replicaCount) / taken;
}
