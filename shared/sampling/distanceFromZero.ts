/**
 * How far from zero a network's growth is through its depth: the root mean square of the mean
 * log-norm growths after each of its layers, in nats. Infinity for a network that is extinct.
 *
 * Every layer counts alike. The growth after the last layer alone would let a network win that has
 * strayed far and come back by chance, and the largest growth would let a single layer decide.
 *
 * @param growths the mean growth over the probe inputs after each layer (growthThroughDepth.ts)
 */
export function distanceFromZero(growths: ArrayLike<number>): number {
  let squares = 0;
  for (let layer = 0; layer < growths.length; layer++) squares += (growths[layer] as number) ** 2;
  return Math.sqrt(squares / growths.length);
}
