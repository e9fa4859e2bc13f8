import type { StoppingRule } from "./stoppingRule.ts";
import { FieldReader } from "./violations.ts";

/** The replica index fills one 32-bit word of the random counter. */
const MAXIMUM_REPLICA_COUNT = 2 ** 32;
const MINIMUM_REPLICA_COUNT = 2;
const DEFAULT_MINIMUM_REPLICA_COUNT = 1024;

/** A stopping rule as it comes from outside: nothing is trusted. */
export interface StoppingRuleInput {
  readonly replicaCount?: unknown;
  readonly precision?: {
    readonly lyapunovExponent?: unknown;
    readonly variance?: unknown;
    readonly minimumReplicaCount?: unknown;
    readonly maximumReplicaCount?: unknown;
  };
}

/** @throws ValidationError naming every field at fault, as paths such as `stopping_rule.replica_count`. */
export function parseStoppingRule(input: StoppingRuleInput): StoppingRule {
  const reader = new FieldReader();
  const rule = readStoppingRule(reader, input);
  reader.finish();
  return rule;
}

export function readStoppingRule(reader: FieldReader, input: StoppingRuleInput): StoppingRule {
  const { replicaCount, precision } = input;
  if (precision !== undefined && replicaCount === undefined) {
    return { kind: "precision", precision: readPrecision(reader, precision) };
  }
  if (precision !== undefined) {
    reader.refuse("stopping_rule", "a replica count and a precision are given; give one of them");
  } else if (replicaCount === undefined) {
    reader.refuse("stopping_rule", "nothing is given; give a replica count or a precision");
    return { kind: "replicas", replicaCount: MINIMUM_REPLICA_COUNT };
  }
  return {
    kind: "replicas",
    replicaCount: reader.integer(
      "stopping_rule.replica_count",
      replicaCount,
      MINIMUM_REPLICA_COUNT,
      MAXIMUM_REPLICA_COUNT,
    ),
  };
}

function readPrecision(
  reader: FieldReader,
  input: NonNullable<StoppingRuleInput["precision"]>,
): Extract<StoppingRule, { kind: "precision" }>["precision"] {
  const path = "stopping_rule.precision";
  const target = (name: string, value: unknown) =>
    reader.number(`${path}.${name}`, value, "a positive finite number", (error) => error > 0);
  if (input.lyapunovExponent === undefined && input.variance === undefined) {
    reader.refuse(path, "no target is given; give a standard error of λ̂ or of σ̂²");
  }
  const count = (name: string, value: unknown, minimum: number) =>
    reader.integer(`${path}.${name}`, value, minimum, MAXIMUM_REPLICA_COUNT);
  const maximumReplicaCount = count(
    "maximum_replica_count",
    input.maximumReplicaCount ?? MAXIMUM_REPLICA_COUNT,
    MINIMUM_REPLICA_COUNT,
  );
  const minimumReplicaCount = count(
    "minimum_replica_count",
    input.minimumReplicaCount ?? Math.min(DEFAULT_MINIMUM_REPLICA_COUNT, maximumReplicaCount),
    MINIMUM_REPLICA_COUNT,
  );
  if (minimumReplicaCount > maximumReplicaCount) {
    reader.refuse(
      `${path}.minimum_replica_count`,
      `${minimumReplicaCount} is more than the maximum, ${maximumReplicaCount}; give less`,
    );
  }
  return {
    ...(input.lyapunovExponent !== undefined && {
      lyapunovExponent: target("lyapunov_exponent", input.lyapunovExponent),
    }),
    ...(input.variance !== undefined && { variance: target("variance", input.variance) }),
    minimumReplicaCount,
    maximumReplicaCount,
  };
}
