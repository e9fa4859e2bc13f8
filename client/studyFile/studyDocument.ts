import { z } from "zod";

import {
  MAXIMUM_DISPLAY_NAME_LENGTH,
  MAXIMUM_SEED,
} from "../../shared/specification/commonFields.ts";
import type { Path } from "../../shared/specification/yamlDocument.ts";
import { isPlainText } from "../../shared/specification/violations.ts";

const SEED = "give an integer from 0 to 2⁶⁴ − 1";

const number = z.number("give a number");

const name = z
  .string("give a text")
  .min(1, "give a text")
  .max(MAXIMUM_DISPLAY_NAME_LENGTH, `give at most ${MAXIMUM_DISPLAY_NAME_LENGTH} characters`)
  .refine(isPlainText, "give one line without control characters");

const numbers = z.array(number, "give a list of numbers").min(1, "give at least one value");

const ownInitialization = z.strictObject({
  name,
  weights: z.string("give the name of a law").default("gaussian"),
  gain: z.union([z.number(), z.string()], "give a number or the name of a gain"),
  degreesOfFreedom: number.optional(),
  density: number.optional(),
  candidates: number.optional(),
});

const ownOptimizer = z.strictObject({
  name: z.string("give the name of an optimizer"),
  learningRates: numbers.optional(),
  weightDecays: numbers.optional(),
});

/** What a study file may say; its values are checked further when arms are made of it. */
export const studyDocument = z.strictObject(
  {
    name,
    task: z.string("give the name of a task"),
    width: number,
    depth: number,
    negativeSlope: number.default(0.01),
    steps: number,
    seeds: number,
    seed: z
      .union([z.int(), z.bigint(), z.string().regex(/^\d{1,20}$/)], SEED)
      .transform(BigInt)
      .refine((seed) => seed >= 0n && seed <= MAXIMUM_SEED, SEED)
      .default(0n),
    checkpoints: z
      .array(number, "give a list of steps")
      .min(1, "give at least one step")
      .optional(),
    initializations: z
      .array(
        z.union([z.string(), ownInitialization], {
          error: "give a name such as he_normal, or name, weights and gain",
        }),
        "give a list of initializations",
      )
      .min(1, "give at least one initialization"),
    optimizers: z
      .array(
        z.union([z.string(), ownOptimizer], {
          error: "give a name such as adam, or name and learningRates",
        }),
        "give a list of optimizers",
      )
      .min(1, "give at least one optimizer")
      .default(["adam"]),
    learningRates: numbers.optional(),
    weightDecays: numbers.default([0]),
    finalLearningRateRatio: number.default(1),
    backend: z.string("give the name of a backend").optional(),
    level: number.optional(),
  },
  "give name, task, width, depth, steps, seeds, initializations and learningRates",
);

export type StudyDocument = z.infer<typeof studyDocument>;

/** The fields that a study file may have at a path. */
export function studyFieldsAt(path: Path): readonly string[] {
  const shapes: Readonly<Record<string, object>> = {
    initializations: ownInitialization.shape,
    optimizers: ownOptimizer.shape,
  };
  return Object.keys(shapes[String(path[0])] ?? studyDocument.shape);
}
