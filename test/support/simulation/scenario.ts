import {
  PROPAGATION_BACKENDS,
  PROPAGATION_RUN_BACKENDS,
} from "../../../shared/kinds/propagation/propagationBackends.ts";
import type { SchedulerOptions } from "../../../coordinator/scheduler/options.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { type BackendName, type RunBackend } from "../../../shared/specification/backends.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import type { StoppingRule } from "../../../shared/specification/stoppingRule.ts";
import type { Random } from "../random.ts";
import { generatorOf, ROUNDINGS } from "./generators.ts";
import type { SimulatedDevice, Temperament } from "./simulatedWorker.ts";

/** Depth at which shards have 32 replicas for `simd` and 4 for `reference`. */
const DEPTH = 100_000;
const MAXIMUM_SHARDS = 30;

/** Draws a run of 1 to 30 shards, for a number of replicas or for a precision. */
export function randomSpecification(random: Random, seed: number): PropagationSpecification {
  const backend = random.pick<RunBackend>([...PROPAGATION_RUN_BACKENDS, "any"]);
  const draft = parsePropagation({
    network: { width: 4, depth: DEPTH, negativeSlope: 1, gain: 1, ...weightsOf(seed, backend) },
    seed,
    backend,
    sampling: random.pick(["dense", undefined]),
    checkpointDepths: random.pick([[], [DEPTH / 2]]).concat(DEPTH),
    stoppingRule: { replicaCount: 2 },
  });
  return { ...draft, stoppingRule: randomRule(random, new ShardPlan(draft).shardSize) };
}

/** Weights of a law, which in one run of four is one that not every backend can draw. */
function weightsOf(seed: number, backend: RunBackend) {
  const isForAll = seed % 40 >= 10 || backend === "tensorflow";
  return isForAll
    ? ({ weights: "gaussian" } as const)
    : ({ weights: "student_t", degreesOfFreedom: 5 } as const);
}

function randomRule(random: Random, shardSize: number): StoppingRule {
  // Most counts are no multiple of the shard size.
  const count = () => 2 + random.integer(MAXIMUM_SHARDS * shardSize);
  if (random.chance(0.5)) return { kind: "replicas", replicaCount: count() };
  const maximumReplicaCount = count();
  const minimumReplicaCount = 2 + random.integer(maximumReplicaCount - 1);
  return {
    kind: "precision",
    precision: {
      ...randomTargets(random, random.between(minimumReplicaCount, 1.3 * maximumReplicaCount)),
      minimumReplicaCount,
      maximumReplicaCount,
    },
  };
}

/** Draws targets that synthetic partials, of variance about 1, meet at about `replicaCount`. */
function randomTargets(random: Random, replicaCount: number) {
  const lyapunovExponent = 1 / Math.sqrt(replicaCount) / DEPTH;
  const variance = Math.sqrt(3 / replicaCount) / DEPTH;
  return random.pick([{ lyapunovExponent }, { variance }, { lyapunovExponent, variance }]);
}

/** Draws a new rule, which more often than not continues the present one. */
export function randomExtension(
  random: Random,
  { stoppingRule }: PropagationSpecification,
): StoppingRule {
  const grown = (count: number) => Math.ceil(count * random.between(1, 2)) + random.integer(40);
  if (stoppingRule.kind === "replicas") {
    const replicaCount = grown(stoppingRule.replicaCount);
    if (random.chance(0.7)) return { kind: "replicas", replicaCount };
    return {
      kind: "precision",
      precision: {
        ...randomTargets(random, replicaCount),
        minimumReplicaCount: stoppingRule.replicaCount,
        maximumReplicaCount: replicaCount,
      },
    };
  }
  const { precision } = stoppingRule;
  const maximumReplicaCount = grown(precision.maximumReplicaCount);
  if (random.chance(0.2)) return { kind: "replicas", replicaCount: maximumReplicaCount };
  const tighter = (target: number | undefined) => (target ?? 1) * random.between(0.6, 1);
  return {
    kind: "precision",
    precision: {
      lyapunovExponent: tighter(precision.lyapunovExponent),
      variance: tighter(precision.variance),
      minimumReplicaCount: precision.minimumReplicaCount,
      maximumReplicaCount,
    },
  };
}

export function randomSchedulerOptions(random: Random): SchedulerOptions {
  return {
    leaseDurationSeconds: random.between(4, 20),
    reconnectGraceSeconds: random.between(0.5, 5),
    prefetchSeconds: random.between(0.5, 5),
    leasesPerSlot: random.pick([1, 2, 8, 64]),
    maximumRecordings: random.pick([1, 4, 64]),
    maximumWaitingPartials: random.pick([0, 1, 3, 64]),
    maximumErrors: 1 + random.integer(4),
    maximumLosses: 1 + random.integer(8),
    stragglerFactor: random.between(1.5, 3),
    stragglerSeconds: random.between(0.5, 3),
    doubleCheckInterval: random.pick([0, 1, 3, 10]),
    doubleCheckPatienceSeconds: random.pick([0, 10, 60]),
    generatorPatienceSeconds: random.pick([2, 5, 20]),
  };
}

/** @param own how most devices round; default: in one of the usual ways */
export function randomDevices(random: Random, own?: string): SimulatedDevice[] {
  return Array.from({ length: 1 + random.integer(2) }, () => {
    const names = random.pick<readonly BackendName[]>([
      ...PROPAGATION_BACKENDS.map((name) => [name]),
      PROPAGATION_BACKENDS,
    ]);
    // Most devices say what they are, and most are of one kind.
    const usual = random.pick([...ROUNDINGS, "fused"]);
    const rounding = own !== undefined && random.chance(0.7) ? own : usual;
    return deviceOf(names, rounding, 1 + random.integer(4), random.chance(0.9));
  });
}

export function deviceOf(
  names: readonly BackendName[],
  rounding: string,
  slotCount: number,
  saysSo = true,
): SimulatedDevice {
  return {
    backends: names.map((name) => ({ name, generator: saysSo ? generatorOf(name, rounding) : "" })),
    slotCount,
    rounding,
  };
}

/** Draws a temperament: most workers are sound, and the others fail, each in its own way. */
export function randomTemperament(random: Random): Temperament {
  const sound = soundTemperament(random);
  const lying = { liesGreatly: random.chance(0.5) };
  return random.pick<Temperament>([
    sound,
    sound,
    sound,
    { ...sound, failure: random.pick([0.1, 1]) },
    { ...sound, slowness: 0.2 },
    { ...sound, repetition: 0.3 },
    { ...sound, nonsense: 0.1, repetition: 0.3 },
    { ...sound, ...lying, lies: 1, lieChance: 0.2, repetition: 1 },
    { ...sound, ...lying, lies: 1, lieChance: 0.5 },
    { ...sound, ...lying, lies: 1000, lieChance: random.pick([0.1, 0.5, 1]) },
    { ...sound, stubborn: true, slowness: 0.1 },
    { ...sound, remainingShards: random.integer(3) },
  ]);
}

/** Whether a worker finishes what it begins; one that does not never will. */
export function isReliable({ remainingShards }: Temperament): boolean {
  return remainingShards === Infinity;
}

/** Makes a worker sound, but for one that finishes nothing: users meet such workers, too. */
export function calm(random: Random, temperament: Temperament): void {
  const { remainingShards } = temperament;
  Object.assign(temperament, { ...soundTemperament(random), remainingShards });
}

export function soundTemperament(random: Random): Temperament {
  return {
    secondsPerReplica: 0.1 ** random.between(1, 2.2),
    failure: 0,
    slowness: 0,
    repetition: 0,
    nonsense: 0,
    lies: 0,
    lieChance: 0,
    liesGreatly: false,
    contradictsItself: false,
    stubborn: false,
    remainingShards: Infinity,
  };
}
