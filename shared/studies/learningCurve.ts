import type { RunJson } from "../wire/json.ts";
import type { LearningCurve } from "../wire/pageJson.ts";

/** The learning curve of a training, whose checkpoints the run must have. */
export function learningCurve({ name, trainingCheckpoints = [] }: RunJson): LearningCurve {
  return {
    run: name,
    points: trainingCheckpoints.flatMap(({ step, testLossQuantiles }) => {
      const at = (probability: number) =>
        testLossQuantiles.find((quantile) => quantile.probability === probability)?.value;
      const [lower, median, upper] = [at(0.25), at(0.5), at(0.75)];
      if (lower === undefined || median === undefined || upper === undefined) return [];
      return [{ step, lower, median, upper }];
    }),
  };
}
