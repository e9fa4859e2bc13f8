import type { Network } from "../../network/network.ts";
import type { NetworkInput } from "../../network/networkInput.ts";
import type { BackendName } from "../../specification/backends.ts";
import {
  readCommonFields,
  type CommonFields,
  type CommonInput,
} from "../../specification/commonFields.ts";
import { replicaLimit, type StoppingRule } from "../../specification/stoppingRule.ts";
import { FieldReader, refused } from "../../specification/violations.ts";
import { count } from "../../text/counts.ts";
import type { Training } from "../../training/training.ts";
import type { Kind } from "../kind.ts";
import { readTrainedNetwork } from "./trainedNetwork.ts";
import { readCheckpointSteps, readTraining, type TrainingFieldsInput } from "./trainingInput.ts";

/** Largest width of a network that is trained. */
const MAXIMUM_WIDTH = 256;
/** Largest depth of a network that is trained. */
const MAXIMUM_DEPTH = 1_000;
/** Most weights of the deep stack: all replicas of a shard are in memory with their gradients. */
const MAXIMUM_WEIGHTS = 2 ** 20;
/** Most weights of the stack times steps: such a replica takes a processor hours. */
const MAXIMUM_WEIGHT_STEPS = 1e11;

/** Most networks that a run draws: their index is one 32-bit word of the random counter. */
const MAXIMUM_DRAWN_COUNT = 2 ** 32;

/** The backends that train. */
export const TRAINING_BACKENDS: readonly BackendName[] = [
  "reference",
  "simd",
  "tensorflow",
  "tensorflow_wasm",
];

/** The quantities that a training estimates after its last step. */
export const TRAINING_QUANTITIES = [
  { name: "medianTestLoss", symbol: "the median test loss" },
  { name: "bestMedianTestLoss", symbol: "the median test loss of the best 80 %" },
  { name: "medianTrainingLoss", symbol: "the median training loss" },
  { name: "medianLogTestLoss", symbol: "the median log of the test loss" },
  { name: "divergedShare", symbol: "the share that diverged" },
  { name: "stuckShare", symbol: "the share that is stuck" },
] as const;

export type TrainingQuantity = (typeof TRAINING_QUANTITIES)[number]["name"];

/** The specification of a training, validated, with defaults filled in. */
export interface TrainingSpecification extends CommonFields {
  readonly kind: Kind;
  /** The deep narrow stack as it is drawn. */
  readonly network: Network;
  readonly training: Training;
  /** Numbers of steps after which sums are kept, ascending; the last is the training's. */
  readonly checkpointSteps: readonly number[];
  readonly stoppingRule: StoppingRule<TrainingQuantity>;
}

/** A training's specification without its kind, which a client that asks for a run does not need. */
export type TrainingFields = Omit<TrainingSpecification, "kind">;

/** The fields from a file or the wire, where nothing is trusted. */
export interface TrainingInput extends CommonInput {
  readonly network?: NetworkInput;
  readonly training?: TrainingFieldsInput;
  /** Steps after which sums are kept; about 40 of them by default. */
  readonly checkpointSteps?: readonly unknown[];
  /** Refused: layers are always drawn as matrices. */
  readonly sampling?: unknown;
  /** Refused: checkpoints are steps. */
  readonly checkpointDepths?: readonly unknown[];
  /** Refused: no layers are left out. */
  readonly burnIn?: unknown;
  /** Refused: no layers are left out. */
  readonly withoutBurnIn?: boolean;
  /** Refused: this kind has fields of its own. */
  readonly parameters?: unknown;
}

/**
 * Reads a training's specification, except for its kind.
 *
 * @throws ValidationError naming every bad field by its path, for example `training.step_count`.
 */
export function parseTrainingFields(input: TrainingInput): TrainingFields {
  const reader = new FieldReader();
  refuseForeign(reader, input);
  const network = readTrainedNetwork(reader, input.network);
  const training = readTraining(reader, input.training);
  refuseLarge(reader, input, network, training);
  const limited = withinReplicas(input, training);
  const common = readCommonFields(reader, limited, TRAINING_QUANTITIES, TRAINING_BACKENDS);
  refuseManyCandidates(reader, common.stoppingRule, training);
  const { stepCount } = training;
  const checkpointSteps = readCheckpointSteps(reader, input.checkpointSteps ?? [], stepCount);
  reader.finish();
  return { ...common, network, training, checkpointSteps };
}

/** Refuses the fields of other kinds. */
function refuseForeign(reader: FieldReader, input: TrainingInput): void {
  const refuse = (field: string, remedy = "leave it out") => {
    reader.refuse(field, `it is not allowed for training; ${remedy}`);
  };
  if (input.sampling !== undefined) refuse("sampling");
  if (input.checkpointDepths !== undefined && input.checkpointDepths.length > 0) {
    refuse("checkpoint_depths", "give training.checkpoint_steps");
  }
  if (input.burnIn !== undefined) refuse("burn_in");
  if (input.withoutBurnIn === true) refuse("without_burn_in");
  if (input.parameters !== undefined) refuse("parameters");
}

/**
 * The input with a precision's default limit at which replicas still have numbers for all of their
 * candidates.
 */
function withinReplicas(input: TrainingInput, { candidateCount }: Training): TrainingInput {
  const { replicaCount, precision } = input.stoppingRule ?? {};
  if (precision === undefined || replicaCount !== undefined) return input;
  const most = Math.floor(MAXIMUM_DRAWN_COUNT / candidateCount);
  const { maximumReplicaCount = most } = precision;
  return { ...input, stoppingRule: { precision: { ...precision, maximumReplicaCount } } };
}

function refuseManyCandidates(
  reader: FieldReader,
  rule: StoppingRule,
  { candidateCount }: Training,
): void {
  if (replicaLimit(rule) * candidateCount <= MAXIMUM_DRAWN_COUNT) return;
  const most = Math.floor(MAXIMUM_DRAWN_COUNT / replicaLimit(rule));
  reader.refuse(
    "training.candidate_count",
    `${refused(candidateCount)} with ${count(replicaLimit(rule))} replicas, since each candidate ` +
      `is a network of its own; give at most ${count(most)}, or fewer replicas`,
  );
}

/** Refuses networks whose batches would not fit into memory, and trainings that would take days. */
function refuseLarge(
  reader: FieldReader,
  { network: given, training: asked }: TrainingInput,
  { width, depth }: Network,
  { stepCount }: Training,
): void {
  // What is no positive integer is refused already.
  const isWide = isCount(given?.width) && width > MAXIMUM_WIDTH;
  const isDeep = isCount(given?.depth) && depth > MAXIMUM_DEPTH;
  if (isWide) refuseBeyond(reader, "network.width", given?.width, MAXIMUM_WIDTH);
  if (isDeep) refuseBeyond(reader, "network.depth", given?.depth, MAXIMUM_DEPTH);
  if (isWide || isDeep || !isCount(given?.width) || !isCount(given.depth)) return;
  const weights = width * width * depth;
  if (weights > MAXIMUM_WEIGHTS) {
    const most = Math.floor(MAXIMUM_WEIGHTS / width / width);
    const where = `for training where the width is ${width}`;
    reader.refuse(
      "network.depth",
      `${refused(depth)} ${where}; give at most ${count(most)}, or a smaller width`,
    );
  } else if (isCount(asked?.stepCount) && weights * stepCount > MAXIMUM_WEIGHT_STEPS) {
    const most = Math.floor(MAXIMUM_WEIGHT_STEPS / weights);
    reader.refuse(
      "training.step_count",
      `${refused(stepCount)} with ${count(weights)} weights; ` +
        `give at most ${count(most)}, or a smaller network`,
    );
  }
}

function refuseBeyond(reader: FieldReader, field: string, value: unknown, most: number): void {
  reader.refuse(field, `${refused(value)} for training; give an integer from 1 to ${count(most)}`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}
