import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../shared/kinds/propagation/specification.ts";
import type { Estimate } from "../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";

const { responseSerialize, responseDeserialize } = SimulationService.service.GetRun;

/** A specification that needs only what a test cares for. */
function specification(input: PropagationInput = {}): PropagationSpecification {
  return parsePropagation({
    stoppingRule: { replicaCount: 1000 },
    ...input,
    network: {
      width: 8,
      depth: 100,
      negativeSlope: 0.01,
      weights: "gaussian",
      gain: "he",
      ...input.network,
    },
  });
}

/** A run as a client receives it. */
export function received(fields: Run, input: PropagationInput = {}): Run__Output {
  const run: Run = {
    name: "runs/abc",
    state: "RUN_STATE_SUCCEEDED",
    ...specificationToMessage(specification(input)),
    ...fields,
  };
  const response = responseDeserialize(responseSerialize({ run }));
  if (response.run === null) throw new Error("a run was sent and none arrived");
  return response.run;
}

/** An estimate with an interval of two standard errors. */
export function estimate(value: number, standardError: number): Estimate {
  return {
    estimate: value,
    standardError,
    lower: value - 2 * standardError,
    upper: value + 2 * standardError,
    level: 0.95,
    method: "student_t",
  };
}
