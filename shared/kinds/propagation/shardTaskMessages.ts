import { lawParameters, SAMPLINGS, WEIGHT_LAWS } from "../../network/weights.ts";
import { BACKENDS } from "../../specification/backends.ts";
import { shortName, wireName, type EnumerationField } from "../../wire/enumerations.ts";
import type {
  ShardTask as ShardTaskMessage,
  ShardTask__Output,
} from "../../wire/generated/lyapunov/v1/ShardTask.ts";
import { networkToMessage } from "./messages.ts";
import { LOG_NORM_GROWTH, observablesNamed } from "./observables.ts";
import type { ShardTask } from "./shardTask.ts";

/** Converts a task to its message, without the range of replicas. */
export function commonTaskToMessage(
  task: Omit<ShardTask, "firstReplica" | "replicaCount">,
): ShardTaskMessage {
  return {
    kind: wireName("kind", "propagation"),
    network: networkToMessage(task.network),
    sampling: wireName("sampling", task.sampling),
    backend: wireName("backend", task.backend),
    seed: String(task.seed),
    checkpointDepths: [...task.checkpointDepths],
    burnIn: task.burnIn,
    observables: task.observables.map(({ name }) => name),
    sketchBinWidths: [...task.sketchBinWidths],
  };
}

/**
 * Reads a task from its message.
 *
 * @throws RangeError for a name that this version does not know; versions are compared on joining.
 */
export function shardTaskFromMessage(message: ShardTask__Output): ShardTask {
  const { network } = message;
  const { negativeSlope } = network ?? {};
  if (!network || negativeSlope === undefined) {
    throw new RangeError("a shard came without a network");
  }
  return {
    network: {
      width: network.width,
      depth: network.depth,
      negativeSlope,
      weights: known("weights", network.weights, WEIGHT_LAWS),
      ...lawParameters(network),
      gain: network.gain,
    },
    sampling: known("sampling", message.sampling, SAMPLINGS),
    backend: known("backend", message.backend, BACKENDS),
    seed: BigInt(message.seed),
    checkpointDepths: message.checkpointDepths,
    burnIn: message.burnIn,
    observables:
      message.observables.length === 0 ? [LOG_NORM_GROWTH] : observablesNamed(message.observables),
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
