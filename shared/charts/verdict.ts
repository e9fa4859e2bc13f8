import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import { isZeroExponent, ZERO_WITHIN } from "../statistics/zeroExponent.ts";
import type { Estimate__Output } from "../wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import { count, counted } from "../text/counts.ts";
import { factor } from "../text/numbers.ts";
import { times } from "../text/times.ts";

const FACTOR = 1000;
/** Changes by less than a factor 10 are tame: activations stay usable. */
const LOG_TAME = Math.LN10;

/** Two values of the log-norm growth, the lower one first. */
type Range = readonly [number, number];

/** How the growth of single networks is spread over the layers that the estimates are of. */
export interface Spread {
  readonly layerCount: number;
  /** The growth of the typical network: half of all grow less, half more. */
  readonly median: number;
  /** Undefined where nothing is known of σ². */
  readonly middleHalf: Range | undefined;
  readonly middleNineTenths: Range | undefined;
  /** Where it comes from: `sketch`, of what was seen, or `normal`, the normal law of λ̂ and σ̂². */
  readonly method: string;
}

/**
 * The depth at which the typical network — whose log-norm grows by λ a layer — has lost or gained a
 * factor 1000; undefined where λ̂ is zero to within its error, or not known.
 */
export function depthOfFactor1000(run: Run__Output): number | undefined {
  const estimate = exponentOf(run);
  const depth = run.network?.depth ?? 1;
  if (estimate?.estimate === undefined || isZero(estimate, depth)) return undefined;
  return Math.ceil(Math.log(FACTOR) / Math.abs(estimate.estimate));
}

/** What a run means for somebody who initializes such a network, in one sentence. */
export function verdict(run: Run__Output): string {
  const estimate = exponentOf(run);
  const spread = spreadOf(run);
  const extinct = run.lyapunovExponent?.extinct === true;
  if (!estimate || spread === undefined) {
    return extinct ? `Dies: λ = −∞, ${extinctions(run)}.` : "Unknown: too few replicas.";
  }
  const [name, fate] = fateOf(estimate, spread);
  return extinct
    ? `Dies: λ = −∞, ${extinctions(run)}; the typical survivor ${fate}.`
    : `${name}: the typical network ${fate}.`;
}

/**
 * The fate of the typical network and of its neighbours, with a word for it. The word is about single
 * networks. The mean of them all comes ever closer to zero with more replicas, and says nothing of
 * how far from it they are.
 */
function fateOf(estimate: Estimate__Output, spread: Spread): [string, string] {
  const { layerCount, median, middleHalf } = spread;
  const [lower, upper] = middleHalf ?? [median, median];
  const isTame = Math.max(-lower, upper) <= LOG_TAME;
  const over = `over ${counted(layerCount, "layer")}`;
  const others = othersText(middleHalf);
  if (isZero(estimate, layerCount)) {
    const bound = ZERO_WITHIN * (estimate.standardError ?? 0) * layerCount;
    // That single networks differ is known long before the middle of them all is.
    if (bound > Math.max(LOG_TAME, (upper - lower) / 4)) {
      const fate = `shrinks or grows up to ${factor(bound)}-fold ${over}: give more replicas`;
      return ["Undecided", fate];
    }
    if (isTame) return ["Holds", `keeps its norm ${over}${others}`];
    const beyond = `half of all end below ${times(lower)} or above ${times(upper)}`;
    return ["Scatters", `keeps its norm ${over}, but ${beyond}`];
  }
  // That of the mean; the median's is a quarter larger.
  const error = (estimate.standardError ?? 0) * layerCount;
  const size = factor(Math.abs(median), error);
  const change = `${median < 0 ? "shrinks" : "grows"} ${size}-fold`;
  // "1.0-fold" is no change that could be told.
  const fate = `${Number(size) === 1 ? "hardly changes" : change} ${over}${others}`;
  // At least three quarters of all networks share the fate of the typical one.
  if (median <= -Math.LN2 && upper < 0) return ["Vanishes", fate];
  if (median >= Math.LN2 && lower > 0) return ["Explodes", fate];
  return [isTame ? "Drifts" : "Scatters", fate];
}

function othersText(middleHalf: Range | undefined): string {
  if (middleHalf === undefined) return "";
  const [lower, upper] = middleHalf;
  return lower === upper
    ? "; all are alike"
    : `; half of all end between ${times(lower)} and ${times(upper)}`;
}

function extinctions(run: Run__Output): string {
  return `${count(run.extinctCount)} of ${count(run.replicaCount)} extinct`;
}

/** λ̂, for survivors where λ itself is −∞. */
export function exponentOf(
  run: Pick<Run__Output, "lyapunovExponent" | "survivors">,
): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true
    ? run.survivors?.lyapunovExponent
    : run.lyapunovExponent;
}

/** σ̂², for survivors where λ is −∞. */
export function varianceOf(run: Run__Output): Estimate__Output | null | undefined {
  return run.lyapunovExponent?.extinct === true ? run.survivors?.variance : run.variance;
}

/**
 * How single networks are spread, survivors where λ = −∞; undefined while nothing is known of them.
 * Earlier coordinators do not say it; then it is that of the normal law.
 */
export function spreadOf(run: Run__Output): Spread | undefined {
  const { estimate } = exponentOf(run) ?? {};
  if (estimate === undefined) return undefined;
  const { layerCount = (run.network?.depth ?? 1) - run.burnIn, method = "normal" } =
    run.spread ?? {};
  const variance = varianceOf(run)?.estimate;
  const growthAt = (probability: number): number | undefined => {
    const found = run.spread?.growthQuantiles.find((each) => each.probability === probability);
    if (found !== undefined || variance === undefined) return found?.value;
    const deviation = Math.sqrt(variance * layerCount);
    return estimate * layerCount + deviation * normalQuantile(probability, 0, 1);
  };
  const range = (from: number, to: number): Range | undefined => {
    const [lower, upper] = [growthAt(from), growthAt(to)];
    return lower === undefined || upper === undefined ? undefined : [lower, upper];
  };
  return {
    layerCount,
    median: growthAt(0.5) ?? estimate * layerCount,
    middleHalf: range(0.25, 0.75),
    middleNineTenths: range(0.05, 0.95),
    method,
  };
}

function isZero({ estimate = 0, standardError = 0 }: Estimate__Output, layers: number): boolean {
  return isZeroExponent({ estimate, standardError }, layers);
}
