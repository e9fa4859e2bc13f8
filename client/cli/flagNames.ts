import type { FieldViolation } from "../../shared/specification/violations.ts";

/** Flags whose names do not follow from the field's. */
const FLAGS: Readonly<Record<string, string>> = {
  stopping_rule: "--replicas",
  "stopping_rule.replica_count": "--replicas",
  "stopping_rule.precision": "--precision",
  "stopping_rule.precision.lyapunov_exponent": "--precision",
  "stopping_rule.precision.variance": "--variance-precision",
  "stopping_rule.precision.minimum_replica_count": "--minimum-replicas",
  "stopping_rule.precision.maximum_replica_count": "--maximum-replicas",
  checkpoint_depths: "--checkpoints",
  "network.named_gain": "--gain",
};

/** The flag of a field: `run.network.negative_slope` → `--negative-slope`. */
function flagOf(field: string): string {
  const path = field.replace(/^run\./, "").replace(/\[\d+\]$/, "");
  return FLAGS[path] ?? `--${path.replace(/^.*\./, "").replaceAll("_", "-")}`;
}

/**
 * Refused fields as one sentence in the words of the command line.
 *
 * @param omittedCount refused fields that are not listed.
 */
export function flagSentence(violations: readonly FieldViolation[], omittedCount = 0): string {
  const sentences = violations.map(({ field, description }) => `${flagOf(field)}: ${description}`);
  if (omittedCount > 0) sentences.push(`and ${omittedCount} more fields`);
  return sentences.join("; ");
}
