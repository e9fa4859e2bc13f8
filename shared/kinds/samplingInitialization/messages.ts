import { shortName, wireName } from "../../wire/enumerations.ts";
import type { Run, Run__Output } from "../../wire/generated/lyapunov/v1/Run.ts";
import {
  stoppingRuleInputFromMessage,
  stoppingRuleToMessage,
} from "../../wire/stoppingRuleMessages.ts";
import { networkInputFromMessage, networkToMessage } from "../propagation/messages.ts";
import type { SamplingFields, SamplingInput } from "./specification.ts";

/** Reads what a client asked for; a proto3 zero in an optional field counts as not given. */
export function samplingInputFromMessage(run: Run__Output): SamplingInput {
  const { probeCount = 0 } = run.samplingInitialization ?? {};
  return {
    ...(run.network && { network: networkInputFromMessage(run.network) }),
    ...(run.parameters && { parameters: run.parameters }),
    ...(run.training && { training: run.training }),
    probeCount: probeCount === 0 ? undefined : probeCount,
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

/** The fields of a run that follow from its specification. */
export function samplingToRun(specification: SamplingFields): Run {
  return {
    displayName: specification.displayName,
    kind: wireName("kind", "sampling_initialization"),
    network: networkToMessage(specification.network),
    samplingInitialization: { probeCount: specification.probeCount },
    seed: String(specification.seed),
    sampling: wireName("sampling", "dense"),
    backend: wireName("backend", specification.backend),
    stoppingRule: stoppingRuleToMessage(specification.stoppingRule),
    level: specification.level,
  };
}
