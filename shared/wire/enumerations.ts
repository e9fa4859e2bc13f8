import type { Backend__Output as Backend } from "./generated/lyapunov/v1/Backend.ts";
import type { LearningTask__Output as LearningTask } from "./generated/lyapunov/v1/LearningTask.ts";
import type { NamedGain__Output as NamedGain } from "./generated/lyapunov/v1/NamedGain.ts";
import type { Optimizer__Output as Optimizer } from "./generated/lyapunov/v1/Optimizer.ts";
import type { RunKind__Output as RunKind } from "./generated/lyapunov/v1/RunKind.ts";
import type { RunState__Output as RunState } from "./generated/lyapunov/v1/RunState.ts";
import type { Sampling__Output as Sampling } from "./generated/lyapunov/v1/Sampling.ts";
import type { WeightLaw__Output as WeightLaw } from "./generated/lyapunov/v1/WeightLaw.ts";

/**
 * The prefixes of names on the wire. `WEIGHT_LAW_GAUSSIAN` is written `gaussian` everywhere else;
 * states keep their capitals: `RUN_STATE_SUCCEEDED` becomes `SUCCEEDED`.
 */
const PREFIXES = {
  weights: "WEIGHT_LAW_",
  namedGain: "NAMED_GAIN_",
  sampling: "SAMPLING_",
  backend: "BACKEND_",
  kind: "RUN_KIND_",
  state: "RUN_STATE_",
  task: "LEARNING_TASK_",
  optimizer: "OPTIMIZER_",
} as const;

export type EnumerationField = keyof typeof PREFIXES;

interface WireNames {
  readonly weights: WeightLaw;
  readonly namedGain: NamedGain;
  readonly sampling: Sampling;
  readonly backend: Backend;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly task: LearningTask;
  readonly optimizer: Optimizer;
}

/** Turns `WEIGHT_LAW_GAUSSIAN` into `gaussian`, and `…_UNSPECIFIED` or nothing into undefined. */
export function shortName(
  field: EnumerationField,
  value: string | number | undefined,
): string | undefined {
  if (value === undefined || value === "") return undefined;
  const prefix = PREFIXES[field];
  // A value that has no name in this version arrives as a number.
  const name = String(value);
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  if (short === "UNSPECIFIED") return undefined;
  return field === "state" ? short : short.toLowerCase();
}

/** Turns `gaussian` into `WEIGHT_LAW_GAUSSIAN`, and undefined into `WEIGHT_LAW_UNSPECIFIED`. */
export function wireName<Field extends EnumerationField>(
  field: Field,
  short: string | undefined,
): WireNames[Field] {
  return `${PREFIXES[field]}${(short ?? "unspecified").toUpperCase()}` as WireNames[Field];
}
