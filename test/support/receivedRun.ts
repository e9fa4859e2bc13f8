import type { PropagationSpecification } from "../../shared/kinds/propagation/specification.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../shared/kinds/propagation/specification.ts";
import type { Estimate } from "../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { structFromJson } from "../../shared/wire/struct.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";

const { responseSerialize, responseDeserialize } = SimulationService.service.GetRun;

/** Makes a specification from the fields that a test cares about. */
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
  return overTheWire(run);
}

/** A run of a kind that the client does not know, as it receives it. */
export function otherKindOfRun(fields: Run = {}): Run__Output {
  return overTheWire({
    name: "runs/abc",
    state: "RUN_STATE_SUCCEEDED",
    // Numbers without a name pass through the wire; the generated type knows named ones only.
    kind: 1000 as unknown as NonNullable<Run["kind"]>,
    parameters: structFromJson({ bias: 0.25, coin: "euro" }),
    backend: "BACKEND_REFERENCE",
    seed: "7",
    replicaCount: 4096,
    shardCount: 1,
    estimates: { bias: estimate(0.26, 0.01) },
    ...fields,
  });
}

function overTheWire(run: Run): Run__Output {
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
