import { BACKENDS } from "../specification/backends.ts";
import type { ShardTask } from "../shard/shardTask.ts";
import { lawParameters, SAMPLINGS, WEIGHT_LAWS } from "../network/weights.ts";
import { shortName, wireName, type EnumerationField } from "./enumerations.ts";
import type {
  ShardTask as ShardTaskMessage,
  ShardTask__Output,
} from "./generated/lyapunov/v1/ShardTask.ts";
import { networkToMessage } from "./specificationMessages.ts";

export function shardTaskToMessage(task: ShardTask): ShardTaskMessage {
  return {
    network: networkToMessage(task.network),
    sampling: wireName("sampling", task.sampling),
    backend: wireName("backend", task.backend),
    seed: String(task.seed),
    checkpointDepths: [...task.checkpointDepths],
    burnIn: task.burnIn,
    firstReplica: task.firstReplica,
    replicaCount: task.replicaCount,
    sketchBinWidths: [...task.sketchBinWidths],
  };
}

/** @throws RangeError for a name that this version does not know; versions are compared on joining. */
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
