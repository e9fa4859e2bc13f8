import { availableParallelism, cpus, loadavg } from "node:os";
import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { isProcessorBackend } from "../../../shared/specification/backends.ts";
import { PROPAGATION_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import { canPropagate } from "../../../shared/kinds/propagation/capabilities.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import {
  ISOTROPIC_LAWS,
  SAMPLINGS,
  WEIGHT_LAWS,
  type WeightLaw,
} from "../../../shared/network/weights.ts";
import { RUN_DEFAULTS, runInput, type StoppingFlags, type Typed } from "../../sdk/runInput.ts";
import { points } from "../../sweepFile/grid.ts";
import { counted } from "../../../shared/text/counts.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { countReader, defaultThreads } from "../clusterFlags.ts";
import { ALLOW_SOFTWARE } from "../deviceFlags.ts";
import type { LogLevel } from "../logLevels.ts";
import { measureRate, type MachineRate, type RateOptions } from "../machineRate.ts";
import { addStoppingFlags } from "../networkFlags.ts";
import { predictRun } from "../runPrediction.ts";
import { ProgressBar } from "../presentation/progressBar.ts";
import { machineText, rateTable, type NetworkRate } from "../presentation/rateTable.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { printJson } from "../presentation/printJson.ts";
import { flag, secondsFrom, typed, typedList } from "../readers.ts";
import { endOnSignal } from "../signals.ts";
import { print } from "../streams.ts";

interface Flags extends StoppingFlags {
  readonly width?: readonly Typed[];
  readonly weights?: readonly Typed[];
  readonly depth: Typed;
  readonly negativeSlope: Typed;
  readonly degreesOfFreedom?: Typed;
  readonly density?: Typed;
  readonly sampling?: Typed;
  readonly backend?: Typed;
  readonly seconds: number;
  readonly threads: number;
  readonly allowSoftware?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly logLevel?: LogLevel;
}

const WIDTHS = [8, 64, 512];
/**
 * Parameters of student_t and sparse_gaussian where none is given: such networks live even at width
 * 8.
 */
const DEGREES_OF_FREEDOM = 5;
const DENSITY = 0.25;

/** `lyapunov bench`. */
export function defineBench(command: Command): void {
  command
    .option("--width <list>", `widths (default: ${WIDTHS.join(",")})`, typedList)
    .option("--weights <list>", `weight laws: ${WEIGHT_LAWS.join(", ")} (default: all)`, typedList)
    .option(
      "--degrees-of-freedom <number>",
      `ν of student_t (default: ${DEGREES_OF_FREEDOM})`,
      typed,
    )
    .option("--density <probability>", `p of sparse_gaussian (default: ${DENSITY})`, typed)
    .option(
      "--sampling <way>",
      `how layers are drawn: ${SAMPLINGS.join(", ")} (default: all that the law allows)`,
    )
    .option("--backend <name>", `backend: ${PROPAGATION_BACKENDS.join(", ")} (default: simd)`)
    .option("--depth <layers>", "layers of your run", typed, RUN_DEFAULTS.depth)
    .option(
      "--negative-slope <number>",
      "slope of the Leaky ReLU for negative inputs",
      typed,
      RUN_DEFAULTS.negativeSlope,
    );
  addStoppingFlags(command)
    .addOption(
      flag(
        "--seconds <time>",
        "duration of each measurement, from 0.01 to 60",
        secondsFrom(0.01, 60),
      ).default(0.1),
    )
    .addOption(
      flag("--threads <count>", "number of compute threads", countReader).default(defaultThreads()),
    )
    .option("--allow-software", ALLOW_SOFTWARE)
    .option("--json", "print JSON on standard output")
    .action(async () => {
      await bench(command.optsWithGlobals<Flags>());
    });
}

async function bench(flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const specifications = wanted(flags);
  const backend = specifications[0]?.backend ?? "simd";
  if (backend === "any") {
    throw new ValidationError([
      {
        field: "backend",
        description: `'any' is not allowed here; give one of ${PROPAGATION_BACKENDS.join(", ")}`,
      },
    ]);
  }
  const [load = 0] = loadavg();
  endOnSignal(() => "interrupted");
  const [{ findDevices }, { shownDescription }, { ShardPlan }, { receivedTask }, { createLog }] =
    await Promise.all([
      import("../../../worker/devices/devices.ts"),
      import("../../../worker/devices/deviceText.ts"),
      import("../../../coordinator/plan/shardPlan.ts"),
      import("../../../shared/kinds/receivedTask.ts"),
      import("../log.ts"),
    ]);
  const devices = await findDevices({
    log: createLog(flags.logLevel ?? "warn"),
    backends: [backend],
    allowSoftware: flags.allowSoftware,
    threads: flags.threads,
    measuredSeconds: 0,
  });
  const [device] = devices;
  if (device === undefined) throw new Error("there is no device");
  const { pool } = device;
  const threads = pool.slotCount;
  try {
    const rates = await measureAll(specifications, flags.quiet ?? false, {
      compute: (task) => pool.compute(receivedTask(task)),
      threads,
      firstShard: (specification) => new ShardPlan(specification).task(0),
      seconds: flags.seconds,
      clock: () => performance.now() / 1000,
    });
    const machine = {
      processor: cpus()[0]?.model.trim() ?? "CPU",
      cores: availableParallelism(),
      load,
      node: process.versions.node,
    };
    const [{ isSoftware = false, driver } = {}] = device.backends;
    const { description } = device;
    const isThreads = isProcessorBackend(backend);
    const card = isThreads ? null : { description, driver, software: isSoftware };
    if (flags.json === true) await printJson({ machine, threads, backend, device: card, rates });
    else {
      const limit = outputColumns();
      const shown = shownDescription(description, device.backends);
      const means = isThreads
        ? `${counted(threads, "thread")}, ${backend}`
        : `${shown}, ${counted(threads, "slot")}, ${backend}`;
      const head = machineText(machine, means, limit);
      await print(`${head}\n${rateTable(rates, limit)}\n`);
    }
  } finally {
    await Promise.all(devices.map((each) => each.pool.close()));
  }
}

/**
 * Makes a run for every way, law and width, validated as `lyapunov run` would. Parameters of laws
 * and ways of sampling go to the laws that have them; laws that are named must have what is given.
 */
function wanted(flags: Flags): PropagationSpecification[] {
  const {
    sampling,
    degreesOfFreedom,
    density,
    width = WIDTHS,
    weights = lawsFor(sampling),
    ...ofRun
  } = flags;
  const { replicas: _, ...defaults } = RUN_DEFAULTS;
  const has = (law: WeightLaw) => weights.includes(law);
  const grid = points({
    weights,
    width,
    degreesOfFreedom: degreesOfFreedom ?? (has("student_t") ? DEGREES_OF_FREEDOM : undefined),
    density: density ?? (has("sparse_gaussian") ? DENSITY : undefined),
  });
  const ways: readonly Typed[] = sampling === undefined ? SAMPLINGS : [sampling];
  return ways.flatMap((way) =>
    grid
      .filter((point) => way === sampling || way === "dense" || hasClosedForm(point["weights"]))
      // Laws that are named are left in, for their refusal to say what is wrong.
      .filter((point) => flags.weights !== undefined || isAble(flags.backend, way, point))
      .map((point) =>
        parsePropagation(runInput({ ...defaults, ...ofRun, ...point, sampling: way })),
      ),
  );
}

/** Whether the backend can do a point of the grid; of an unknown one nobody knows. */
function isAble(
  backend: Typed | undefined,
  sampling: Typed,
  point: Readonly<Record<string, unknown>>,
) {
  const name = PROPAGATION_BACKENDS.find((known) => known === backend);
  const way = SAMPLINGS.find((known) => known === sampling);
  const weights = WEIGHT_LAWS.find((known) => known === point["weights"]);
  if (name === undefined || way === undefined || weights === undefined) return true;
  return canPropagate(name, { sampling: way, network: { weights, width: Number(point["width"]) } });
}

/** The laws that are measured where none is named: those that can be sampled in the way given. */
function lawsFor(sampling: Typed | undefined): readonly WeightLaw[] {
  return sampling === "isotropic" ? ISOTROPIC_LAWS : WEIGHT_LAWS;
}

function hasClosedForm(law: Typed | undefined): boolean {
  return ISOTROPIC_LAWS.some((isotropic) => isotropic === law);
}

async function measureAll(
  specifications: readonly PropagationSpecification[],
  quiet: boolean,
  options: RateOptions,
): Promise<NetworkRate[]> {
  const bar = new ProgressBar("bench", quiet);
  const rates: NetworkRate[] = [];
  const start = options.clock();
  for (const specification of specifications) {
    const { network } = specification;
    const measured = await measureRate(specification, options);
    rates.push(networkRate(specification, measured));
    const share = rates.length / specifications.length;
    bar.update({
      share,
      replicaCount: 0,
      replicasPerSecond: measured.replicaLayersPerSecond / network.depth,
      remainingSeconds: ((options.clock() - start) * (1 - share)) / share,
      caption: `${network.weights}, width ${network.width}`,
      estimate: undefined,
    });
  }
  bar.stop();
  return rates;
}

function networkRate(specification: PropagationSpecification, rate: MachineRate): NetworkRate {
  const { network, sampling } = specification;
  const { replicaLayersPerSecond, range } = rate;
  return {
    network,
    sampling,
    replicaLayersPerSecond,
    replicaLayersPerSecondRange: range,
    weightsPerSecond: sampling === "dense" ? replicaLayersPerSecond * network.width ** 2 : null,
    run: predictRun(specification, rate),
  };
}
