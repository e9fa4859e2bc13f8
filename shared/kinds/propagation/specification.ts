import { survivalBound } from "../../network/extinction.ts";
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
import { FieldReader } from "../../specification/violations.ts";
import { count } from "../../text/counts.ts";
import { significant } from "../../text/numbers.ts";
import type { Kind } from "../kind.ts";

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
  readonly burnIn?: unknown;
  /** Refused: this kind has fields of its own. */
  readonly parameters?: unknown;
}

/**
 * Reads a specification, except for its kind.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`.
 */
export function parseFields(input: PropagationInput): PropagationFields {
  const reader = new FieldReader();
  const network = readNetwork(reader, input.network);
  const burnIn = reader.integer("burn_in", input.burnIn ?? 0, 0, network.depth - 1);
  if (input.parameters !== undefined) {
    reader.refuse("parameters", "they are not allowed for propagation; leave them out");
  }
  const common = readCommonFields(reader, input, QUANTITIES);
  refuseHopelessPrecision(reader, network, common.stoppingRule);
  const fields = {
    ...common,
    network,
    sampling: readSampling(reader, input.sampling, network),
    checkpointDepths: readCheckpoints(reader, input.checkpointDepths ?? [], burnIn, network.depth),
    burnIn,
  };
  reader.finish();
  return fields;
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
      `${significant(survivors, 2)} survive ${count(depth)} layers of ${width} ` +
      `${negativeSlope === 0 ? "ReLUs" : "units"}, and ${count(minimumReplicaCount)} are needed; ` +
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
  const count = values.filter((value) => value !== depth).length;
  if (count > MAXIMUM_CHECKPOINTS) {
    reader.refuse(
      "checkpoint_depths",
      `${count} depths are too many; give at most ${MAXIMUM_CHECKPOINTS}`,
    );
    return [depth];
  }
  const depths =
    values.length === 0
      ? powersOfTwo(burnIn, depth)
      : values.map((value, i) =>
          reader.integer(`checkpoint_depths[${i}]`, value, burnIn + 1, depth),
        );
  return [...new Set([...depths, depth])].toSorted((a, b) => a - b);
}

function powersOfTwo(above: number, limit: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= limit; power *= 2) if (power > above) powers.push(power);
  return powers;
}
