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
  { task: "quintic_polynomial", width: 2, depth: 40 },
  { task: "gaussian_mixture_score", width: 2, depth: 30 },
  { task: "two_spirals", width: 16, depth: 100 },
] as const satisfies readonly Study[];

interface Study {
  readonly task: LearningTaskName;
  readonly width: number;
  readonly depth: number;
}

type Train = NonNullable<Backend["train"]>;

const HEAD = ["task", "backend", "width", "depth", "replicas at once", "steps/s", "±"];

/** Replicas that are trained at once: those of a shard, or few where each takes long. */
const REPLICAS = { reference: 2, others: 128 };

interface Contender {
  readonly name: string;
  readonly train: Train;
  readonly replicaCount: number;
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
  const turns = STUDIES.flatMap((study) =>
    contenders.map((contender) => ({ study, contender, stepCount: 1, rates: [] as number[] })),
  );
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(round === 0 ? "calibrating\n" : `round ${round} of ${rounds}\n`);
    for (const turn of turns) {
      if (round === 0) turn.stepCount = await calibrated(turn.study, turn.contender);
      else turn.rates.push(await rate(turn.study, turn.contender, turn.stepCount));
    }
  }
  const rows = turns.map(({ study, contender, stepCount, rates }) => ({
    ...study,
    backend: contender.name,
    replicaCount: contender.replicaCount,
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
  const { reference, others } = REPLICAS;
  const ways: readonly (readonly [name: string, replicas: number, load: () => Promise<Train>])[] = [
    ["reference", reference, () => trainerOf("reference")],
    ["simd", others, () => trainerOf("simd")],
    ["tensorflow_wasm", others, () => trainerOf("tensorflow_wasm")],
    ["TensorFlow.js, cpu", others, loadCpu],
    ["tensorflow", others, () => trainerOf("tensorflow")],
  ];
  const contenders: Contender[] = [];
  for (const [name, replicaCount, load] of ways) {
    try {
      contenders.push({ name, replicaCount, train: await load() });
    } catch (error) {
      process.stderr.write(`${name} is left out: ${reasonOf(error)}\n`);
    }
  }
  return contenders;
}

async function trainerOf(name: Parameters<typeof loadBackend>[0]): Promise<Train> {
  const { train } = await loadBackend(name, { allowSoftware: true });
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

function taskOf({ task, width, depth }: Study, replicaCount: number, stepCount: number) {
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
async function processorSeconds(
  study: Study,
  { train, replicaCount }: Contender,
  stepCount: number,
): Promise<number> {
  const before = process.cpuUsage();
  await train(taskOf(study, replicaCount, stepCount));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The number of steps that take a turn's time. */
async function calibrated(study: Study, contender: Contender): Promise<number> {
  const wanted = Number(flags.seconds);
  for (let stepCount = 1; ; stepCount *= 2) {
    const base = await processorSeconds(study, contender, 0);
    const taken = (await processorSeconds(study, contender, stepCount)) - base;
    if (taken > wanted / 4) return Math.max(1, Math.round((stepCount * wanted) / taken));
  }
}

/** Steps of a replica a second. */
async function rate(study: Study, contender: Contender, stepCount: number): Promise<number> {
  const base = await processorSeconds(study, contender, 0);
  const taken = (await processorSeconds(study, contender, stepCount)) - base;
  return (stepCount * contender.replicaCount) / taken;
}
