import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { parseFields } from "../../shared/kinds/propagation/specification.ts";
import { resolveGain } from "../../shared/network/gains.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../../client/sdk/api.ts";

/** Standard error of the logarithm of a critical gain that is found by a run. */
const PRECISION = 1.2e-4;
/** That of narrow ReLU networks, few of which survive; nobody trains those. */
const DYING_PRECISION = 4e-4;
const NARROW = 4;
/** Depth of the runs, where networks live as long. */
const DEPTH = 200;
/** Share of ReLU networks that should survive a run. */
const SURVIVING = 0.1;
/** Layers after which no more of the start is left than the error hides, even in short runs. */
const LEAST_BURN_IN = 3;

/** Where the critical gain is wanted. */
export interface Point {
  readonly width: number;
  /** The slope α, 0 to 1; 0 is ReLU, of which survivors are meant. */
  readonly slope: number;
  readonly seed: number;
  /** Standard error of the logarithm, instead of the table's own. */
  readonly precision?: number;
}

/** The logarithm of the critical gain of uniform weights, less that of Gaussian ones. */
export interface GainDifference {
  readonly difference: number;
  readonly standardError: number;
}

/** Finds the critical gain of uniform weights at a point, by a run at gain 1 or in closed form. */
export async function gainPoint(
  api: SimulationApi,
  { width, slope, seed, precision = usualPrecision(width, slope) }: Point,
): Promise<GainDifference> {
  const weights = "gaussian";
  const gaussian = Math.log(resolveGain("lyapunov", { width, weights, negativeSlope: slope }));
  // A layer of one unit multiplies by |w|: E log|w| = log √3 − 1 for uniform w of variance 1, and
  // the slope does the same to both laws.
  if (width === 1) {
    const linear = Math.log(resolveGain("lyapunov", { width, weights, negativeSlope: 1 }));
    return { difference: 1 - Math.log(3) / 2 - linear, standardError: 0 };
  }
  const living = Math.log(SURVIVING) / Math.log1p(-(2 ** -width));
  const depth = slope === 0 ? Math.min(DEPTH, Math.floor(living)) : DEPTH;
  const fields = parseFields({
    network: { width, depth, negativeSlope: slope, weights: "uniform", gain: 1 },
    seed,
    burnIn: Math.max(LEAST_BURN_IN, Math.ceil(depth / 10)),
    stoppingRule: { precision: { lyapunovExponent: precision } },
  });
  const created = await api.createRun(specificationToMessage(fields), `gain ${seed}`);
  let ended: Run__Output = created;
  for await (const watched of api.watchRun(created.name)) ended = watched;
  const exponent = slope === 0 ? ended.survivors?.lyapunovExponent : ended.lyapunovExponent;
  const { estimate, standardError } = exponent ?? {};
  if (ended.targetMet !== true || estimate === undefined || standardError === undefined) {
    throw new Error(`the run of width ${width} and slope ${slope} has not found its exponent`);
  }
  return { difference: -estimate - gaussian, standardError };
}

function usualPrecision(width: number, slope: number): number {
  return slope === 0 && width <= NARROW ? DYING_PRECISION : PRECISION;
}
