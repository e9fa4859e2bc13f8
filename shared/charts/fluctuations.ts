import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import { fixed } from "../text/numbers.ts";
import type { Bar, Chart, Point } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";
import { exactExponents, layersAt, ofSurvivors } from "./runLabels.ts";
import { networkLabel } from "./networkLabels.ts";

const CURVE_POINTS = 121;
/** How far the curve is drawn to each side, in standard deviations. */
const CURVE_REACH = 4;

/**
 * Draws the histogram of the growth at the full depth against the normal law with mean λL and variance
 * σ²L: the central limit theorem.
 *
 * @throws NothingToDraw if fewer than two replicas have survived, or nothing fluctuates
 */
export function fluctuationsChart(run: Run__Output): Chart {
  const last = run.checkpoints.at(-1);
  const bars = barsOf(run);
  if (last?.mean === undefined || last.variance === undefined || bars.length === 0) {
    throw new NothingToDraw(run, "fewer than two replicas have survived; wait, or extend the run");
  }
  const exact = exactExponents(run);
  const layers = layersAt(run);
  const mean = exact === undefined ? last.mean : exact.lyapunovExponent * layers;
  const variance = exact === undefined ? last.variance : exact.variance * layers;
  if (variance <= 0) throw new NothingToDraw(run, "its growth does not fluctuate: σ² is 0");
  return {
    kind: "diagram",
    title: `Fluctuations: ${networkLabel(run)}`,
    subtitle:
      `${last.survivorCount} ${ofSurvivors(run) === "" ? "networks" : "survivors"}; ` +
      `skewness ${fixed(last.skewness, 3)}, excess kurtosis ${fixed(last.excessKurtosis, 3)}`,
    name: run.name,
    panels: [
      {
        x: { title: `growth of the log-norm over ${layers} layers`, scale: "linear" },
        y: { title: "density", scale: "linear" },
        marks: [
          { kind: "bars", series: "networks", bars },
          {
            kind: "line",
            series: exact === undefined ? "normal, by λ̂ and σ̂²" : "normal, by the exact λ and σ²",
            points: normalCurve(mean, Math.sqrt(variance)),
          },
        ],
      },
    ],
  };
}

/** The bars of the histogram, as densities: their areas add up to 1. */
function barsOf(run: Run__Output): Bar[] {
  const histogram = run.checkpoints.at(-1)?.histogram;
  if (!histogram) return [];
  const { binWidth, binIndexes, binCounts } = histogram;
  const counts = binCounts.map(Number);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count, i) => ({
    from: Number(binIndexes[i]) * binWidth,
    to: (Number(binIndexes[i]) + 1) * binWidth,
    y: count / (total * binWidth),
  }));
}

function normalCurve(mean: number, deviation: number): Point[] {
  return Array.from({ length: CURVE_POINTS }, (_, i) => {
    const z = CURVE_REACH * ((2 * i) / (CURVE_POINTS - 1) - 1);
    return {
      x: mean + z * deviation,
      y: Math.exp((-z * z) / 2) / (deviation * Math.sqrt(2 * Math.PI)),
    };
  });
}
