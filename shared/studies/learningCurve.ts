import type { RunJson } from "../wire/json.ts";
import type { LearningCurve } from "../wire/pageJson.ts";

/** The learning curve of a training, whose checkpoints the run must have. */
export function learningCurve({ name, trainingCheckpoints = [] }: RunJson): LearningCurve {
  return {
    run: name,
    points: trainingCheckpoints.flatMap(({ step, testLossQuantiles, bestMedianTestLoss }) => {
      const at = (probability: number) =>
        testLossQuantiles.find((quantile) => quantile.probability === probability)?.value;
      const [lower, median, upper] = [at(0.25), at(0.5), at(0.75)];
      const bestMedian = bestMedianTestLoss?.estimate ?? undefined;
      if (lower === undefined || median === undefined || upper === undefined) return [];
      return bestMedian === undefined ? [] : [{ step, lower, median, bestMedian, upper }];
    }),
  };
}
