import type { Arm, CurvePoint, Measured } from "../../shared/studies/arm.ts";

/** A number with an interval that reaches from half of it to twice of it. */
export function measuredAs(estimate: number): Measured {
  return { estimate, lower: estimate / 2, upper: 2 * estimate };
}

/** An arm that has trained all of its seeds, with these final losses. */
export function armWith(
  initialization: string,
  best: number,
  all: number,
  rest: Partial<Arm> = {},
): Arm {
  return {
    run: `runs/${initialization}-${rest.learningRate ?? 0.1}`,
    initialization,
    task: "iris",
    optimizer: "adam",
    learningRate: 0.1,
    weightDecay: 0,
    stepCount: 100,
    seedCount: 32,
    level: 0.95,
    isComplete: true,
    bestMedianTestLoss: measuredAs(best),
    medianTestLoss: measuredAs(all),
    divergedShare: measuredAs(0.25),
    stuckShare: measuredAs(0),
    curve: [],
    ...rest,
  };
}

/** A point of a curve whose losses are all the same, with quantiles around them. */
export function curvePoint(step: number, loss: number): CurvePoint {
  const around = new Map([
    [0.05, loss / 4],
    [0.25, loss / 2],
    [0.5, loss],
    [0.75, 2 * loss],
    [0.95, 4 * loss],
  ]);
  return {
    step,
    medianTestLoss: measuredAs(loss),
    bestMedianTestLoss: measuredAs(loss),
    medianTrainingLoss: measuredAs(loss),
    testLossQuantiles: around,
    trainingLossQuantiles: around,
  };
}
