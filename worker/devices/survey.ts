import type { Logger } from "pino";

import { canPropagateAtAll } from "../../shared/kinds/propagation/propagationBackends.ts";
import { BACKENDS, type BackendName } from "../../shared/specification/backends.ts";
import type { SurveyedDevice } from "../../shared/specification/surveyedDevice.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { bareReason } from "./deviceText.ts";
import { findCandidates, measuredBy } from "./devices.ts";
import type { Candidate } from "./workerDevice.ts";

export interface SurveyOptions {
  readonly log: Logger;
  readonly threads?: number;
  /** How long each is measured. */
  readonly seconds: number;
  /** Is told what is about to be done, since it takes a while. */
  readonly onStep: (what: string) => void;
}

/** Looks at everything that this machine could compute with, and measures it. */
export async function surveyDevices(options: SurveyOptions): Promise<SurveyedDevice[]> {
  const { log, threads, seconds, onStep } = options;
  onStep("looking for devices");
  const { candidates, leftOut } = await findCandidates({
    log,
    threads,
    backends: BACKENDS,
    allowSoftware: true,
  });
  const surveyed: SurveyedDevice[] = [];
  try {
    for (const candidate of candidates) {
      for (const { name } of candidate.backends) {
        if (canPropagateAtAll(name)) onStep(`measuring ${candidate.name} by ${name}`);
        surveyed.push(await surveyedDevice(candidate, name, seconds));
      }
    }
  } finally {
    await Promise.all(candidates.map(({ pool }) => pool.close()));
  }
  const others = leftOut.map(({ backend, reason }) => {
    return { backend, isSoftware: false, problem: bareReason(backend, reason) };
  });
  return [...surveyed, ...others];
}

async function surveyedDevice(
  candidate: Candidate,
  name: BackendName,
  seconds: number,
): Promise<SurveyedDevice> {
  const found = candidate.backends.find((backend) => backend.name === name);
  const facts = {
    name: candidate.name,
    backend: name,
    description: candidate.description,
    ...(found?.driver !== undefined && { driver: found.driver }),
    ...(found?.memoryBytes !== undefined && { memoryBytes: found.memoryBytes }),
    isSoftware: found?.isSoftware === true,
    slotCount: candidate.pool.slotCount,
  };
  // Devices are compared by how fast they propagate.
  if (!canPropagateAtAll(name)) return facts;
  try {
    const { backends } = await measuredBy(candidate, name, seconds);
    const rate = backends.find((backend) => backend.name === name)?.weightsPerSecond;
    return { ...facts, ...(rate !== undefined && { weightsPerSecond: rate }) };
  } catch (error) {
    return { ...facts, problem: bareReason(name, reasonOf(error)) };
  }
}
