import assert from "node:assert/strict";

import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";
import { ValidationError, type FieldViolation } from "../../../shared/specification/violations.ts";

const NETWORK = { width: 16, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: 1.5 };
const INPUT = { network: NETWORK, stoppingRule: { replicaCount: 1024 } };

function violationsOf(input: PropagationInput): readonly FieldViolation[] {
  try {
    parsePropagation(input);
  } catch (error) {
    assert.ok(error instanceof ValidationError);
    return error.violations;
  }
  return [];
}

/** A precision with at least a thousand and at most `maximumReplicaCount` replicas. */
function rule(maximumReplicaCount: number) {
  return { precision: { variance: 0.1, minimumReplicaCount: 1000, maximumReplicaCount } };
}

/** A valid run with one field replaced. */
function given(change: PropagationInput): PropagationInput {
  return { ...INPUT, ...change };
}

/** A valid run with one field of its network replaced. */
function network(change: object): PropagationInput {
  return { ...INPUT, network: { ...NETWORK, ...change } };
}

/** A critical gain of uniform weights, with where it comes from. */
function calibrated(change: object): PropagationInput {
  return network({
    weights: "uniform",
    gain: 1.5,
    namedGain: "lyapunov",
    gainCalibration: { run: "runs/a", standardError: 1e-4, ...change },
  });
}

describe("parsePropagation refuses, naming the field, the value and what to give,", () => {
  const widths = "give an integer from 1 to 1,000,000";
  const dense =
    "where whole matrices are drawn; give an integer from 1 to 65,536, " +
    "or gaussian or orthogonal weights and isotropic sampling";
  const freedoms = "give a number above 2 (up to 2 the variance is infinite), to 1,000,000";
  const densities = "give a number from 2⁻²⁰, about 10⁻⁶, to 1";
  const depths = "give an integer from 1 to 10,000,000";
  const slopes = "give any finite number";
  const laws =
    "give one of gaussian, orthogonal, uniform, rademacher, truncated_normal, student_t, sparse_gaussian";
  const gains = "give a positive finite number or one of he, xavier, lecun, lyapunov, pytorch";
  const seeds = "give an integer from 0 to 2⁶⁴ − 1";
  const levels = "give a number from 0.5 to 0.9999";
  for (const [what, input, field, description] of [
    ["a missing width", network({ width: undefined }), "network.width", `it is missing; ${widths}`],
    ["a width of 0", network({ width: 0 }), "network.width", `0 is not allowed; ${widths}`],
    [
      "a width too large",
      network({ width: 1_000_001 }),
      "network.width",
      `1000001 is not allowed; ${widths}`,
    ],
    [
      "a width too large to draw matrices",
      { ...network({ width: 65_537 }), sampling: "dense" },
      "network.width",
      `65537 is not allowed ${dense}`,
    ],
    [
      "a width too large for a law that needs matrices",
      network({ width: 65_537, weights: "rademacher" }),
      "network.width",
      `65537 is not allowed ${dense}`,
    ],
    ["a broken width", network({ width: 1.5 }), "network.width", `1.5 is not allowed; ${widths}`],
    [
      "a width in words",
      network({ width: "16" }),
      "network.width",
      `'16' is not allowed; ${widths}`,
    ],
    ["no width at all", network({ width: NaN }), "network.width", `NaN is not allowed; ${widths}`],
    ["a missing depth", network({ depth: null }), "network.depth", `it is missing; ${depths}`],
    ["a negative depth", network({ depth: -1 }), "network.depth", `-1 is not allowed; ${depths}`],
    [
      "a depth too large",
      network({ depth: 1e8 }),
      "network.depth",
      `100000000 is not allowed; ${depths}`,
    ],
    [
      "an infinite slope",
      network({ negativeSlope: Infinity }),
      "network.negative_slope",
      `Infinity is not allowed; ${slopes}`,
    ],
    [
      "a missing slope",
      network({ negativeSlope: undefined }),
      "network.negative_slope",
      `it is missing; ${slopes}`,
    ],
    [
      "an unknown weight law",
      network({ weights: "cauchy" }),
      "network.weights",
      `'cauchy' is not allowed; ${laws}`,
    ],
    [
      "a law in capitals",
      network({ weights: "Gaussian" }),
      "network.weights",
      `'Gaussian' is not allowed; ${laws}`,
    ],
    ["a missing law", network({ weights: "" }), "network.weights", `it is missing; ${laws}`],
    [
      "Student's t without degrees of freedom",
      network({ weights: "student_t" }),
      "network.degrees_of_freedom",
      `it is missing; ${freedoms}`,
    ],
    [
      "two degrees of freedom",
      network({ weights: "student_t", degreesOfFreedom: 2 }),
      "network.degrees_of_freedom",
      `2 is not allowed; ${freedoms}`,
    ],
    [
      "no number of degrees of freedom",
      network({ weights: "student_t", degreesOfFreedom: NaN }),
      "network.degrees_of_freedom",
      `NaN is not allowed; ${freedoms}`,
    ],
    [
      "too many degrees of freedom",
      network({ weights: "student_t", degreesOfFreedom: 1e6 + 1 }),
      "network.degrees_of_freedom",
      `1000001 is not allowed; ${freedoms}`,
    ],
    [
      "degrees of freedom of another law",
      network({ degreesOfFreedom: 5 }),
      "network.degrees_of_freedom",
      "5 is not allowed with gaussian weights, which have no such parameter; " +
        "give it only with student_t",
    ],
    [
      "sparse weights without a density",
      network({ weights: "sparse_gaussian" }),
      "network.density",
      `it is missing; ${densities}`,
    ],
    [
      "a density of 0",
      network({ weights: "sparse_gaussian", density: 0 }),
      "network.density",
      `0 is not allowed; ${densities}`,
    ],
    [
      "a density below the least",
      network({ weights: "sparse_gaussian", density: 2 ** -20.1 }),
      "network.density",
      `${2 ** -20.1} is not allowed; ${densities}`,
    ],
    [
      "a density above 1",
      network({ weights: "sparse_gaussian", density: 1.01 }),
      "network.density",
      `1.01 is not allowed; ${densities}`,
    ],
    [
      "a density of another law",
      network({ weights: "student_t", degreesOfFreedom: 5, density: 0.5 }),
      "network.density",
      "0.5 is not allowed with student_t weights, which have no such parameter; " +
        "give it only with sparse_gaussian",
    ],
    [
      "the critical gain of a law that has none in closed form",
      network({ weights: "uniform", gain: "lyapunov" }),
      "network.gain",
      "'lyapunov' is not allowed with uniform weights, whose critical gain has no closed form; " +
        "give a number or one of he, xavier, lecun, pytorch; or, as lyapunov run does, the critical gain of " +
        "a run at another gain, with network.gain_calibration",
    ],
    [
      "where a gain comes from that has a closed form",
      network({ gain: "lyapunov", gainCalibration: { run: "runs/a", standardError: 0 } }),
      "network.gain_calibration",
      "it is allowed only with the gain lyapunov of a law without closed form; leave it out",
    ],
    [
      "where a gain comes from that is only a number",
      network({ weights: "uniform", gainCalibration: { run: "runs/a", standardError: 0 } }),
      "network.gain_calibration",
      "it is allowed only with the gain lyapunov of a law without closed form; leave it out",
    ],
    [
      "a critical gain that no run has found",
      calibrated({ run: "sweeps/a" }),
      "network.gain_calibration.run",
      "'sweeps/a' is not allowed; give runs/{id}",
    ],
    [
      "a critical gain with a negative error",
      calibrated({ standardError: -1 }),
      "network.gain_calibration.standard_error",
      "-1 is not allowed; give a finite number, 0 or more",
    ],
    [
      "a critical gain that is no number",
      network({
        weights: "uniform",
        gain: "lyapunov",
        gainCalibration: { run: "runs/a", standardError: 0 },
      }),
      "network.gain",
      "'lyapunov' is not allowed; give a positive finite number",
    ],
    [
      "isotropic sampling of a law that is not",
      { ...network({ weights: "truncated_normal" }), sampling: "isotropic" },
      "sampling",
      "'isotropic' is not allowed with truncated_normal weights, which are not isotropic; give dense",
    ],
    ["a gain of 0", network({ gain: 0 }), "network.gain", `0 is not allowed; ${gains}`],
    ["a negative gain", network({ gain: -1 }), "network.gain", `-1 is not allowed; ${gains}`],
    [
      "an unknown gain",
      network({ gain: "glorot" }),
      "network.gain",
      `'glorot' is not allowed; ${gains}`,
    ],
    ["a missing gain", network({ gain: undefined }), "network.gain", `it is missing; ${gains}`],
    ["a negative seed", given({ seed: -1 }), "seed", `-1 is not allowed; ${seeds}`],
    [
      "a seed of 65 bits",
      given({ seed: 2n ** 64n }),
      "seed",
      `18446744073709551616 is not allowed; ${seeds}`,
    ],
    [
      "a seed that a double cannot hold",
      given({ seed: 2 ** 53 }),
      "seed",
      `9007199254740992 is not allowed; ${seeds}, in quotes if it is beyond 2⁵³`,
    ],
    ["a seed in hexadecimal", given({ seed: "0x1f" }), "seed", `'0x1f' is not allowed; ${seeds}`],
    [
      "an unknown sampling",
      given({ sampling: "sparse" }),
      "sampling",
      "'sparse' is not allowed; give one of dense, isotropic",
    ],
    ["a level of 1", given({ level: 1 }), "level", `1 is not allowed; ${levels}`],
    ["a level in percent", given({ level: 95 }), "level", `95 is not allowed; ${levels}`],
    [
      "a burn-in of the whole depth",
      given({ burnIn: 200 }),
      "burn_in",
      "200 is not allowed; give an integer from 0 to 199",
    ],
    [
      "a negative burn-in",
      given({ burnIn: -1 }),
      "burn_in",
      "-1 is not allowed; give an integer from 0 to 199",
    ],
    [
      "a checkpoint beyond the depth",
      given({ checkpointDepths: [100, 201] }),
      "checkpoint_depths[1]",
      "201 is not allowed; give an integer from 1 to 200",
    ],
    [
      "a checkpoint within the burn-in",
      given({ burnIn: 10, checkpointDepths: [10] }),
      "checkpoint_depths[0]",
      "10 is not allowed; give an integer from 11 to 200",
    ],
    [
      "too many checkpoints",
      given({ checkpointDepths: Array<number>(65).fill(1) }),
      "checkpoint_depths",
      "65 depths are too many; give at most 64",
    ],
    [
      "too long a name",
      given({ displayName: "x".repeat(201) }),
      "display_name",
      "a text of 201 characters is not allowed; give at most 200 characters",
    ],
    [
      "a name that is no text",
      given({ displayName: 7 }),
      "display_name",
      "7 is not allowed; give a text",
    ],
    [
      "no network",
      { stoppingRule: INPUT.stoppingRule },
      "network",
      "it is missing; give a network",
    ],
    [
      "a depth, and not the burn-in that it would allow",
      { ...network({ depth: 0 }), burnIn: 5, checkpointDepths: [7] },
      "network.depth",
      `0 is not allowed; ${depths}`,
    ],
    [
      "an unknown law, and not the parameter that it may have",
      network({ weights: "student", degreesOfFreedom: 5 }),
      "network.weights",
      `'student' is not allowed; ${laws}`,
    ],
    [
      "a missing gain, where names have a field of their own",
      network({ gain: undefined, namedGain: undefined }),
      "network.gain",
      "it is missing; give a positive finite number or a named_gain",
    ],
    [
      "an unknown name of a gain, even beside a number",
      network({ gain: 1, namedGain: "77" }),
      "network.named_gain",
      "'77' is not allowed; give one of he, xavier, lecun, lyapunov, pytorch",
    ],
    [
      "a named critical gain that has no closed form",
      network({ weights: "uniform", gain: undefined, namedGain: "lyapunov" }),
      "network.named_gain",
      "'lyapunov' is not allowed with uniform weights, whose critical gain has no closed form; " +
        "give a number as gain or one of he, xavier, lecun, pytorch; or, as lyapunov run does, the critical " +
        "gain of a run at another gain, with network.gain_calibration",
    ],
    [
      "a gain beside the name of another",
      network({ gain: 1.00001, namedGain: "xavier" }),
      "network.gain",
      "1.00001 is not allowed together with the named gain xavier, which is 1; " +
        "give only one of them",
    ],
    [
      "parameters, which propagation does not have",
      given({ parameters: {} }),
      "parameters",
      "they are not allowed for propagation; leave them out",
    ],
    [
      "how to train, which propagation does not do",
      given({ training: {} }),
      "training",
      "it is not allowed for propagation; give the kind training",
    ],
    [
      "a target among those of other quantities that has a field of its own",
      given({ stoppingRule: { precision: { targets: { variance: 0.1 } } } }),
      "stopping_rule.precision.targets.variance",
      "it is not allowed here; give it as stopping_rule.precision.variance",
    ],
    [
      "no stopping rule",
      given({ stoppingRule: {} }),
      "stopping_rule",
      "nothing is given; give a replica count or a precision",
    ],
  ] as const) {
    it(what, () => {
      assert.deepEqual(violationsOf(input), [{ field, description }]);
    });
  }

  it("no gain beside its name, if it is the same in seven digits or in single precision", () => {
    for (const gain of [1.414143, Math.fround(Math.SQRT2 / Math.hypot(1, 0.01))]) {
      assert.deepEqual(violationsOf(network({ negativeSlope: 0.01, gain, namedGain: "he" })), []);
    }
  });

  it("no 65 checkpoints, if one is the depth, as on the output of a run", () => {
    const checkpointDepths = [...Array.from({ length: 64 }, (_, i) => i + 1), 200];
    assert.deepEqual(violationsOf(given({ checkpointDepths })), []);
  });

  it("an unknown backend, with all that are known", () => {
    const [violation, ...others] = violationsOf(given({ backend: "abacus" }));
    assert.deepEqual(others, []);
    assert.equal(violation?.field, "backend");
    assert.match(violation.description, /^'abacus' is not allowed; give one of reference, simd/);
  });

  describe("a precision for networks of which too few survive,", () => {
    // A layer of two ReLUs lets 3/4 of the replicas through, ten layers 5.6 %.
    const relu = { ...NETWORK, width: 2, depth: 10, negativeSlope: 0 };

    it("with the count that is to be expected", () => {
      const [violation, ...others] = violationsOf({ network: relu, stoppingRule: rule(17_000) });
      assert.deepEqual(others, []);
      assert.equal(violation?.field, "stopping_rule.precision");
      assert.match(violation.description, /^of 17,000 replicas about 960 survive 10 layers of 2 /);
    });

    it("whose weights are often all zero, with the most that is to be expected", () => {
      // Of one unit one in four weights is not zero: of a million replicas, 4⁻⁸ survive 8 layers.
      const sparse = { ...relu, negativeSlope: 0.5, weights: "sparse_gaussian", density: 0.25 };
      const [violation, ...others] = violationsOf({
        network: { ...sparse, width: 1, depth: 8 },
        stoppingRule: rule(1_000_000),
      });
      assert.deepEqual(others, []);
      assert.equal(
        violation?.description,
        "of 1,000,000 replicas at most 15 survive 8 layers of 1 unit, and 1,000 are needed; " +
          "give a smaller depth, a greater width or density or a number of replicas",
      );
    });

    for (const [what, run] of [
      ["where enough do", { network: relu, stoppingRule: rule(18_000) }],
      [
        "where none dies out",
        { network: { ...relu, negativeSlope: 1e-9 }, stoppingRule: rule(2000) },
      ],
      [
        "where their number alone is asked for",
        { network: relu, stoppingRule: { replicaCount: 9 } },
      ],
    ] as const) {
      it(`not ${what}`, () => {
        assert.deepEqual(violationsOf(run), []);
      });
    }
  });

  it("all at once", () => {
    const faults: PropagationInput = { network: { width: 0, gain: "he" }, seed: "x", level: 2 };
    assert.deepEqual(
      violationsOf(faults).map(({ field }) => field),
      [
        "network.width",
        "network.depth",
        "network.negative_slope",
        "network.weights",
        "stopping_rule",
        "seed",
        "level",
      ],
    );
  });

  it("everything, if nothing is given", () => {
    const fields = violationsOf({}).map(({ field }) => field.split(".")[0]);
    assert.deepEqual(new Set(fields), new Set(["network", "stopping_rule"]));
  });

  it("with a sentence for each field in the error's message", () => {
    assert.throws(() => parsePropagation(network({ width: 0, depth: 0 })), {
      name: "ValidationError",
      message:
        "network.width: 0 is not allowed; give an integer from 1 to 1,000,000; " +
        "network.depth: 0 is not allowed; give an integer from 1 to 10,000,000",
    });
  });

  it("showing only the beginning of a long value", () => {
    const [whole] = violationsOf(network({ weights: "w".repeat(58) }));
    assert.match(whole?.description ?? "", /^'w{58}' is not allowed/);
    const [violation] = violationsOf(network({ weights: "w".repeat(1000) }));
    assert.match(violation?.description ?? "", /^'w{59}… is not allowed/);
  });
});
