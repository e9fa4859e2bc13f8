import type { ReplicaSums } from "../../statistics/replicaSums.ts";
import { wireName } from "../../wire/enumerations.ts";
import type { ChosenCandidate } from "../../wire/generated/lyapunov/v1/ChosenCandidate.ts";
import type { Kind } from "../kind.ts";
import { exactFields } from "../propagation/exactFields.ts";
import { tolerance } from "../propagation/tolerance.ts";
import { sampledWork, samplingShardSize, samplingWork } from "./costs.ts";
import { choiceOf, samplingEstimates } from "./estimates.ts";
import { samplingInputFromMessage, samplingToRun } from "./messages.ts";
import { samplingShape, samplingTaskToMessage } from "./shardTask.ts";
import {
  parseSamplingFields,
  SAMPLING_BACKENDS,
  SAMPLING_QUANTITIES,
  type SamplingInput,
  type SamplingSpecification,
} from "./specification.ts";

/** The kind that draws candidate networks, and keeps the one whose growth is nearest to zero. */
export const SAMPLING_INITIALIZATION: Kind<SamplingSpecification> = {
  name: "sampling_initialization",
  wireKind: wireName("kind", "sampling_initialization"),
  quantities: SAMPLING_QUANTITIES,
  parse: parseSampling,
  shardSize: samplingShardSize,
  replicaWork: samplingWork,
  rateKey: ({ backend, network }) => `${backend}/sampling_initialization/${network.weights}`,
  computedBy: SAMPLING_BACKENDS,
  backends: ({ backend }) =>
    SAMPLING_BACKENDS.filter((name) => backend === "any" || name === backend),
  task: samplingTaskToMessage,
  partialShape: samplingShape,
  // A root of a mean of squares moves by no more than what it is of moves at most.
  tolerance: (_, depth) => tolerance({ burnIn: 0 }, depth),
  propagation: sampledWork,
  estimates: samplingEstimates,
  inputFromMessage: samplingInputFromMessage,
  specificationFields: (specification) => ({
    ...samplingToRun(specification),
    ...exactFields(specification.network),
  }),
  estimateFields: (specification, sums) => {
    const estimates = sums && samplingEstimates(specification, sums);
    return estimates === undefined ? {} : { estimates: { ...estimates } };
  },
  conclusionFields: (specification, sums) => ({
    chosenCandidate: sums === undefined ? null : chosenCandidate(specification, sums),
  }),
  checkpointFields: () => ({}),
  chartFields: () => ({ depths: [], fluctuations: null }),
  toJSON: () => "sampling_initialization",
};

/** @throws ValidationError naming every bad field by its path, for example `network.width`. */
function parseSampling(input: SamplingInput): SamplingSpecification {
  return { kind: SAMPLING_INITIALIZATION, ...parseSamplingFields(input) };
}

function chosenCandidate(
  specification: SamplingSpecification,
  sums: ReplicaSums,
): ChosenCandidate | null {
  const choice = choiceOf(specification, sums);
  if (choice === undefined) return null;
  const { medianDistance, growthDeviation, reduction, ...chosen } = choice;
  return {
    seed: String(specification.seed),
    ...chosen,
    ...(medianDistance !== undefined && { medianDistance }),
    ...(growthDeviation !== undefined && { growthDeviation }),
    ...(reduction !== undefined && { reduction }),
  };
}
