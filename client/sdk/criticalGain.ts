import { createHash } from "node:crypto";

import { networkToMessage } from "../../shared/kinds/propagation/messages.ts";
import {
  parseFields,
  type PropagationFields,
  type PropagationInput,
} from "../../shared/kinds/propagation/specification.ts";
import { ValidationError } from "../../shared/specification/violations.ts";
import { isIsotropicNetwork } from "../../shared/network/network.ts";
import { isIsotropic, lawLabel, WEIGHT_LAWS } from "../../shared/network/weights.ts";

/**
 * Largest standard error of λ̂ with which a critical gain is found: the gain is then known to a
 * ten-thousandth of itself.
 */
const PRECISION = 1e-4;
/**
 * Largest σ² that the first run is meant for; replicas that it would need are the most that it takes.
 * Networks that all die, and those of a slope within a hair of zero, would otherwise take for ever.
 */
const LARGEST_VARIANCE = 100;
const MOST_REPLICAS = 2 ** 32;
/** Survivors whose spread says how precise λ̂ is. */
const MINIMUM_REPLICAS = 1024;

/**
 * Reads a run, in which the gain `lyapunov` is allowed for every weight law. Where the law has no
 * closed form, the gain is not known yet: the specification has the gain `he` in its place, and
 * `withCriticalGains` replaces it. A coordinator refuses such a specification.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`.
 */
export function parseRequest(input: PropagationInput): PropagationFields {
  const { network = {} } = input;
  const named = network.namedGain ?? network.gain;
  const law = WEIGHT_LAWS.find((each) => each === network.weights);
  if (named !== "lyapunov" || law === undefined || isIsotropic(law)) return parseFields(input);
  const { namedGain: _name, ...rest } = network;
  const fields = parseFields({ ...input, network: { ...rest, gain: "he" } });
  const request = { ...fields, network: { ...fields.network, namedGain: named } as const };
  // What cannot be calibrated is refused now, before anything is started.
  try {
    calibrationOf([request]);
  } catch (error) {
    throw error instanceof ValidationError ? impossibleCalibration(error) : error;
  }
  return request;
}

/** A refusal of the first run, as one of the gain that it was to find. */
function impossibleCalibration({ violations }: ValidationError): ValidationError {
  const reasons = violations.map(({ description }) => description.replace(/; give .*$/s, ""));
  const description =
    `'lyapunov' needs a first run that finds it, and there can be none: ${reasons.join("; ")}; ` +
    `give a number, a smaller depth or a greater width`;
  return new ValidationError([{ field: "network.gain", description }]);
}

/** Whether the run's gain is still to be found. */
export function needsCriticalGain({ network }: PropagationFields): boolean {
  const { namedGain, gainCalibration } = network;
  return namedGain === "lyapunov" && gainCalibration === undefined && !isIsotropicNetwork(network);
}

/** Everything that decides a critical gain. */
export function gainKeyOf({ network, sampling, backend, burnIn }: PropagationFields): string {
  const { gain: _gain, namedGain: _name, ...rest } = networkToMessage(network);
  return JSON.stringify([rest, sampling, backend, burnIn]);
}

/** The run that finds the critical gain for runs of one network, as precisely as all of them ask. */
export function calibrationOf(runs: readonly PropagationFields[]): PropagationFields {
  const [first] = runs;
  if (first === undefined) throw new RangeError("there is no run to find a gain for");
  const { network, sampling, backend, burnIn } = first;
  const { width, depth, negativeSlope, namedGain: _name, ...rest } = network;
  const rules = runs.map(({ stoppingRule }) => stoppingRule);
  const precision = Math.min(
    PRECISION,
    ...rules.map((rule) =>
      rule.kind === "precision" ? (rule.precision.lyapunovExponent ?? PRECISION) : PRECISION,
    ),
  );
  // Fewer replicas than the run itself would leave an error that the run can see.
  const minimumReplicaCount = Math.max(
    MINIMUM_REPLICAS,
    ...rules.map((rule) => (rule.kind === "replicas" ? rule.replicaCount : 0)),
  );
  const enough = Math.ceil(LARGEST_VARIANCE / (depth - burnIn) / precision ** 2);
  return parseFields({
    network: { ...rest, width, depth, negativeSlope, gain: "he" },
    sampling,
    backend,
    burnIn,
    seed: seedOf(gainKeyOf(first)),
    checkpointDepths: [depth],
    displayName:
      `critical gain of ${lawLabel(network.weights, network)} ${width}×${depth}, ` +
      `α ${negativeSlope}`,
    stoppingRule: {
      precision: {
        lyapunovExponent: precision,
        minimumReplicaCount,
        maximumReplicaCount: Math.min(MOST_REPLICAS, Math.max(enough, minimumReplicaCount)),
      },
    },
  });
}

/** The seed of the first run, of 64 bits. */
function seedOf(key: string): bigint {
  return createHash("sha256").update(`critical gain ${key}`).digest().readBigUInt64BE();
}
