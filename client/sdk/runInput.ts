import type { NetworkInput } from "../../shared/network/networkInput.ts";
import type { PropagationInput } from "../../shared/kinds/propagation/specification.ts";
import type { StoppingRuleInput } from "../../shared/specification/stoppingRuleInput.ts";

/** Defaults of a run's flags, and of the fields of a sweep file. */
export const RUN_DEFAULTS = {
  depth: 200,
  negativeSlope: 0.01,
  weights: "gaussian",
  gain: "he",
  seed: 0,
  replicas: 65_536,
} as const;

/** A value as typed: a number, or a text that validation takes or names. */
export type Typed = number | bigint | string;

export interface NetworkFlags {
  readonly width?: Typed;
  readonly depth: Typed;
  readonly negativeSlope: Typed;
  readonly weights: Typed;
  readonly degreesOfFreedom?: Typed;
  readonly density?: Typed;
  readonly gain: Typed;
}

export interface StoppingFlags {
  readonly replicas?: Typed;
  readonly precision?: Typed;
  readonly variancePrecision?: Typed;
  readonly minimumReplicas?: Typed;
  readonly maximumReplicas?: Typed;
}

export interface RunFlags extends NetworkFlags, StoppingFlags {
  readonly seed: Typed;
  readonly sampling?: Typed;
  readonly backend?: Typed;
  readonly checkpoints?: readonly Typed[];
  readonly burnIn?: Typed;
  readonly level?: Typed;
  readonly displayName?: Typed;
}

/** Converts flags, or fields of a sweep file, to the input of the specification's validation. */
export function runInput(flags: RunFlags): PropagationInput {
  return {
    network: networkInput(flags),
    seed: flags.seed,
    stoppingRule: stoppingRuleInput(flags) ?? { replicaCount: RUN_DEFAULTS.replicas },
    ...(flags.sampling !== undefined && { sampling: flags.sampling }),
    ...(flags.backend !== undefined && { backend: flags.backend }),
    ...(flags.checkpoints !== undefined && { checkpointDepths: flags.checkpoints }),
    ...(flags.burnIn !== undefined && { burnIn: flags.burnIn }),
    ...(flags.level !== undefined && { level: flags.level }),
    ...(flags.displayName !== undefined && { displayName: flags.displayName }),
  };
}

export function networkInput(flags: NetworkFlags): NetworkInput {
  const { width, depth, negativeSlope, weights, degreesOfFreedom, density, gain } = flags;
  return { width, depth, negativeSlope, weights, degreesOfFreedom, density, gain };
}

/** Converts the flags that say when to stop; undefined if there are none. */
export function stoppingRuleInput(flags: StoppingFlags): StoppingRuleInput | undefined {
  const { replicas, precision, variancePrecision, minimumReplicas, maximumReplicas } = flags;
  const wantsPrecision = [precision, variancePrecision, minimumReplicas, maximumReplicas].some(
    (flag) => flag !== undefined,
  );
  if (!wantsPrecision && replicas === undefined) return undefined;
  return {
    ...(replicas !== undefined && { replicaCount: replicas }),
    ...(wantsPrecision && {
      precision: {
        ...(precision !== undefined && { lyapunovExponent: precision }),
        ...(variancePrecision !== undefined && { variance: variancePrecision }),
        ...(minimumReplicas !== undefined && { minimumReplicaCount: minimumReplicas }),
        ...(maximumReplicas !== undefined && { maximumReplicaCount: maximumReplicas }),
      },
    }),
  };
}
