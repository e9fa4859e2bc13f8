import type { Network } from "../network/network.ts";
import type { NetworkInput } from "../network/networkInput.ts";
import type { RunInput, RunSpecification } from "../specification/specification.ts";
import type { StoppingRuleInput } from "../specification/stoppingRuleInput.ts";
import { lawParameters } from "../network/weights.ts";
import type { StoppingRule } from "../specification/stoppingRule.ts";
import { shortName, wireName } from "./enumerations.ts";
import type {
  Network as NetworkMessage,
  Network__Output,
} from "./generated/lyapunov/v1/Network.ts";
import type { Run, Run__Output } from "./generated/lyapunov/v1/Run.ts";
import type {
  StoppingRule as StoppingRuleMessage,
  StoppingRule__Output,
} from "./generated/lyapunov/v1/StoppingRule.ts";

/** What a client asked for; proto3 zeros of optional fields are read as nothing. */
export function runInputFromMessage(run: Run__Output): RunInput {
  return {
    network: networkInputFromMessage(run.network),
    seed: run.seed,
    sampling: shortName("sampling", run.sampling),
    backend: shortName("backend", run.backend),
    checkpointDepths: run.checkpointDepths,
    burnIn: run.burnIn,
    ...(run.stoppingRule && { stoppingRule: stoppingRuleInputFromMessage(run.stoppingRule) }),
    level: run.level === 0 ? undefined : run.level,
    displayName: run.displayName,
  };
}

function networkInputFromMessage(network: Network__Output | null): NetworkInput {
  if (network === null) return {};
  return {
    width: network.width,
    depth: network.depth,
    negativeSlope: network.negativeSlope,
    weights: shortName("weights", network.weights),
    ...lawParameters(network),
    gain: network.gain === 0 ? undefined : network.gain,
    namedGain: shortName("namedGain", network.namedGain),
  };
}

export function stoppingRuleInputFromMessage(rule: StoppingRule__Output): StoppingRuleInput {
  const { precision } = rule;
  if (rule.rule === "replicaCount") return { replicaCount: Number(rule.replicaCount) };
  if (rule.rule !== "precision" || !precision) return {};
  return {
    precision: {
      lyapunovExponent: precision.lyapunovExponent,
      variance: precision.variance,
      minimumReplicaCount: countOf(precision.minimumReplicaCount),
      maximumReplicaCount: countOf(precision.maximumReplicaCount),
    },
  };
}

function countOf(value: string): number | undefined {
  return value === "0" ? undefined : Number(value);
}

/** The fields of a run that its specification decides. */
export function specificationToMessage(specification: RunSpecification): Run {
  return {
    displayName: specification.displayName,
    kind: wireName("kind", specification.kind),
    network: networkToMessage(specification.network),
    seed: String(specification.seed),
    sampling: wireName("sampling", specification.sampling),
    backend: wireName("backend", specification.backend),
    checkpointDepths: [...specification.checkpointDepths],
    burnIn: specification.burnIn,
    stoppingRule: stoppingRuleToMessage(specification.stoppingRule),
    level: specification.level,
  };
}

export function networkToMessage(network: Network): NetworkMessage {
  return {
    width: network.width,
    depth: network.depth,
    negativeSlope: network.negativeSlope,
    weights: wireName("weights", network.weights),
    ...lawParameters(network),
    gain: network.gain,
    namedGain: wireName("namedGain", network.namedGain),
  };
}

export function stoppingRuleToMessage(rule: StoppingRule): StoppingRuleMessage {
  return rule.kind === "replicas"
    ? { replicaCount: rule.replicaCount }
    : { precision: rule.precision };
}
