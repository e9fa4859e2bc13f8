import { targetsOf, type StoppingRule } from "../specification/stoppingRule.ts";
import type { StoppingRuleInput } from "../specification/stoppingRuleInput.ts";
import type {
  StoppingRule as StoppingRuleMessage,
  StoppingRule__Output,
} from "./generated/lyapunov/v1/StoppingRule.ts";

/** Reads a client's stopping rule; a proto3 zero in an optional field counts as not given. */
export function stoppingRuleInputFromMessage(rule: StoppingRule__Output): StoppingRuleInput {
  const { precision } = rule;
  if (rule.rule === "replicaCount") return { replicaCount: integerOf(rule.replicaCount) };
  if (rule.rule !== "precision" || !precision) return {};
  return {
    precision: {
      targets: precision.targets,
      lyapunovExponent: precision.lyapunovExponent,
      variance: precision.variance,
      minimumReplicaCount: countOf(precision.minimumReplicaCount),
      maximumReplicaCount: countOf(precision.maximumReplicaCount),
    },
  };
}

function countOf(value: string): number | bigint | undefined {
  return value === "0" ? undefined : integerOf(value);
}

/** A number; one that is too large to be exact is refused later, and is shown as it was sent. */
function integerOf(value: string | undefined): number | bigint {
  const number = Number(value);
  return value === undefined || Number.isSafeInteger(number) ? number : BigInt(value);
}

/** Converts a rule to its message, in which two quantities have fields of their own. */
export function stoppingRuleToMessage(rule: StoppingRule): StoppingRuleMessage {
  if (rule.kind === "replicas") return { replicaCount: rule.replicaCount };
  const { minimumReplicaCount, maximumReplicaCount } = rule.precision;
  const { lyapunovExponent, variance, ...targets } = Object.fromEntries(targetsOf(rule.precision));
  return {
    precision: {
      ...(lyapunovExponent !== undefined && { lyapunovExponent }),
      ...(variance !== undefined && { variance }),
      ...(Object.keys(targets).length > 0 && { targets }),
      minimumReplicaCount,
      maximumReplicaCount,
    },
  };
}
