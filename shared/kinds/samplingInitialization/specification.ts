import type { Network } from "../../network/network.ts";
import { readNetwork, type NetworkInput } from "../../network/networkInput.ts";
import { defaultCandidateCount } from "../../sampling/candidates.ts";
import type { BackendName } from "../../specification/backends.ts";
import {
  readCommonFields,
  type CommonFields,
  type CommonInput,
} from "../../specification/commonFields.ts";
import type { StoppingRule } from "../../specification/stoppingRule.ts";
import { FieldReader, refused } from "../../specification/violations.ts";
import { count } from "../../text/counts.ts";
import type { Kind } from "../kind.ts";

/** Most probe inputs of a run. */
const MAXIMUM_PROBES = 1024;
const DEFAULT_PROBES = 16;
/** Largest depth of a candidate: the growth after every layer is in memory. */
const MAXIMUM_DEPTH = 1_000_000;
/** Largest width times probe inputs: a backend holds as many numbers for each of its lanes. */
const MAXIMUM_PROBE_UNITS = 2 ** 20;
/** Most weights of a candidate: to compare it takes a core some seconds, or minutes with some laws. */
const MAXIMUM_WEIGHTS = 2 ** 30;

/** The backends that compare candidates. */
export const SAMPLING_BACKENDS = ["simd", "reference"] as const satisfies readonly BackendName[];

/** What is estimated over all candidates. */
export const SAMPLING_QUANTITIES = [
  { name: "distance", symbol: "the mean distance from zero" },
  { name: "finalGrowth", symbol: "the mean final growth" },
] as const;

export type SamplingQuantity = (typeof SAMPLING_QUANTITIES)[number]["name"];

/** The specification of a sampling initialization, validated, with defaults filled in. */
export interface SamplingSpecification extends CommonFields {
  readonly kind: Kind;
  /** What candidates are drawn from. */
  readonly network: Network;
  /** Number of probe inputs that every candidate is shown. */
  readonly probeCount: number;
  /** Candidates to draw, as the rule's replicas. */
  readonly stoppingRule: StoppingRule<SamplingQuantity>;
}

/** A specification without its kind, which a client that asks for a run does not need. */
export type SamplingFields = Omit<SamplingSpecification, "kind">;

/** The fields from a command line or the wire, where nothing is trusted. */
export interface SamplingInput extends CommonInput {
  readonly network?: NetworkInput;
  readonly probeCount?: unknown;
  /** Refused: layers are always drawn as matrices. */
  readonly sampling?: unknown;
  /** Refused: candidates are compared through their whole depth. */
  readonly checkpointDepths?: readonly unknown[];
  /** Refused: no layers are left out. */
  readonly burnIn?: unknown;
  /** Refused: no layers are left out. */
  readonly withoutBurnIn?: boolean;
  /** Refused: this kind has fields of its own. */
  readonly parameters?: unknown;
  /** Refused: candidates are not trained. */
  readonly training?: unknown;
}

/**
 * Reads a specification, except for its kind.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`.
 */
export function parseSamplingFields(input: SamplingInput): SamplingFields {
  const reader = new FieldReader();
  refuseForeign(reader, input);
  const network = readNetwork(reader, withLyapunovGain(input.network));
  const probeCount = reader.integer(
    "sampling_initialization.probe_count",
    input.probeCount ?? DEFAULT_PROBES,
    1,
    MAXIMUM_PROBES,
  );
  refuseLarge(reader, input.network, network, probeCount);
  const { replicaCount, precision } = input.stoppingRule ?? {};
  const isOpen = replicaCount === undefined && precision === undefined;
  const common = readCommonFields(
    reader,
    { ...input, ...(isOpen && { stoppingRule: byDefault(network) }) },
    SAMPLING_QUANTITIES,
    [...SAMPLING_BACKENDS, "any"],
  );
  reader.finish();
  return { ...common, network, probeCount };
}

/** Candidates are drawn at the critical gain if no gain is given. */
function withLyapunovGain(network: NetworkInput | undefined): NetworkInput | undefined {
  if (network === undefined || network.namedGain !== undefined) return network;
  return network.gain === undefined ? { ...network, namedGain: "lyapunov" } : network;
}

function byDefault({ depth }: Network): { readonly replicaCount: number } {
  return { replicaCount: defaultCandidateCount(depth) };
}

/** Refuses the fields of other kinds. */
function refuseForeign(reader: FieldReader, input: SamplingInput): void {
  const refuse = (field: string) => {
    reader.refuse(field, "it is not allowed for sampling_initialization; leave it out");
  };
  // On output a run says that its layers are drawn as matrices.
  if (input.sampling !== undefined && input.sampling !== "dense") refuse("sampling");
  if (input.checkpointDepths !== undefined && input.checkpointDepths.length > 0) {
    refuse("checkpoint_depths");
  }
  if (input.burnIn !== undefined) refuse("burn_in");
  if (input.withoutBurnIn === true) refuse("without_burn_in");
  if (input.parameters !== undefined) refuse("parameters");
  if (input.training !== undefined) refuse("training");
}

/** Refuses candidates that would not fit into memory, or keep a core busy for more than minutes. */
function refuseLarge(
  reader: FieldReader,
  given: NetworkInput | undefined,
  { width, depth }: Network,
  probeCount: number,
): void {
  // What is no positive integer is refused already.
  if (given?.width !== width || given.depth !== depth) return;
  const where = "for sampling_initialization";
  const mostUnits = Math.floor(MAXIMUM_PROBE_UNITS / probeCount);
  if (width > mostUnits) {
    reader.refuse(
      "network.width",
      `${refused(width)} ${where} with ${count(probeCount)} probe inputs; ` +
        `give at most ${count(mostUnits)}, or fewer probe inputs`,
    );
  } else if (width * width > MAXIMUM_WEIGHTS) {
    reader.refuse(
      "network.width",
      `${refused(width)} ${where}; give at most ${count(Math.sqrt(MAXIMUM_WEIGHTS))}`,
    );
  } else {
    const most = Math.min(MAXIMUM_DEPTH, Math.floor(MAXIMUM_WEIGHTS / width / width));
    if (depth <= most) return;
    reader.refuse(
      "network.depth",
      `${refused(depth)} ${where} where the width is ${count(width)}; give at most ${count(most)}`,
    );
  }
}
