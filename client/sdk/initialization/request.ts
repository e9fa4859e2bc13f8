import type { PropagationFields } from "../../../shared/kinds/propagation/specification.ts";
import { readNetwork } from "../../../shared/network/networkInput.ts";
import type { Network } from "../../../shared/network/network.ts";
import { isIsotropic, lawParameters } from "../../../shared/network/weights.ts";
import { FieldReader, refused, ValidationError } from "../../../shared/specification/violations.ts";
import { counted } from "../../../shared/text/counts.ts";
import { parseRequest } from "../criticalGain.ts";
import { RUN_DEFAULTS } from "../runInput.ts";

/** Layers of one shape, one after another. */
export interface LayerGroup {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly count: number;
}

/** What is to be initialized. */
export interface InitializationRequest {
  /** The layers from the first to the last; layers of equal width are one group. */
  readonly layers: readonly LayerGroup[];
  /** Whether all layers are square and alike. */
  readonly isSquare: boolean;
  readonly depth: number;
  readonly law: Pick<Network, "weights" | "degreesOfFreedom" | "density">;
  /** The slope α; 0 is ReLU, of which survivors are meant. */
  readonly negativeSlope: number;
  /** The run that would use the critical gain; undefined where it has a closed form. */
  readonly run: PropagationFields | undefined;
}

/** A request as it comes from outside, where nothing is trusted. */
export interface InitializationInput {
  readonly width?: unknown;
  /** Widths from the input to the output, instead of width and depth. */
  readonly widths?: readonly unknown[];
  readonly depth?: unknown;
  readonly negativeSlope: unknown;
  readonly weights: unknown;
  readonly degreesOfFreedom?: unknown;
  readonly density?: unknown;
  /** Standard error of the logarithm of a critical gain that a run must find; at most 10⁻⁴. */
  readonly precision?: unknown;
  readonly backend?: unknown;
}

/** Largest standard error of the logarithm of a critical gain. */
export const COARSEST_PRECISION = 1e-4;
const MOST_LAYERS = 10_000;
/** Depth beyond which a run only takes longer: λ is the same at every depth. */
const DEEPEST_RUN = 1000;
/** Share of ReLU networks that should survive the run. */
const SURVIVING = 0.1;

/**
 * Reads what is to be initialized.
 *
 * @throws ValidationError naming every bad field by its path, for example `network.width`
 */
export function parseInitialization(input: InitializationInput): InitializationRequest {
  const { widths, width, depth = RUN_DEFAULTS.depth } = input;
  checkPrecision(input.precision);
  if (widths === undefined) {
    const network = read(input, { width, depth });
    return squareRequest(input, network, network.depth);
  }
  const reader = new FieldReader();
  if (width !== undefined)
    reader.refuse("network.width", `${refused(width)} beside --widths; give only one of them`);
  if (input.depth !== undefined) {
    reader.refuse(
      "network.depth",
      `${refused(input.depth)} beside --widths, which are those of all layers; leave it out`,
    );
  }
  if (widths.length < 2 || widths.length > MOST_LAYERS) {
    reader.refuse(
      "network.widths",
      `${counted(widths.length, "width")} cannot be a network; give 2 to 10,000 widths, from the input's to the output's, such as 4,16,16,1`,
    );
  }
  // An empty place would read as a width that was not given.
  if (widths.some((each) => each === "" || each === undefined)) {
    reader.refuse(
      "network.widths",
      `${refused(widths.join(","))}, as a width is missing in it; give 2 to 10,000 widths, such as 4,16,16,1`,
    );
  }
  reader.finish();
  const networks = widths.map((each) => read(input, { width: each, depth: 1 }, "network.widths"));
  const [first] = networks;
  if (first === undefined) throw new RangeError("no widths");
  const count = networks.length - 1;
  if (networks.every((each) => each.width === first.width)) {
    return squareRequest(input, first, count);
  }
  if (!isIsotropic(first.weights)) {
    throw new ValidationError([
      {
        field: "network.weights",
        description:
          `${refused(first.weights)} in layers whose width changes, whose critical gain has no ` +
          `closed form then; give gaussian or orthogonal, or layers of one width by --width`,
      },
    ]);
  }
  return {
    layers: networks.slice(1).map((each, index) => ({
      fanIn: networks[index]?.width ?? NaN,
      fanOut: each.width,
      count: 1,
    })),
    isSquare: false,
    depth: count,
    law: { weights: first.weights },
    negativeSlope: first.negativeSlope,
    run: undefined,
  };
}

function checkPrecision(precision: unknown): void {
  if (precision === undefined) return;
  const reader = new FieldReader();
  const expected = `a positive number, at most ${COARSEST_PRECISION}`;
  const isAllowed = (value: number) => value > 0 && value <= COARSEST_PRECISION;
  reader.number("stopping_rule.precision", precision, expected, isAllowed);
  reader.finish();
}

function squareRequest(
  input: InitializationInput,
  network: Network,
  depth: number,
): InitializationRequest {
  const { width, weights, negativeSlope } = network;
  const law = { weights, ...lawParameters(network) };
  return {
    layers: [{ fanIn: width, fanOut: width, count: depth }],
    isSquare: true,
    depth,
    law,
    negativeSlope,
    run: isIsotropic(weights) ? undefined : runFor(input, { ...network, depth }),
  };
}

/** Reads the network of one width; its gain is of no importance. */
function read(
  { negativeSlope, weights, degreesOfFreedom, density }: InitializationInput,
  size: { readonly width?: unknown; readonly depth?: unknown },
  widthField?: string,
): Network {
  const reader = new FieldReader();
  const law = { negativeSlope, weights, degreesOfFreedom, density };
  const network = readNetwork(reader, { ...size, ...law, gain: 1 });
  try {
    reader.finish();
  } catch (error) {
    if (!(error instanceof ValidationError) || widthField === undefined) throw error;
    throw new ValidationError(
      error.violations.map(({ field, description }) => ({
        field: field === "network.width" ? widthField : field,
        description,
      })),
    );
  }
  return network;
}

/** The run whose critical gain is wanted, with what it asks of the run that finds it. */
function runFor({ precision, backend }: InitializationInput, network: Network): PropagationFields {
  const { width, depth, weights, negativeSlope } = network;
  const living = Math.log(SURVIVING) / Math.log1p(-(2 ** -width));
  const deepest = negativeSlope === 0 ? Math.min(DEEPEST_RUN, Math.ceil(living)) : DEEPEST_RUN;
  return parseRequest({
    network: {
      width,
      depth: Math.min(depth, deepest),
      negativeSlope,
      weights,
      ...lawParameters(network),
      gain: "lyapunov",
    },
    seed: 0,
    ...(backend !== undefined && { backend }),
    stoppingRule: { precision: { lyapunovExponent: precision ?? COARSEST_PRECISION } },
  });
}
