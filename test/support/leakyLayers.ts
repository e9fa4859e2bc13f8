import type { Random } from "./random.ts";

/**
 * Growth of the log-norm over some layers of a Gaussian network at gain 1, drawn the slow and plain
 * way: a normal for every unit (docs/theory.md#exact-values). It is skewed for narrow layers and
 * small slopes.
 */
export function drawGrowth(
  random: Random,
  { width, negativeSlope }: { readonly width: number; readonly negativeSlope: number },
  layerCount: number,
): number {
  let growth = 0;
  for (let layer = 0; layer < layerCount; layer++) {
    let square = 0;
    for (let unit = 0; unit < width; unit++) {
      const z = random.normal();
      square += z > 0 ? z * z : (negativeSlope * z) ** 2;
    }
    growth += 0.5 * Math.log(square / width);
  }
  return growth;
}
