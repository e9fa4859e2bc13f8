import { isIsotropicNetwork } from "../../network/network.ts";
import type { PartialShape } from "../../shard/partialShape.ts";
import { exactExponents } from "../../theory/exact.ts";
import { estimatorOf } from "./estimators.ts";
import type { PropagationSpecification } from "./specification.ts";

const BINS_PER_STANDARD_DEVIATION = 8;

/** Keeps shapes: every partial needs one, and its bin widths take integrals. */
const shapes = new WeakMap<PropagationSpecification, PartialShape>();

/** The form that every partial of a run must have. */
export function partialShape(specification: PropagationSpecification): PartialShape {
  const known = shapes.get(specification);
  if (known !== undefined) return known;
  const shape = {
    backend: specification.backend,
    depths: specification.checkpointDepths,
    observables: estimatorOf(specification).observables,
    sketchBinWidths: sketchBinWidths(specification),
  };
  shapes.set(specification, shape);
  return shape;
}

/**
 * Widths that the bins of sketches are aligned to: an eighth of what a Gaussian network's growth
 * would have as its standard deviation at each checkpoint. They are only where sketches begin, since
 * bins suit the values that they hold; but recorded sketches have them, and new ones must merge with
 * those.
 */
function sketchBinWidths({
  network,
  checkpointDepths,
  burnIn,
}: PropagationSpecification): readonly number[] {
  const exact = exactExponents(
    isIsotropicNetwork(network) ? network : { ...network, weights: "gaussian" },
  );
  const variance = exact.variance ?? exact.survivors?.variance ?? 0;
  // A linear orthogonal network does not fluctuate at all; its bins only need to be small.
  const deviation = Math.max(Math.sqrt(variance), 1e-6);
  return checkpointDepths.map(
    (depth) => (deviation * Math.sqrt(depth - burnIn)) / BINS_PER_STANDARD_DEVIATION,
  );
}
