import assert from "node:assert/strict";

import { backendsFor } from "../../../../shared/kinds/propagation/capabilities.ts";
import { NAMED_GAINS } from "../../../../shared/network/gains.ts";
import { parsePropagation } from "../../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../../shared/kinds/propagation/specification.ts";
import { isIsotropic, SAMPLINGS, WEIGHT_LAWS } from "../../../../shared/network/weights.ts";
import { SimulationService } from "../../../../shared/wire/protocol.ts";
import {
  inputFromMessage,
  specificationToMessage,
} from "../../../../shared/kinds/propagation/messages.ts";
import { lawInput } from "../../../support/laws.ts";
import { present } from "../../../support/present.ts";

const { requestSerialize, requestDeserialize } = SimulationService.service.CreateRun;

/** The specification as the coordinator reads it from a client's request. */
function sent(input: PropagationInput): unknown {
  const run = specificationToMessage(parsePropagation(input));
  const request = requestDeserialize(requestSerialize({ run }));
  assert.ok(request.run);
  return parsePropagation(inputFromMessage(request.run));
}

const network = { width: 3, depth: 40, negativeSlope: -0.25, weights: "gaussian", gain: 1.5 };

describe("specifications on the wire", () => {
  it("are refused with a training, whose kind was forgotten", () => {
    const run = {
      ...specificationToMessage(parsePropagation({ network, stoppingRule: { replicaCount: 2 } })),
      training: {},
    };
    const request = requestDeserialize(requestSerialize({ run }));
    assert.throws(
      () => parsePropagation(inputFromMessage(present(request.run))),
      /training: it is not allowed for propagation; give the kind training/,
    );
  });

  const inputs: Record<string, PropagationInput> = {
    "a number for the gain": { network, stoppingRule: { replicaCount: 100 } },
    "ReLU, whose slope is the zero that proto3 does not send": {
      network: { ...network, negativeSlope: 0 },
      stoppingRule: { replicaCount: 2 },
    },
    "the largest seed": { network, seed: 2n ** 64n - 1n, stoppingRule: { replicaCount: 2 } },
    "everything that can be chosen": {
      network,
      seed: 7,
      burnIn: 3,
      level: 0.99,
      checkpointDepths: [5, 10],
      displayName: "a name",
      stoppingRule: {
        precision: {
          lyapunovExponent: 1e-3,
          variance: 1e-2,
          minimumReplicaCount: 500,
          maximumReplicaCount: 2 ** 32,
        },
      },
    },
    "one target of two": { network, stoppingRule: { precision: { variance: 0.1 } } },
  };
  for (const name of NAMED_GAINS) {
    inputs[`the gain ${name}`] = {
      network: { ...network, gain: name },
      stoppingRule: { replicaCount: 9 },
    };
  }
  for (const weights of WEIGHT_LAWS) {
    for (const sampling of isIsotropic(weights) ? SAMPLINGS : (["dense"] as const)) {
      const asked = { network: { ...network, weights }, sampling, backend: "any" } as const;
      for (const backend of [...backendsFor(asked), "any"]) {
        inputs[`${weights}, ${sampling}, ${backend}`] = {
          network: { ...network, ...lawInput(weights) },
          sampling,
          backend,
          stoppingRule: { replicaCount: 9 },
        };
      }
    }
  }
  inputs["a critical gain that a run has found"] = {
    network: {
      ...network,
      weights: "uniform",
      gain: 1.5,
      namedGain: "lyapunov",
      gainCalibration: { run: "runs/a1", standardError: 1e-4 },
    },
    stoppingRule: { replicaCount: 9 },
  };
  for (const [what, input] of Object.entries(inputs)) {
    it(`arrive as they were: ${what}`, () => {
      assert.deepEqual(sent(input), parsePropagation(input));
    });
  }

  it("refuse the zero of a parameter that is there, and miss one that is not", () => {
    const message = specificationToMessage(
      parsePropagation({
        network: { ...network, ...lawInput("sparse_gaussian") },
        stoppingRule: { replicaCount: 9 },
      }),
    );
    for (const [density, complaint] of [
      [0, /network\.density: 0 is not allowed/],
      [undefined, /network\.density: it is missing/],
    ] as const) {
      const { density: _density, ...without } = present(message.network);
      const run = { ...message, network: { ...without, ...(density === 0 && { density }) } };
      const arrived = requestDeserialize(requestSerialize({ run })).run;
      assert.ok(arrived);
      assert.throws(() => parsePropagation(inputFromMessage(arrived)), complaint);
    }
  });
});
