const FILE_NAMES: Readonly<Record<string, string>> = {
  stopping_rule: "replicas",
  replica_count: "replicas",
  lyapunov_exponent: "precision",
  variance: "variancePrecision",
  minimum_replica_count: "minimumReplicas",
  maximum_replica_count: "maximumReplicas",
  checkpoint_depths: "checkpoints",
};

/**
 * The file's name of a field: `network.negative_slope` → `negativeSlope`, and of an entry of a list:
 * `checkpoint_depths[1]` → `checkpoints.1`.
 */
export function fieldName(field: string): string {
  const [, last = "", place] = /^(?:.*\.)?([^[]*)(?:\[(\d+)\])?$/.exec(field) ?? [];
  if (place !== undefined) return `${fieldName(last)}.${place}`;
  return FILE_NAMES[last] ?? last.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
