/** Layers to record without a look at the states between them. */
export interface Step {
  readonly layers: number;
  /** The place, among the depths, of the one that they lead to; absent if it is none of them. */
  readonly position?: number;
}

/** How far a batch has been recorded: layers, and depths that were passed. */
export interface Recorded {
  readonly layer: number;
  readonly position: number;
}

/**
 * Splits the next layers, `budget` at most, at the depths where the states are looked at, `looks` at
 * most. Empty when the last depth has been passed.
 */
export function nextSteps(
  { layer, position }: Recorded,
  depths: readonly number[],
  budget: number,
  looks: number,
): Step[] {
  const steps: Step[] = [];
  let [from, place, left] = [layer, position, budget];
  while (left > 0 && steps.length < looks && place < depths.length) {
    const distance = (depths[place] as number) - from;
    const layers = Math.min(distance, left);
    steps.push(layers === distance ? { layers, position: place++ } : { layers });
    from += layers;
    left -= layers;
  }
  return steps;
}

/** How far a batch is once these steps have been recorded, too. */
export function afterSteps({ layer, position }: Recorded, steps: readonly Step[]): Recorded {
  return {
    layer: layer + steps.reduce((sum, step) => sum + step.layers, 0),
    position: position + steps.filter((step) => step.position !== undefined).length,
  };
}
