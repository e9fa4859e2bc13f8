import { createHash, randomUUID } from "node:crypto";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import type { PropagationFields } from "../../shared/kinds/propagation/specification.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { VERSION } from "../../shared/wire/version.ts";
import type { SimulationApi } from "./api.ts";
import { calibrationOf, gainKeyOf, needsCriticalGain } from "./criticalGain.ts";

/** Waits until a run has ended, and returns it as it is then. */
export type Watch = (api: SimulationApi, run: Run__Output) => Promise<Run__Output>;

/**
 * Replaces the gains that parseRequest has left open. The critical gain of a network without closed
 * form is that of a first run of the same network at He's gain, for λ grows by log g with the gain g.
 * Runs that differ in other things share that run. It is asked for under a request id that its
 * content decides, so that a coordinator that has it already does not compute it again. Its random
 * streams are its own: with those of the run itself, λ̂ would be zero by construction.
 *
 * @param watch waits for a run, perhaps showing how far it is
 * @throws Error if the first run does not find the gain
 */
export async function withCriticalGains(
  api: SimulationApi,
  runs: readonly PropagationFields[],
  watch: Watch = watchQuietly,
): Promise<PropagationFields[]> {
  const groups = Map.groupBy(runs.filter(needsCriticalGain), gainKeyOf);
  const started = new Map<string, Run__Output>();
  for (const [key, some] of groups) started.set(key, await start(api, calibrationOf(some)));
  const ended = new Map<string, Run__Output>();
  for (const [key, run] of started) ended.set(key, await watch(api, run));
  return runs.map((fields) => {
    const found = needsCriticalGain(fields) ? ended.get(gainKeyOf(fields)) : undefined;
    return found === undefined ? fields : withGainOf(fields, found);
  });
}

/** Starts the run, or finds the one that an earlier request has started. */
async function start(api: SimulationApi, fields: PropagationFields): Promise<Run__Output> {
  const message = specificationToMessage(fields);
  const content = JSON.stringify([VERSION, message]);
  const requestId = createHash("sha256").update(content).digest("hex");
  try {
    const run = await api.createRun(message, requestId);
    const state = stateOf(run);
    // An earlier one that was cancelled, or failed, will never find it.
    if (!hasEnded(state) || state === "SUCCEEDED") return run;
  } catch (error) {
    if ((error as Partial<ServiceError>).code !== Code.ALREADY_EXISTS) throw error;
  }
  return api.createRun(message, randomUUID());
}

function withGainOf(fields: PropagationFields, found: Run__Output): PropagationFields {
  const state = stateOf(found);
  const { estimate, standardError } = found.criticalGain ?? {};
  if (found.targetMet === false && state === "SUCCEEDED") {
    const far = estimate === undefined ? "" : `: it is ${estimate} ± ${standardError} so far`;
    throw new Error(
      `${found.name} has not found the critical gain precisely enough with ` +
        `${found.replicaCount} replicas, of which ${found.extinctCount} are extinct${far}; ` +
        `give wider layers, a slope farther from 0, or the gain as a number`,
    );
  }
  if (state !== "SUCCEEDED" || estimate === undefined || standardError === undefined) {
    const why = found.error === "" ? "" : `: ${found.error}`;
    throw new Error(
      `${found.name}, which was to find the critical gain, is ${state} and has none${why}; ` +
        `give the gain as a number`,
    );
  }
  const gainCalibration = { run: found.name, standardError };
  return { ...fields, network: { ...fields.network, gain: estimate, gainCalibration } };
}

async function watchQuietly(api: SimulationApi, run: Run__Output): Promise<Run__Output> {
  let last = run;
  for await (const watched of api.watchRun(run.name)) last = watched;
  return last;
}
