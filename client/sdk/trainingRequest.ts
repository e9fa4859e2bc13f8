import {
  parseTrainingFields,
  type TrainingFields,
  type TrainingInput,
} from "../../shared/kinds/training/specification.ts";
import type { PropagationFields } from "../../shared/kinds/propagation/specification.ts";
import { uniformCriticalGain } from "../../shared/initialization/uniformGain.ts";
import type { NetworkInput } from "../../shared/network/networkInput.ts";
import { isIsotropic, WEIGHT_LAWS } from "../../shared/network/weights.ts";
import { needsCriticalGain, parseRequest } from "./criticalGain.ts";

/** A training, in which the gain of the stack may still have to be found. */
export interface TrainingRequest {
  /** The training; where its gain is to be found, it has the gain `he` in its place. */
  readonly fields: TrainingFields;
  /** A run of the stack by which its critical gain is found; undefined where it is known. */
  readonly calibrated: PropagationFields | undefined;
}

/**
 * Reads a training, in which the gain `lyapunov` is allowed for every weight law. Where the law has
 * no closed form, the gain of uniform weights is that of a table, and a run finds that of others before
 * the training is submitted.
 *
 * @throws ValidationError naming every bad field by its path, for example `training.step_count`.
 */
export function parseTrainingRequest(input: TrainingInput): TrainingRequest {
  const { network = {} } = input;
  const law = WEIGHT_LAWS.find((each) => each === network.weights);
  const known = tabulatedGain(network);
  if (known !== undefined) {
    const fields = parseTrainingFields({ ...input, network: { ...network, gain: known } });
    return { fields, calibrated: undefined };
  }
  if (network.gain !== "lyapunov" || law === undefined || isIsotropic(law)) {
    return { fields: parseTrainingFields(input), calibrated: undefined };
  }
  const fields = parseTrainingFields({ ...input, network: { ...network, gain: "he" } });
  const calibrated = parseRequest({
    network,
    seed: fields.seed,
    stoppingRule: { replicaCount: 2 },
  });
  return { fields, calibrated: needsCriticalGain(calibrated) ? calibrated : undefined };
}

/** The critical gain of uniform weights, of which there is a table; undefined for what has none. */
function tabulatedGain({ weights, gain, width, negativeSlope }: NetworkInput): number | undefined {
  const isTabulated =
    weights === "uniform" &&
    gain === "lyapunov" &&
    typeof width === "number" &&
    typeof negativeSlope === "number" &&
    Number.isInteger(width) &&
    width >= 1 &&
    Number.isFinite(negativeSlope);
  return isTabulated ? uniformCriticalGain(width, negativeSlope).gain : undefined;
}

/** Puts the gains that runs have found into the trainings, in the order of those that need one. */
export function withFoundGains(
  requests: readonly TrainingRequest[],
  found: readonly PropagationFields[],
): TrainingFields[] {
  const gains = found.values();
  return requests.map(({ fields, calibrated }) => {
    const network = calibrated === undefined ? undefined : gains.next().value?.network;
    return network === undefined ? fields : { ...fields, network };
  });
}
