import type { CheckpointEstimate__Output } from "../wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { Axis, Chart, Interval, Mark } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";
import { exactExponents, layersAt, levelLabel, meanGrowth, ofSurvivors } from "./runLabels.ts";
import { networkLabel } from "./networkLabels.ts";

/**
 * Draws S_l/l at each checkpoint, for single networks and in the mean: the law of large numbers.
 *
 * @throws NothingToDraw if no checkpoint has an estimate
 */
export function depthChart(run: Run__Output): Chart {
  const means = run.checkpoints.flatMap((checkpoint) => meanGrowth(run, checkpoint) ?? []);
  if (means.length === 0) {
    throw new NothingToDraw(
      run,
      "no checkpoint has two surviving replicas yet; wait, or extend the run",
    );
  }
  const depths = means.map(({ x }) => x);
  const y = exactExponents(run)?.lyapunovExponent;
  const exact: Mark[] =
    y === undefined
      ? []
      : [{ kind: "line", series: "exact λ", points: depths.map((x) => ({ x, y })) }];
  const x: Axis = { title: "depth l", scale: "log" };
  const over = run.burnIn === 0 ? "S_l / l" : `(S_l − S_${run.burnIn}) / (l − ${run.burnIn})`;
  return {
    kind: "diagram",
    title: `Law of large numbers: ${networkLabel(run)}`,
    subtitle: `growth per layer${ofSurvivors(run)}, ${over}, down to each checkpoint`,
    name: run.name,
    panels: [
      {
        x,
        y: { title: "of single networks", scale: "linear" },
        marks: [
          {
            kind: "band",
            series: "95 % of networks",
            points: run.checkpoints.flatMap((checkpoint) => spread(run, checkpoint)),
          },
          ...exact,
        ],
      },
      {
        x,
        y: { title: "mean over networks", scale: "linear" },
        marks: [
          ...exact,
          { kind: "points", series: `mean, ${levelLabel(run)} interval`, points: means },
        ],
      },
    ],
  };
}

/** The quantiles between which 95 % of the networks are. */
function spread(run: Run__Output, { depth, quantiles }: CheckpointEstimate__Output): Interval[] {
  const at = (probability: number) =>
    quantiles.find((quantile) => quantile.probability === probability)?.value;
  const [lower, upper] = [at(0.025), at(0.975)];
  if (lower === undefined || upper === undefined) return [];
  const layers = layersAt(run, depth);
  return [{ x: depth, lower: lower / layers, upper: upper / layers }];
}
