import { lawParameters, WEIGHT_LAWS } from "../../network/weights.ts";
import type { SamplingTask } from "../../sampling/samplingTask.ts";
import type { PartialShape } from "../../shard/partialShape.ts";
import type { BackendName } from "../../specification/backends.ts";
import { shortName, wireName, type EnumerationField } from "../../wire/enumerations.ts";
import type {
  ShardTask as ShardTaskMessage,
  ShardTask__Output,
} from "../../wire/generated/lyapunov/v1/ShardTask.ts";
import { networkToMessage } from "../propagation/messages.ts";
import { SAMPLING_OBSERVABLES } from "./observables.ts";
import { SAMPLING_BACKENDS, type SamplingSpecification } from "./specification.ts";

/**
 * The width that bins of distances are aligned to. Bins are 2⁻³⁵ wide, which is as good as exact, until
 * 128 of them hold values.
 */
const SKETCH_BIN_WIDTH = 1 / 8;

/** A shard of a sampling initialization as a worker sees it. */
export interface SamplingShardTask extends SamplingTask {
  readonly backend: BackendName;
  readonly sketchBinWidths: readonly number[];
}

/** The form that every partial of a sampling initialization must have. */
export function samplingShape({ backend, network }: SamplingSpecification): PartialShape {
  return {
    backend,
    depths: [network.depth],
    observables: SAMPLING_OBSERVABLES,
    sketchBinWidths: [SKETCH_BIN_WIDTH],
    hasChampion: true,
  };
}

/**
 * What the tasks of all shards of a sampling initialization have in common, as a message.
 *
 * @throws RangeError if the specification leaves the backend open
 */
export function samplingTaskToMessage(specification: SamplingSpecification): ShardTaskMessage {
  const { network, probeCount, backend, seed } = specification;
  if (backend === "any") throw new RangeError("a task must name its backend, and not any");
  return {
    kind: wireName("kind", "sampling_initialization"),
    network: networkToMessage(network),
    sampling: wireName("sampling", "dense"),
    samplingInitialization: { probeCount },
    backend: wireName("backend", backend),
    seed: String(seed),
    checkpointDepths: [network.depth],
    observables: SAMPLING_OBSERVABLES.map(({ name }) => name),
    sketchBinWidths: [SKETCH_BIN_WIDTH],
  };
}

/**
 * Reads the task of a sampling initialization from its message.
 *
 * @throws RangeError for a name that this version does not know.
 */
export function samplingTaskFromMessage(message: ShardTask__Output): SamplingShardTask {
  const { network, samplingInitialization } = message;
  if (!network || network.negativeSlope === undefined || !samplingInitialization) {
    throw new RangeError(
      "a shard of a sampling initialization came without a network or its probe inputs",
    );
  }
  const names = SAMPLING_OBSERVABLES.map(({ name }) => name);
  if (message.observables.join() !== names.join()) {
    throw new RangeError(`a shard asks for the unknown observables ${message.observables.join()}`);
  }
  return {
    network: {
      width: network.width,
      depth: network.depth,
      negativeSlope: network.negativeSlope,
      weights: known("weights", network.weights, WEIGHT_LAWS),
      ...lawParameters(network),
      gain: network.gain,
    },
    probeCount: samplingInitialization.probeCount,
    backend: known("backend", message.backend, SAMPLING_BACKENDS),
    seed: BigInt(message.seed),
    firstReplica: Number(message.firstReplica),
    replicaCount: Number(message.replicaCount),
    sketchBinWidths: message.sketchBinWidths,
  };
}

function known<T extends string>(field: EnumerationField, value: string, names: readonly T[]): T {
  const short = shortName(field, value);
  const name = names.find((candidate) => candidate === short);
  if (name === undefined) throw new RangeError(`a shard names an unknown ${field}: ${value}`);
  return name;
}
