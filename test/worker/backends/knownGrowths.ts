import assert from "node:assert/strict";
import type { Sampling, WeightLaw } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { knownAnswers, real, seed } from "../../shared/random/knownAnswers.ts";
import { growths } from "./tasks.ts";

/** Compares growths with those of known-answers.txt; `limit` is the largest difference allowed. */
export async function assertKnownGrowths(backend: Backend, limit: number): Promise<void> {
  for (const [
    weights,
    parameter,
    sampling,
    width,
    slope,
    depth,
    key,
    replica,
    expected,
  ] of knownAnswers("growth")) {
    const [found] = await growths(backend, {
      weights: weights as WeightLaw,
      ...(parameter !== "-" && { parameter: real(parameter) }),
      sampling: sampling as Sampling,
      width: real(width),
      negativeSlope: real(slope),
      depths: [real(depth)],
      firstReplica: real(replica),
      replicaCount: 1,
      seed: seed(key),
    });
    const error = Math.abs((found?.[0] as number) - real(expected));
    assert.ok(error < limit, `${weights} ${sampling} ${width}: ${error}`);
  }
}
