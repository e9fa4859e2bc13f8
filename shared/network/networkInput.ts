import { NAMED_GAINS, resolveGain } from "./gains.ts";
import type { GainCalibration, IsotropicNetwork, Network } from "./network.ts";
import { FieldReader, refused } from "../specification/violations.ts";
import {
  isIsotropic,
  ISOTROPIC_LAWS,
  LAW_PARAMETERS,
  parameterOf,
  SAMPLINGS,
  WEIGHT_LAWS,
  type Sampling,
  type WeightLaw,
} from "./weights.ts";

/** Largest width where matrices are not drawn; such layers cost the same at every width. */
const MAXIMUM_WIDTH = 1_000_000;
/** Largest width of a dense layer, whose cost grows with the square of the width. */
const MAXIMUM_DENSE_WIDTH = 65_536;
const MAXIMUM_DEPTH = 10_000_000;
const MAXIMUM_DEGREES_OF_FREEDOM = 1_000_000;
const MINIMUM_DENSITY = 2 ** -20;
const RUN_NAME = /^runs\/[a-z0-9-]{1,64}$/;
/**
 * How far a number may be from the gain that is named beside it, relatively. A client that computes
 * or keeps it in single precision, or prints seven digits of it, means the same gain.
 */
const GAIN_TOLERANCE = 1e-6;

/** A network as it comes from outside, where nothing is trusted. */
export interface NetworkInput {
  readonly width?: unknown;
  readonly depth?: unknown;
  readonly negativeSlope?: unknown;
  readonly weights?: unknown;
  readonly degreesOfFreedom?: unknown;
  readonly density?: unknown;
  /** A number; or the name of a gain, where names have no field of their own. */
  readonly gain?: unknown;
  /**
   * The name of a gain, where names have a field of their own; undefined if it is left out there. A
   * number given as well must be near the one that the name stands for.
   */
  readonly namedGain?: unknown;
  /** Where the number for the gain `lyapunov` comes from, if the law has no closed form. */
  readonly gainCalibration?: { readonly run?: unknown; readonly standardError?: unknown } | null;
}

/**
 * Reads a network whose exponents have closed forms.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`.
 */
export function parseIsotropicNetwork(input: NetworkInput): IsotropicNetwork {
  const reader = new FieldReader();
  const isOther = WEIGHT_LAWS.some((law) => law === input.weights && !isIsotropic(law));
  if (isOther) {
    // Other complaints would mislead: a parameter or gain may be right for this law.
    reader.refuse(
      "network.weights",
      `${refused(input.weights)}: its exponents have no closed form; ` +
        `give ${ISOTROPIC_LAWS.join(" or ")}, or estimate them by a run`,
    );
    reader.finish();
  }
  const network = readNetwork(reader, input);
  reader.finish();
  return network as IsotropicNetwork;
}

/** Reads a network; what is refused has some value that lets the other fields be checked. */
export function readNetwork(reader: FieldReader, input: NetworkInput | undefined): Network {
  if (input === undefined) {
    reader.refuse("network", "it is missing; give a network");
    return {
      width: 1,
      depth: MAXIMUM_DEPTH,
      negativeSlope: NaN,
      weights: "gaussian",
      gain: NaN,
    };
  }
  const width = reader.integer("network.width", input.width, 1, MAXIMUM_WIDTH);
  const depth = reader.integer("network.depth", input.depth, 1, MAXIMUM_DEPTH, MAXIMUM_DEPTH);
  const negativeSlope = reader.number(
    "network.negative_slope",
    input.negativeSlope,
    "any finite number",
    () => true,
  );
  const weights = reader.oneOf("network.weights", input.weights, WEIGHT_LAWS);
  const shape = {
    width,
    depth,
    negativeSlope,
    weights,
    // Of an unknown law it is not known which parameters it would have.
    ...(weights === input.weights && readLawParameter(reader, input, weights)),
  };
  return { ...shape, ...readGain(reader, input, shape) };
}

/** Reads the gain, by name or as a number; a name may be given in a field of its own. */
function readGain(
  reader: FieldReader,
  { gain, gainCalibration, ...rest }: NetworkInput,
  { width, weights, negativeSlope }: Omit<Network, "gain">,
): Pick<Network, "gain" | "namedGain" | "gainCalibration"> {
  const hasNameField = "namedGain" in rest;
  const { namedGain } = rest;
  const [field, given] =
    namedGain === undefined
      ? (["network.gain", gain] as const)
      : (["network.named_gain", namedGain] as const);
  const name = NAMED_GAINS.find((known) => known === given);
  if (gainCalibration !== undefined && gainCalibration !== null) {
    if (name === "lyapunov" && !isIsotropic(weights)) {
      return { namedGain: name, ...readCalibratedGain(reader, gain, gainCalibration) };
    }
    reader.refuse(
      "network.gain_calibration",
      "it is allowed only with the gain lyapunov of a law without closed form; leave it out",
    );
  }
  if (name === undefined && namedGain !== undefined) {
    return { gain: NaN, namedGain: reader.oneOf(field, namedGain, NAMED_GAINS) };
  }
  if (name === undefined) {
    const names = hasNameField ? "a named_gain" : `one of ${NAMED_GAINS.join(", ")}`;
    const expected = `a positive finite number or ${names}`;
    return { gain: reader.number(field, gain, expected, (value) => value > 0) };
  }
  // A refused slope is reported already; any number stands in for it here.
  const slope = Number.isFinite(negativeSlope) ? negativeSlope : 1;
  const resolved = resolveGain(name, { width, weights, negativeSlope: slope });
  if (resolved === undefined) {
    const others = NAMED_GAINS.filter((other) => other !== name);
    reader.refuse(
      field,
      `${refused(name)} with ${weights} weights, whose critical gain has no closed form; ` +
        `give a number${hasNameField ? " as gain" : ""} or one of ${others.join(", ")}; or, as ` +
        `lyapunov run does, the critical gain of a run at another gain, with ` +
        `network.gain_calibration`,
    );
    return { gain: NaN, namedGain: name };
  }
  if (namedGain !== undefined && gain !== undefined && !isNear(gain, resolved)) {
    reader.refuse(
      "network.gain",
      `${refused(gain)} together with the named gain ${name}, which is ${resolved}; ` +
        `give only one of them`,
    );
  }
  return { gain: resolved, namedGain: name };
}

/** Reads a critical gain that a run has found. */
function readCalibratedGain(
  reader: FieldReader,
  gain: unknown,
  { run, standardError }: NonNullable<NetworkInput["gainCalibration"]>,
): { readonly gain: number; readonly gainCalibration: GainCalibration } {
  const path = "network.gain_calibration";
  const isRun = typeof run === "string" && RUN_NAME.test(run);
  if (!isRun) reader.refuse(`${path}.run`, `${refused(run)}; give runs/{id}`);
  return {
    gain: reader.number("network.gain", gain, "a positive finite number", (value) => value > 0),
    gainCalibration: {
      run: isRun ? run : "",
      standardError: reader.number(
        `${path}.standard_error`,
        standardError,
        "a finite number, 0 or more",
        (value) => value >= 0,
      ),
    },
  };
}

function isNear(given: unknown, gain: number): boolean {
  return typeof given === "number" && Math.abs(given - gain) <= GAIN_TOLERANCE * gain;
}

/** Reads the law's parameter, if it has one, and refuses the parameters of other laws. */
function readLawParameter(
  reader: FieldReader,
  input: NetworkInput,
  weights: WeightLaw,
): Pick<Network, "degreesOfFreedom" | "density"> {
  const parameter = parameterOf(weights);
  for (const [law, other] of Object.entries(LAW_PARAMETERS)) {
    const value = input[other];
    if (other === parameter || value === undefined) continue;
    const field = other === "density" ? "network.density" : "network.degrees_of_freedom";
    reader.refuse(
      field,
      `${refused(value)} with ${weights} weights, which have no such parameter; ` +
        `give it only with ${law}`,
    );
  }
  switch (parameter) {
    case undefined:
      return {};
    case "degreesOfFreedom":
      return {
        degreesOfFreedom: reader.number(
          "network.degrees_of_freedom",
          input.degreesOfFreedom,
          "a number above 2 (up to 2 the variance is infinite), to 1,000,000",
          (value) => value > 2 && value <= MAXIMUM_DEGREES_OF_FREEDOM,
        ),
      };
    case "density":
      return {
        density: reader.number(
          "network.density",
          input.density,
          "a number from 2⁻²⁰, about 10⁻⁶, to 1",
          (value) => value >= MINIMUM_DENSITY && value <= 1,
        ),
      };
  }
}

/**
 * Reads the sampling; by default the cheapest exact one, isotropic where the law allows it.
 *
 * @param mayBeIsotropic whether the run's backend can draw layers without their matrices
 */
export function readSampling(
  reader: FieldReader,
  value: unknown,
  { weights, width }: Network,
  mayBeIsotropic: boolean,
): Sampling {
  const cheapest = isIsotropic(weights) && mayBeIsotropic ? "isotropic" : "dense";
  const sampling = reader.oneOf("sampling", value ?? cheapest, SAMPLINGS);
  if (sampling === "isotropic" && !isIsotropic(weights)) {
    reader.refuse(
      "sampling",
      `${refused(sampling)} with ${weights} weights, which are not isotropic; give dense`,
    );
  }
  if (sampling === "dense" && width > MAXIMUM_DENSE_WIDTH) {
    reader.refuse(
      "network.width",
      `${refused(width)} where whole matrices are drawn; give an integer from 1 to 65,536, ` +
        `or ${ISOTROPIC_LAWS.join(" or ")} weights and isotropic sampling`,
    );
  }
  return sampling;
}
