import { survivalBound } from "../../network/extinction.ts";
import { burnInByRule } from "../../network/burnIn.ts";
import type { Network } from "../../network/network.ts";
import { readNetwork, readSampling, type NetworkInput } from "../../network/networkInput.ts";
import type { Sampling } from "../../network/weights.ts";
import {
  readCommonFields,
  type CommonFields,
  type CommonInput,
} from "../../specification/commonFields.ts";
import type { StoppingRule } from "../../specification/stoppingRule.ts";
import type { Quantity } from "../../specification/stoppingRuleInput.ts";
import { BACKENDS } from "../../specification/backends.ts";
import { FieldReader, refused } from "../../specification/violations.ts";
import { count, counted } from "../../text/counts.ts";
import { significant } from "../../text/numbers.ts";
import type { Kind } from "../kind.ts";
import { hasIsotropicSampling, refuseUnable } from "./capabilities.ts";
import { canPropagateAtAll, PROPAGATION_RUN_BACKENDS } from "./propagationBackends.ts";

/** Most depths that may be asked for, beside the network's own. */
export const MAXIMUM_CHECKPOINTS = 64;

/** The names of λ and σ², the quantities that propagation estimates. */
export type PropagationQuantity = "lyapunovExponent" | "variance";

/** The quantities that a precision may be asked of. */
export const QUANTITIES: readonly (Quantity & { readonly name: PropagationQuantity })[] = [
  { name: "lyapunovExponent", symbol: "λ̂" },
  { name: "variance", symbol: "σ̂²" },
];

/** The specification of a propagation run, validated, with defaults filled in. */
export interface PropagationSpecification extends CommonFields {
  readonly kind: Kind;
  readonly network: Network;
  readonly sampling: Sampling;
  /** Depths at which sums are kept, ascending; the last is the network's depth. */
  readonly checkpointDepths: readonly number[];
  /** Layers whose growth is left out of the estimates. */
  readonly burnIn: number;
  readonly stoppingRule: StoppingRule<PropagationQuantity>;
}

/**
 * A specification without its kind, which would bring the statistics along; a client that asks for a
 * run needs no more.
 */
export type PropagationFields = Omit<PropagationSpecification, "kind">;

/** The fields from a command line, a sweep file or the wire, where nothing is trusted. */
export interface PropagationInput extends CommonInput {
  readonly network?: NetworkInput;
  readonly sampling?: unknown;
  readonly checkpointDepths?: readonly unknown[];
  /** Layers to leave out; by rule where none is given. */
  readonly burnIn?: unknown;
  /** Refused: this kind has fields of its own. */
  readonly parameters?: unknown;
  /** Refused: it says how to train, and this kind does not. */
  readonly training?: unknown;
  /** True for no burn-in, whatever the rule says; as good as a burn-in of 0. */
  readonly withoutBurnIn?: boolean;
}

/**
 * Reads a specification, except for its kind.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`.
 */
export function parseFields(input: PropagationInput): PropagationFields {
  const reader = new FieldReader();
  const network = readNetwork(reader, input.network);
  const checkpoints = input.checkpointDepths ?? [];
  const burnIn = readBurnIn(reader, input, network, checkpoints);
  if (input.parameters !== undefined) {
    reader.refuse("parameters", "they are not allowed for propagation; leave them out");
  }
  if (input.training !== undefined) {
    // Whoever forgets the kind would otherwise get an answer to another question.
    reader.refuse("training", "it is not allowed for propagation; give the kind training");
  }
  const common = readCommonFields(
    reader,
    { ...input, backend: readBackend(reader, input.backend) },
    QUANTITIES,
    PROPAGATION_RUN_BACKENDS,
  );
  refuseHopelessPrecision(reader, network, common.stoppingRule);
  const { backend } = common;
  const sampling = readSampling(reader, input.sampling, network, hasIsotropicSampling(backend));
  refuseUnable(reader, backend, { network, sampling });
  const fields = {
    ...common,
    network,
    sampling,
    checkpointDepths: readCheckpoints(reader, checkpoints, burnIn, network.depth),
    burnIn,
  };
  reader.finish();
  return fields;
}

/** Refuses a backend that only trains; what is no backend at all is left to the common fields. */
function readBackend(reader: FieldReader, value: unknown): unknown {
  const onlyTrains = BACKENDS.some((name) => name === value && !canPropagateAtAll(name));
  if (!onlyTrains) return value;
  const others = PROPAGATION_RUN_BACKENDS.filter((name) => name !== "reference");
  reader.refuse(
    "backend",
    `${refused(value)} here: it only trains; give one of ${others.join(", ")}`,
  );
  return undefined;
}

function readBurnIn(
  reader: FieldReader,
  { burnIn, withoutBurnIn }: PropagationInput,
  network: Network,
  checkpoints: readonly unknown[],
): number {
  if (withoutBurnIn === true && burnIn !== undefined) {
    reader.refuse("without_burn_in", "true is not allowed beside a burn_in; give only one of them");
  }
  const value = withoutBurnIn === true ? 0 : (burnIn ?? defaultBurnIn(network, checkpoints));
  return reader.integer("burn_in", value, 0, network.depth - 1);
}

/** The burn-in by rule, which gives way to checkpoints: whoever asks for a layer may see it. */
function defaultBurnIn(network: Network, checkpoints: readonly unknown[]): number {
  const depths = checkpoints.filter((depth) => typeof depth === "number" && depth >= 1);
  return Math.min(burnInByRule(network), ...depths.map((depth) => Number(depth) - 1));
}

/** The specification that version 0.1, which had no rule for burn-ins, made of the same request. */
export function asReadByVersion01(
  specification: PropagationSpecification,
): PropagationSpecification {
  const { network, burnIn, checkpointDepths } = specification;
  if (burnIn === 0) return specification;
  if (String(checkpointDepths) !== String(defaultDepths(burnIn, network.depth))) {
    const isByRule = burnIn === defaultBurnIn(network, checkpointDepths);
    return isByRule ? { ...specification, burnIn: 0 } : specification;
  }
  return burnIn === burnInByRule(network)
    ? { ...specification, burnIn: 0, checkpointDepths: defaultDepths(0, network.depth) }
    : specification;
}

function refuseHopelessPrecision(reader: FieldReader, network: Network, rule: StoppingRule): void {
  if (rule.kind !== "precision") return;
  const { width, depth, negativeSlope, weights } = network;
  const { minimumReplicaCount, maximumReplicaCount } = rule.precision;
  const survivors = maximumReplicaCount * survivalBound(network);
  // This may not be a number if another field was refused.
  if (!(survivors < minimumReplicaCount)) return;
  const canVanish = weights === "sparse_gaussian" || weights === "rademacher";
  reader.refuse(
    "stopping_rule.precision",
    `of ${count(maximumReplicaCount)} replicas ${canVanish ? "at most" : "about"} ` +
      `${significant(survivors, 2)} survive ${count(depth)} layers of ` +
      `${counted(width, negativeSlope === 0 ? "ReLU" : "unit")}, and ${count(minimumReplicaCount)} are needed; ` +
      `give a smaller depth, a greater width${weights === "sparse_gaussian" ? " or density" : ""} ` +
      `or a number of replicas`,
  );
}

function readCheckpoints(
  reader: FieldReader,
  values: readonly unknown[],
  burnIn: number,
  depth: number,
): number[] {
  // The network's own depth, which is on the output of every run, does not count.
  const given = values.filter((value) => value !== depth).length;
  if (given > MAXIMUM_CHECKPOINTS) {
    reader.refuse(
      "checkpoint_depths",
      `${given} depths are too many; give at most ${MAXIMUM_CHECKPOINTS}`,
    );
    return [depth];
  }
  if (values.length === 0) return defaultDepths(burnIn, depth);
  const depths = values.map((value, i) =>
    reader.integer(`checkpoint_depths[${i}]`, value, burnIn + 1, depth),
  );
  return [...new Set([...depths, depth])].toSorted((a, b) => a - b);
}

/** The powers of two above the burn-in, and the depth. */
function defaultDepths(burnIn: number, depth: number): number[] {
  return [...new Set([...powersOfTwo(burnIn, depth), depth])];
}

function powersOfTwo(above: number, limit: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= limit; power *= 2) if (power > above) powers.push(power);
  return powers;
}
