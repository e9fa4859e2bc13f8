import { burnInByRule } from "../../network/burnIn.ts";
import type { Network } from "../../network/network.ts";
import type { NetworkInput } from "../../network/networkInput.ts";
import { lawParameters } from "../../network/weights.ts";
import { shortName, wireName } from "../../wire/enumerations.ts";
import type {
  Network as NetworkMessage,
  Network__Output,
} from "../../wire/generated/lyapunov/v1/Network.ts";
import type { Run, Run__Output } from "../../wire/generated/lyapunov/v1/Run.ts";
import {
  stoppingRuleInputFromMessage,
  stoppingRuleToMessage,
} from "../../wire/stoppingRuleMessages.ts";
import type { PropagationFields, PropagationInput } from "./specification.ts";

/** Reads what a client asked for; a proto3 zero in an optional field counts as not given. */
export function inputFromMessage(run: Run__Output): PropagationInput {
  return {
    ...(run.network && { network: networkInputFromMessage(run.network) }),
    ...(run.parameters && { parameters: run.parameters }),
    ...(run.training && { training: run.training }),
    seed: run.seed,
    sampling: shortName("sampling", run.sampling),
    backend: shortName("backend", run.backend),
    checkpointDepths: run.checkpointDepths,
    burnIn: run.burnIn === 0 ? undefined : run.burnIn,
    withoutBurnIn: run.withoutBurnIn,
    ...(run.stoppingRule && { stoppingRule: stoppingRuleInputFromMessage(run.stoppingRule) }),
    level: run.level === 0 ? undefined : run.level,
    displayName: run.displayName,
  };
}

/** Reads the network that a client asked for. */
export function networkInputFromMessage(network: Network__Output): NetworkInput {
  return {
    width: network.width,
    depth: network.depth,
    negativeSlope: network.negativeSlope,
    weights: shortName("weights", network.weights),
    ...lawParameters(network),
    gain: network.gain === 0 ? undefined : network.gain,
    namedGain: shortName("namedGain", network.namedGain),
    gainCalibration: network.gainCalibration,
  };
}

/** The fields of a run that follow from its specification. */
export function specificationToMessage(specification: PropagationFields): Run {
  return {
    displayName: specification.displayName,
    kind: wireName("kind", "propagation"),
    network: networkToMessage(specification.network),
    seed: String(specification.seed),
    sampling: wireName("sampling", specification.sampling),
    backend: wireName("backend", specification.backend),
    checkpointDepths: [...specification.checkpointDepths],
    burnIn: specification.burnIn,
    withoutBurnIn: specification.burnIn === 0 && burnInByRule(specification.network) > 0,
    stoppingRule: stoppingRuleToMessage(specification.stoppingRule),
    level: specification.level,
  };
}

/** Converts a network to its message. */
export function networkToMessage(network: Network): NetworkMessage {
  return {
    width: network.width,
    depth: network.depth,
    negativeSlope: network.negativeSlope,
    weights: wireName("weights", network.weights),
    ...lawParameters(network),
    gain: network.gain,
    namedGain: wireName("namedGain", network.namedGain),
    ...(network.gainCalibration && { gainCalibration: network.gainCalibration }),
  };
}
