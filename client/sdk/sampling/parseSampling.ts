import {
  parseSamplingFields,
  type SamplingFields,
} from "../../../shared/kinds/samplingInitialization/specification.ts";
import type { NetworkInput } from "../../../shared/network/networkInput.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { InputError } from "../errors.ts";
import type { InitializationPlan } from "../initialization/plan.ts";
import type { InitializationRequest } from "../initialization/request.ts";
import type { Typed } from "../runInput.ts";

/** What is asked of candidates; none of it is checked yet. */
export interface SamplingOptions {
  /** How many are drawn; `auto` for √depth of them. */
  readonly candidates?: Typed;
  readonly probes?: Typed;
  readonly seed?: Typed | bigint;
  readonly backend?: Typed;
}

/** What fields of a run are called by whoever asks for candidates. */
const NAMES: Readonly<Record<string, string>> = {
  "stopping_rule.replica_count": "candidates",
  "sampling_initialization.probe_count": "probes",
};

/**
 * Reads what is to be sampled, at the critical gain.
 *
 * @param plan where the gain is; undefined where a run has still to find it
 * @throws ValidationError naming every bad field; InputError where layers differ in their shape
 */
export function parseSampling(
  request: InitializationRequest,
  plan: InitializationPlan | undefined,
  { candidates, probes, seed = 0, backend }: SamplingOptions,
): SamplingFields {
  const [first] = request.layers;
  if (!request.isSquare || first === undefined) {
    throw new InputError(
      "--candidates: candidates with layers whose width changes cannot be drawn; give --width and " +
        "--depth, or leave --candidates out",
    );
  }
  const { depth, negativeSlope, law } = request;
  try {
    return parseSamplingFields({
      network: { width: first.fanIn, depth, negativeSlope, ...law, ...gainOf(plan) },
      seed,
      probeCount: probes,
      ...(backend !== undefined && { backend }),
      ...(candidates !== undefined &&
        candidates !== "auto" && { stoppingRule: { replicaCount: candidates } }),
    });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(
      error.violations.map(({ field, description }) => ({
        field: NAMES[field] ?? field,
        description,
      })),
    );
  }
}

/** The critical gain of a plan; any number where it is not known yet. */
function gainOf(plan: InitializationPlan | undefined): Partial<NetworkInput> {
  const [layer] = plan?.layers ?? [];
  if (layer === undefined) return { gain: 1 };
  const { criticalGain, standardError } = layer;
  const run = plan?.run ?? null;
  if (standardError === null || run === null) return { namedGain: "lyapunov" };
  return { gain: criticalGain, namedGain: "lyapunov", gainCalibration: { run, standardError } };
}
