import type { Arm, CurvePoint, Measured } from "./arm.ts";
import { lossBy, type SelectionRule } from "./selection.ts";

/** The number of steps after which a loss is reached first. */
export interface StepsToLoss {
  /** By the curve itself; undefined if it never gets there. */
  readonly estimate: number | undefined;
  /** By the band of the curve; undefined where there are too few seeds for one. */
  readonly interval: StepInterval | undefined;
}

/** When the band of a curve reaches a loss. */
interface StepInterval {
  /** By its lower edge; undefined if that never gets there either. */
  readonly earliest: number | undefined;
  /** By its upper edge; undefined if that never gets there. */
  readonly latest: number | undefined;
}

/**
 * When a curve first falls to a loss, between checkpoints by a straight line of the logarithm of the
 * loss; undefined where the curve is not known.
 */
export function stepsToLoss(
  { curve }: Pick<Arm, "curve">,
  rule: SelectionRule,
  target: number,
): StepsToLoss | undefined {
  if (curve.every((point) => lossBy(rule, point) === undefined)) return undefined;
  const by = (edge: (loss: Measured) => number | undefined) =>
    firstBelow(
      curve.flatMap((point: CurvePoint) => {
        const loss = lossBy(rule, point);
        const value = loss && edge(loss);
        return value === undefined ? [] : [[point.step, value] as const];
      }),
      target,
    );
  const hasBand = curve.some((point) => lossBy(rule, point)?.upper !== undefined);
  return {
    estimate: by(({ estimate }) => estimate),
    interval: hasBand
      ? { earliest: by(({ lower }) => lower), latest: by(({ upper }) => upper) }
      : undefined,
  };
}

/** The first place at which the line through the points is no higher than the target. */
function firstBelow(
  points: readonly (readonly [step: number, loss: number])[],
  target: number,
): number | undefined {
  const at = points.findIndex(([, loss]) => loss <= target);
  const [after, before] = [points[at], points[at - 1]];
  if (after === undefined) return undefined;
  const [step, loss] = after;
  // A loss of exactly zero has no logarithm: it is reached where it is seen.
  if (before === undefined || !(loss > 0)) return step;
  const [stepBefore, lossBefore] = before;
  const way = Math.log(lossBefore / target) / Math.log(lossBefore / loss);
  return stepBefore + way * (step - stepBefore);
}
