import { TARGET_FIELDS, targetField, type Precision, type StoppingRule } from "./stoppingRule.ts";
import { FieldReader } from "./violations.ts";

/** Most replicas of a run: the replica index is one 32-bit word of the random counter. */
const MAXIMUM_REPLICA_COUNT = 2 ** 32;
const MINIMUM_REPLICA_COUNT = 2;
const DEFAULT_MINIMUM_REPLICA_COUNT = 1024;

/** A quantity that runs estimate, and whose precision a stopping rule may ask for. */
export interface Quantity {
  /** The name in code and JSON, for example `lyapunovExponent`. */
  readonly name: string;
  /** The sign of its estimate in sentences for people, for example `λ̂`. */
  readonly symbol: string;
}

/** A stopping rule as it comes from outside, where nothing is trusted. */
export interface StoppingRuleInput {
  readonly replicaCount?: unknown;
  readonly precision?: PrecisionInput;
}

/** Bounds on the replicas, and the largest standard errors of some quantities by name. */
export interface PrecisionInput {
  readonly minimumReplicaCount?: unknown;
  readonly maximumReplicaCount?: unknown;
  /** Further quantities, from the contract's map: only of those that have no field there. */
  readonly targets?: Readonly<Record<string, unknown>> | undefined;
  readonly [quantity: string]: unknown;
}

/**
 * Reads a stopping rule.
 *
 * @param quantities the quantities whose precision the rule may ask for.
 * @throws ValidationError naming every bad field by its path, like `stopping_rule.replica_count`.
 */
export function parseStoppingRule(
  input: StoppingRuleInput,
  quantities: readonly Quantity[],
): StoppingRule {
  const reader = new FieldReader();
  const rule = readStoppingRule(reader, input, quantities);
  reader.finish();
  return rule;
}

export function readStoppingRule(
  reader: FieldReader,
  input: StoppingRuleInput,
  quantities: readonly Quantity[],
): StoppingRule {
  const { replicaCount, precision } = input;
  if (precision !== undefined && replicaCount === undefined) {
    return { kind: "precision", precision: readPrecision(reader, precision, quantities) };
  }
  if (precision !== undefined) {
    reader.refuse(
      "stopping_rule",
      "a replica count and a precision are given; give only one of them",
    );
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
  {
    minimumReplicaCount: minimum,
    maximumReplicaCount: maximum,
    targets: further = {},
    ...asked
  }: PrecisionInput,
  quantities: readonly Quantity[],
): Precision {
  const path = "stopping_rule.precision";
  const given = Object.entries({ ...further, ...asked }).filter(
    ([, target]) => target !== undefined,
  );
  for (const quantity of Object.keys(further)) refuseMisplaced(reader, path, quantity);
  if (given.length === 0) {
    const symbols = quantities.map(({ symbol }) => symbol).join(" or of ");
    reader.refuse(path, `no target is given; give a standard error of ${symbols}`);
  }
  const count = (name: string, value: unknown, least: number) =>
    reader.integer(`${path}.${name}`, value, least, MAXIMUM_REPLICA_COUNT);
  const maximumReplicaCount = count(
    "maximum_replica_count",
    maximum ?? MAXIMUM_REPLICA_COUNT,
    MINIMUM_REPLICA_COUNT,
  );
  const minimumReplicaCount = count(
    "minimum_replica_count",
    minimum ?? Math.min(DEFAULT_MINIMUM_REPLICA_COUNT, maximumReplicaCount),
    MINIMUM_REPLICA_COUNT,
  );
  if (minimumReplicaCount > maximumReplicaCount) {
    reader.refuse(
      `${path}.minimum_replica_count`,
      `${minimumReplicaCount} is more than the maximum, ${maximumReplicaCount}; give less`,
    );
  }
  const targets = given.map(([quantity, target]): [string, number] => {
    const field = `${path}.${targetField(quantity)}`;
    if (quantities.every(({ name }) => name !== quantity)) {
      const fields = quantities.map(({ name }) => targetField(name)).join(", ");
      reader.refuse(field, `no such quantity is estimated; give ${fields}`);
      return [quantity, NaN];
    }
    return [
      quantity,
      reader.number(field, target, "a positive finite number", (error) => error > 0),
    ];
  });
  return { ...Object.fromEntries(targets), minimumReplicaCount, maximumReplicaCount };
}

/** Refuses a target in the map that has a field of its own: it might contradict that. */
function refuseMisplaced(reader: FieldReader, path: string, quantity: string): void {
  if (!Object.hasOwn(TARGET_FIELDS, quantity)) return;
  const own = `${path}.${targetField(quantity)}`;
  reader.refuse(`${path}.targets.${quantity}`, `it is not allowed here; give it as ${own}`);
}
