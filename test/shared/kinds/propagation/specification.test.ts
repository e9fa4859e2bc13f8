import assert from "node:assert/strict";

import { parseIsotropicNetwork } from "../../../../shared/network/networkInput.ts";
import { parsePropagation, PROPAGATION } from "../../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../../shared/kinds/propagation/specification.ts";
import { isIsotropic, WEIGHT_LAWS } from "../../../../shared/network/weights.ts";
import { lawInput } from "../../../support/laws.ts";

const NETWORK = { width: 16, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: 1.5 };
const INPUT = { network: NETWORK, stoppingRule: { replicaCount: 1024 } };

/** A network with one field replaced. */
function network(change: object): PropagationInput {
  return { ...INPUT, network: { ...NETWORK, ...change } };
}

function read(change: object) {
  return parsePropagation(network(change)).network;
}

describe("parsePropagation", () => {
  it("fills in every default", () => {
    assert.deepEqual(parsePropagation(INPUT), {
      kind: PROPAGATION,
      network: NETWORK,
      seed: 0n,
      sampling: "isotropic",
      backend: "simd",
      checkpointDepths: [1, 2, 4, 8, 16, 32, 64, 128, 200],
      burnIn: 0,
      stoppingRule: { kind: "replicas", replicaCount: 1024 },
      level: 0.95,
      displayName: "",
    });
  });

  it("takes everything that is given", () => {
    const given = {
      seed: 7,
      sampling: "dense",
      backend: "reference",
      burnIn: 10,
      level: 0.99,
      displayName: "narrow",
    };
    const specification = parsePropagation({
      ...INPUT,
      ...given,
      checkpointDepths: [100, 50],
    });
    assert.deepEqual(specification, {
      ...parsePropagation(INPUT),
      ...given,
      seed: 7n,
      checkpointDepths: [50, 100, 200],
    });
  });

  describe("reads seeds", () => {
    for (const [seed, expected] of [
      [0, 0n],
      ["0", 0n],
      [Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991n],
      ["18446744073709551615", 2n ** 64n - 1n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
      [undefined, 0n],
    ] as const) {
      it(`${typeof seed} ${seed}`, () => {
        assert.equal(parsePropagation({ ...INPUT, seed }).seed, expected);
      });
    }
  });

  describe("places checkpoints", () => {
    for (const [what, given, expected] of [
      ["at powers of two above the burn-in", { burnIn: 16 }, [32, 64, 128, 200]],
      ["at the depth alone if the burn-in leaves nothing else", { burnIn: 199 }, [200]],
      [
        "in order, once each, and always at the depth",
        { checkpointDepths: [9, 3, 9, 200] },
        [3, 9, 200],
      ],
      ["at 64 depths, and the depth itself", { checkpointDepths: range(64) }, [...range(64), 200]],
    ] as const) {
      it(what, () => {
        assert.deepEqual(parsePropagation({ ...INPUT, ...given }).checkpointDepths, expected);
      });
    }

    it("once where the depth is a power of two", () => {
      const { checkpointDepths } = parsePropagation(network({ depth: 8 }));
      assert.deepEqual(checkpointDepths, [1, 2, 4, 8]);
    });
  });

  it("takes names of 200 characters", () => {
    const displayName = "λ".repeat(200);
    assert.equal(parsePropagation({ ...INPUT, displayName }).displayName, displayName);
  });

  it("takes levels from 0.5 to 0.9999", () => {
    for (const level of [0.5, 0.9, 0.9999]) {
      assert.equal(parsePropagation({ ...INPUT, level }).level, level);
    }
  });

  describe("chooses the cheapest sampling that is exact", () => {
    for (const weights of WEIGHT_LAWS) {
      const expected = isIsotropic(weights) ? "isotropic" : "dense";
      it(`for ${weights}: ${expected}`, () => {
        const given = network(lawInput(weights));
        assert.equal(parsePropagation(given).sampling, expected);
        assert.equal(parsePropagation({ ...given, sampling: "dense" }).sampling, "dense");
      });
    }
  });

  it("takes widths up to a million where no matrices are drawn, else up to 65,536", () => {
    const isotropic = network({ width: 1_000_000, gain: "lyapunov" });
    assert.equal(parsePropagation(isotropic).network.width, 1_000_000);
    const dense = network({ width: 65_536, weights: "uniform" });
    assert.equal(parsePropagation(dense).network.width, 65_536);
  });

  it("keeps the parameter of a law that has one, and no other law's", () => {
    for (const degreesOfFreedom of [2.000_001, 3, 1e6]) {
      const studentT = { ...NETWORK, weights: "student_t", degreesOfFreedom };
      assert.deepEqual(read(studentT), studentT);
    }
    for (const density of [2 ** -20, 0.1, 1]) {
      const sparse = { ...NETWORK, weights: "sparse_gaussian", density };
      assert.deepEqual(read(sparse), sparse);
    }
    const nothing = { degreesOfFreedom: undefined, density: undefined };
    assert.deepEqual(Object.keys(read(nothing)), Object.keys(NETWORK));
  });

  it("keeps the name of a named gain beside its number", () => {
    const { gain, namedGain } = parsePropagation(network({ gain: "he" })).network;
    assert.equal(namedGain, "he");
    assert.ok(Math.abs(gain - Math.sqrt(2 / 1.0001)) < 1e-15);
    assert.deepEqual(parsePropagation(network({ gain: "xavier" })).network.gain, 1);
    assert.ok(!("namedGain" in parsePropagation(network({ gain: 1 })).network));
  });
});

describe("parseIsotropicNetwork", () => {
  it("takes a network whose exponents have closed forms, of a width up to a million", () => {
    const wide = { ...NETWORK, weights: "orthogonal", width: 1_000_000 };
    assert.deepEqual(parseIsotropicNetwork(NETWORK), NETWORK);
    assert.deepEqual(parseIsotropicNetwork(wide), wide);
    assert.throws(() => parseIsotropicNetwork({ ...NETWORK, width: 0 }), /network\.width: 0 is/);
  });

  it("refuses every other law with one sentence, whatever else is given", () => {
    for (const weights of WEIGHT_LAWS.filter((law) => !isIsotropic(law))) {
      assert.throws(() => parseIsotropicNetwork({ ...NETWORK, weights, gain: "lyapunov" }), {
        name: "ValidationError",
        message:
          `network.weights: '${weights}' is not allowed: its exponents have no closed form; ` +
          "give gaussian or orthogonal, or estimate them by a run",
      });
    }
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
