import { lawLabel } from "../../network/weights.ts";
import { propagationOf } from "../../shard/propagation.ts";
import { wireName } from "../../wire/enumerations.ts";
import type { Kind } from "../kind.ts";
import { backendsFor } from "./capabilities.ts";
import { chartFields } from "./chartFields.ts";
import { checkpointFields } from "./checkpointFields.ts";
import { conclusionFields } from "./conclusionFields.ts";
import { replicaWork, shardSize } from "./costs.ts";
import { estimateFields, finalEstimates } from "./estimateFields.ts";
import { exactFields } from "./exactFields.ts";
import { inputFromMessage, specificationToMessage } from "./messages.ts";
import { PROPAGATION_BACKENDS } from "./propagationBackends.ts";
import { partialShape } from "./partialShape.ts";
import { shardTask } from "./shardTask.ts";
import { commonTaskToMessage } from "./shardTaskMessages.ts";
import { tolerance } from "./tolerance.ts";
import {
  asReadByVersion01,
  parseFields,
  QUANTITIES,
  type PropagationInput,
  type PropagationSpecification,
} from "./specification.ts";

const NO_REPLICAS = { firstReplica: 0, replicaCount: 0 };

/** The kind that propagates random networks and estimates λ and σ². */
export const PROPAGATION: Kind<PropagationSpecification> = {
  name: "propagation",
  wireKind: wireName("kind", "propagation"),
  computedBy: PROPAGATION_BACKENDS,
  quantities: QUANTITIES,
  parse: parsePropagation,
  shardSize,
  replicaWork,
  rateKey: ({ backend, sampling, network }) =>
    `${backend}/${sampling}/${lawLabel(network.weights, network)}`,
  backends: backendsFor,
  task: (specification) => commonTaskToMessage(shardTask(specification, NO_REPLICAS)),
  partialShape,
  tolerance,
  propagation: ({ network, backend }, replicaCount) =>
    propagationOf(network, backend, replicaCount),
  asReadByVersion01,
  estimates: finalEstimates,
  inputFromMessage,
  specificationFields: (specification) => ({
    ...specificationToMessage(specification),
    ...exactFields(specification.network),
  }),
  estimateFields,
  conclusionFields,
  checkpointFields: (specification, sums) => ({
    checkpoints: checkpointFields(specification, sums),
  }),
  chartFields,
  toJSON: () => "propagation",
};

/** @throws ValidationError naming every bad field by its path, for example `network.width`. */
export function parsePropagation(input: PropagationInput): PropagationSpecification {
  return { kind: PROPAGATION, ...parseFields(input) };
}
