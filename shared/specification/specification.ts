import type { StoppingRule } from "./stoppingRule.ts";
import { BACKENDS, type BackendName } from "./backends.ts";
import { survivalBound } from "../network/extinction.ts";
import type { Network } from "../network/network.ts";
import { readNetwork, readSampling, type NetworkInput } from "../network/networkInput.ts";
import { readStoppingRule, type StoppingRuleInput } from "./stoppingRuleInput.ts";
import { FieldReader, refused } from "./violations.ts";
import type { Sampling } from "../network/weights.ts";

const MAXIMUM_SEED = 2n ** 64n - 1n;
const MAXIMUM_CHECKPOINTS = 64;
export const MAXIMUM_DISPLAY_NAME_LENGTH = 200;
export const MAXIMUM_SWEEP_RUNS = 2000;

/**
 * Everything that can change a run's answer, validated and with every default filled in. Two runs
 * of equal specification have equal estimates, bit for bit.
 */
export interface RunSpecification {
  readonly kind: "propagation";
  readonly network: Network;
  readonly seed: bigint;
  readonly sampling: Sampling;
  readonly backend: BackendName;
  /** Ascending; the last is the network's depth. */
  readonly checkpointDepths: readonly number[];
  /** Layers whose growth is left out of the estimates. */
  readonly burnIn: number;
  readonly stoppingRule: StoppingRule;
  /** Coverage of intervals. */
  readonly level: number;
  readonly displayName: string;
}

/** A specification as it comes from a command line, a sweep file or the wire: nothing is trusted. */
export interface RunInput {
  readonly network?: NetworkInput;
  readonly seed?: unknown;
  readonly sampling?: unknown;
  readonly backend?: unknown;
  readonly checkpointDepths?: readonly unknown[];
  readonly burnIn?: unknown;
  readonly stoppingRule?: StoppingRuleInput;
  readonly level?: unknown;
  readonly displayName?: unknown;
}

/** @throws ValidationError naming every field at fault, as paths such as `network.width`. */
export function parseRunSpecification(input: RunInput): RunSpecification {
  const reader = new FieldReader();
  const network = readNetwork(reader, input.network ?? {});
  const burnIn = reader.integer("burn_in", input.burnIn ?? 0, 0, network.depth - 1);
  const stoppingRule = readStoppingRule(reader, input.stoppingRule ?? {});
  refuseHopelessPrecision(reader, network, stoppingRule);
  const specification: RunSpecification = {
    kind: "propagation",
    network,
    seed: readSeed(reader, input.seed ?? 0n),
    sampling: readSampling(reader, input.sampling, network),
    backend: reader.oneOf("backend", input.backend ?? "simd", BACKENDS),
    checkpointDepths: readCheckpoints(reader, input.checkpointDepths ?? [], burnIn, network.depth),
    burnIn,
    stoppingRule,
    level: reader.number(
      "level",
      input.level ?? 0.95,
      "a number from 0.5 to 0.9999",
      (level) => level >= 0.5 && level <= 0.9999,
    ),
    displayName: reader.text("display_name", input.displayName ?? "", MAXIMUM_DISPLAY_NAME_LENGTH),
  };
  reader.finish();
  return specification;
}

function refuseHopelessPrecision(reader: FieldReader, network: Network, rule: StoppingRule): void {
  if (rule.kind !== "precision") return;
  const { width, depth, negativeSlope, weights } = network;
  const { minimumReplicaCount, maximumReplicaCount } = rule.precision;
  const survivors = maximumReplicaCount * survivalBound(network);
  // Where something else was refused, it may not be a number.
  if (!(survivors < minimumReplicaCount)) return;
  const canVanish = weights === "sparse_gaussian" || weights === "rademacher";
  reader.refuse(
    "stopping_rule.precision",
    `of ${maximumReplicaCount} replicas ${canVanish ? "at most" : "about"} ` +
      `${survivors.toPrecision(2)} survive ${depth} layers of ${width} ` +
      `${negativeSlope === 0 ? "ReLUs" : "units"}, and ${minimumReplicaCount} are needed; ` +
      `give a smaller depth, a greater width${weights === "sparse_gaussian" ? " or density" : ""} ` +
      `or a number of replicas`,
  );
}

function readSeed(reader: FieldReader, value: unknown): bigint {
  const seed = toBigInt(value);
  if (seed !== undefined && seed >= 0n && seed <= MAXIMUM_SEED) return seed;
  reader.refuse(
    "seed",
    `${refused(value)}; give an integer from 0 to 2⁶⁴ − 1, in quotes in a file`,
  );
  return 0n;
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value);
  return undefined;
}

function readCheckpoints(
  reader: FieldReader,
  values: readonly unknown[],
  burnIn: number,
  depth: number,
): number[] {
  if (values.length > MAXIMUM_CHECKPOINTS) {
    reader.refuse(
      "checkpoint_depths",
      `${values.length} depths are too many; give at most ${MAXIMUM_CHECKPOINTS}`,
    );
    return [depth];
  }
  const depths =
    values.length === 0
      ? powersOfTwo(burnIn, depth)
      : values.map((value) => reader.integer("checkpoint_depths", value, burnIn + 1, depth));
  return [...new Set([...depths, depth])].toSorted((a, b) => a - b);
}

function powersOfTwo(above: number, limit: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= limit; power *= 2) if (power > above) powers.push(power);
  return powers;
}
