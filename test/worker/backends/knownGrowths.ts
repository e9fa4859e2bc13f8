import assert from "node:assert/strict";
import type { Backend } from "../../../worker/backends/backend.ts";
import { knownAnswers, real, seed } from "../../shared/random/knownAnswers.ts";
import { growths, type Kind } from "./tasks.ts";

/** Compares growths with those of known-answers.txt; `limit` is the largest difference allowed. */
export async function assertKnownGrowths(
  backend: Backend,
  { weights, sampling }: Kind,
  limit: number,
): Promise<void> {
  const answers = knownAnswers("growth").filter(
    ([law, , drawn]) => law === weights && drawn === sampling,
  );
  assert.ok(answers.length > 0);
  const found = await Promise.all(
    answers.map(async ([, parameter, , width, slope, depth, key, replica]) => {
      const [growth] = await growths(backend, {
        weights,
        ...(parameter !== "-" && { parameter: real(parameter) }),
        sampling,
        width: real(width),
        negativeSlope: real(slope),
        depths: [real(depth)],
        firstReplica: real(replica),
        replicaCount: 1,
        seed: seed(key),
      });
      return growth?.[0] as number;
    }),
  );
  for (const [i, fields] of answers.entries()) {
    const error = Math.abs((found[i] as number) - real(fields.at(-1)));
    assert.ok(error < limit, `${fields.join(" ")}: ${error}`);
  }
}
