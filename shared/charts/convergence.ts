import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import { exponentOf } from "./verdict.ts";
import type { Chart, Mark } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";
import { exactExponents, layersAt, levelLabel, normalHalfWidth, ofSurvivors } from "./runLabels.ts";
import { networkLabel } from "./networkLabels.ts";

const BAND_POINTS = 64;

/**
 * Draws λ̂ from more and more shards, with its interval, in the funnel that the central limit theorem
 * predicts.
 *
 * @param run with its convergence
 * @throws NothingToDraw if it has none
 */
export function convergenceChart(run: Run__Output): Chart {
  const points = run.convergence.flatMap((point) => {
    const { estimate, lower, upper } = exponentOf(point) ?? {};
    if (estimate === undefined || lower === undefined || upper === undefined) return [];
    return [{ x: Number(point.replicaCount), y: estimate, lower, upper }];
  });
  if (points.length === 0) {
    throw new NothingToDraw(run, "its first shard has not arrived yet; wait until it has");
  }
  const replicas = points.map(({ x }) => x);
  const name = `λ̂${ofSurvivors(run)}`;
  return {
    kind: "diagram",
    title: `Convergence: ${networkLabel(run)}`,
    subtitle: `${name} of the first shards, with ${levelLabel(run)} intervals`,
    name: run.name,
    panels: [
      {
        x: { title: "replicas", scale: "log" },
        y: { title: "λ per layer", scale: "linear" },
        marks: [
          ...theory(run, Math.min(...replicas), Math.max(...replicas)),
          { kind: "points", series: name, points },
        ],
      },
    ],
  };
}

/** The funnel: the exact λ, and the range of estimates at the run's level. */
function theory(run: Run__Output, first: number, last: number): Mark[] {
  const exact = exactExponents(run);
  if (exact === undefined) return [];
  const { lyapunovExponent: y, variance } = exact;
  const ratio = run.survivors?.survivalRatio ?? 1;
  const replicas = Array.from(
    { length: BAND_POINTS },
    (_, i) => first * (last / first) ** (i / (BAND_POINTS - 1)),
  );
  const half = (count: number) =>
    normalHalfWidth(run) * Math.sqrt(variance / (layersAt(run) * count * ratio));
  return [
    {
      kind: "band",
      series: `${levelLabel(run)} of estimates, in theory`,
      points: replicas.map((x) => ({ x, lower: y - half(x), upper: y + half(x) })),
    },
    {
      kind: "line",
      series: "exact λ",
      points: [
        { x: first, y },
        { x: last, y },
      ],
    },
  ];
}
