import assert from "node:assert/strict";

import { burnInByRule } from "../../../shared/network/burnIn.ts";
import type { Network } from "../../../shared/network/network.ts";
import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import {
  inputFromMessage,
  specificationToMessage,
} from "../../../shared/kinds/propagation/messages.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import {
  asReadByVersion01,
  type PropagationInput,
} from "../../../shared/kinds/propagation/specification.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { SimulationService } from "../../../shared/wire/protocol.ts";
import { lawInput } from "../../support/laws.ts";

function network(change: Partial<Network>): Network {
  return { width: 3, depth: 200, negativeSlope: 0.01, gain: 1, weights: "rademacher", ...change };
}

function specification(input: PropagationInput & { readonly network?: object }) {
  return parsePropagation({
    stoppingRule: { replicaCount: 10 },
    ...input,
    network: { ...network({}), ...input.network },
  });
}

describe("the burn-in by rule", () => {
  for (const [what, of, expected] of [
    ["20 of 200 layers", {}, 20],
    ["20 of ever so many layers", { depth: 100_000 }, 20],
    ["a tenth of the layers, rounded up", { depth: 101 }, 11],
    ["1 of 10 layers", { depth: 10 }, 1],
    ["1 of 2 layers", { depth: 2 }, 1],
    ["0 of a single layer", { depth: 1 }, 0],
    ["0 at width 1, where each layer's growth has the same law", { width: 1 }, 0],
    ["0 for Gaussian weights", { weights: "gaussian" }, 0],
    ["0 for orthogonal weights", { weights: "orthogonal" }, 0],
  ] as const) {
    it(`is ${what}`, () => {
      assert.equal(burnInByRule(network(of)), expected);
    });
  }

  it("is there for every law that is not isotropic", () => {
    const laws = WEIGHT_LAWS.filter(
      (weights) => specification({ network: lawInput(weights) }).burnIn > 0,
    );
    assert.deepEqual(laws, [
      "uniform",
      "rademacher",
      "truncated_normal",
      "student_t",
      "sparse_gaussian",
    ]);
  });
});

describe("the burn-in of a specification", () => {
  it("is by rule where none is given, with checkpoints after it", () => {
    const { burnIn, checkpointDepths } = specification({});
    assert.equal(burnIn, 20);
    assert.deepEqual(checkpointDepths, [32, 64, 128, 200]);
  });

  it("is what is given, 0 included", () => {
    for (const burnIn of [0, 1, 199]) assert.equal(specification({ burnIn }).burnIn, burnIn);
    assert.equal(specification({ burnIn: 0 }).checkpointDepths[0], 1);
  });

  it("gives way to the checkpoints that are given", () => {
    assert.equal(specification({ checkpointDepths: [50, 9] }).burnIn, 8);
    assert.equal(specification({ checkpointDepths: [50, 100] }).burnIn, 20);
    assert.equal(specification({ checkpointDepths: [1] }).burnIn, 0);
  });

  it("is the same after a way over the wire", () => {
    const { requestSerialize, requestDeserialize } = SimulationService.service.CreateRun;
    for (const input of [
      {},
      { burnIn: 0 },
      { burnIn: 7 },
      { checkpointDepths: [1, 5] },
      { network: { weights: "gaussian" } },
      { network: { weights: "gaussian" }, burnIn: 3 },
    ]) {
      const sent = specification(input);
      const run = requestDeserialize(requestSerialize({ run: specificationToMessage(sent) })).run;
      assert.ok(run);
      assert.deepEqual(parsePropagation(inputFromMessage(run)), sent);
    }
  });

  it("is not both none and some", () => {
    assert.throws(
      () => specification({ burnIn: 3, withoutBurnIn: true }),
      (error) =>
        error instanceof ValidationError &&
        /^without_burn_in: true is not allowed beside a burn_in; give only one of them$/.test(
          error.message,
        ),
    );
  });

  it("was 0 in version 0.1 where none was given", () => {
    for (const input of [{}, { checkpointDepths: [9, 50] }, { checkpointDepths: [90] }]) {
      assert.deepEqual(
        asReadByVersion01(specification(input)),
        specification({ ...input, burnIn: 0 }),
      );
    }
    for (const input of [{ burnIn: 7 }, { network: { weights: "gaussian" } }]) {
      assert.deepEqual(asReadByVersion01(specification(input)), specification(input));
    }
  });
});
