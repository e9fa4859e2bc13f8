import * as fc from "fast-check";

import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { anyDouble, anyText } from "./fuzzing.ts";

const count = fc.oneof(fc.nat(100), fc.maxSafeNat());

/** Any partial that the wire can carry without loss. */
export const anyPartial: fc.Arbitrary<ShardPartial> = fc.record({
  backend: fc.oneof(fc.constantFrom("reference", "simd"), anyText),
  generator: anyText,
  firstReplica: count,
  replicaCount: count,
  observables: fc.oneof(fc.constant(["log_norm_growth"]), fc.array(anyText, { maxLength: 3 })),
  checkpoints: fc.array(
    fc.record({
      depth: fc.nat(2 ** 32 - 1),
      survivorCount: count,
      extinctCount: count,
      moments: fc.array(
        fc.record({ mean: anyDouble, m2: anyDouble, m3: anyDouble, m4: anyDouble }),
        { maxLength: 2 },
      ),
      coMoments: fc.array(anyDouble, { maxLength: 2 }),
      quantileSketch: fc.record(
        {
          binWidth: anyDouble,
          binIndexes: fc.array(fc.maxSafeInteger(), { maxLength: 4 }),
          binCounts: fc.array(count, { maxLength: 4 }),
          minimum: anyDouble,
          maximum: anyDouble,
        },
        { requiredKeys: ["binWidth", "binIndexes", "binCounts"] },
      ),
    }),
    { maxLength: 3 },
  ),
});

/** Draws a change of one number, text or list length anywhere in a partial. */
export const anySpoiling: fc.Arbitrary<(partial: ShardPartial) => ShardPartial> = fc
  .tuple(fc.nat(2 ** 20), anyDouble, anyText, fc.constantFrom("set", "drop", "repeat"))
  .map(([place, number, text, how]) => (partial) => {
    const copy = structuredClone(partial);
    const places = placesOf(copy);
    const at = places[place % places.length];
    if (at === undefined) return copy;
    const { holder, key } = at;
    const value = holder[key];
    if (typeof value === "object" && Array.isArray(value) && how !== "set") {
      if (how === "drop") value.pop();
      else value.push(...(structuredClone(value) as unknown[]));
    } else if (typeof value === "number") holder[key] = number;
    else if (typeof value === "string") holder[key] = text;
    return copy;
  });

type Holder = Record<string | number, unknown>;

/** All places in a partial that can be changed. */
function placesOf(value: unknown): { readonly holder: Holder; readonly key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}
