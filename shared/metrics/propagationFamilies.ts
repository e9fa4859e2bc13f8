import type { Propagation } from "../shard/propagation.ts";
import type { PropagationTally } from "../shard/propagationTally.ts";
import type { Family } from "./families.ts";

interface HasPropagated {
  readonly propagated: PropagationTally;
}

/**
 * Replicas, layers and weights by backend and law.
 *
 * @param prefix of the names, such as `lyapunov_`.
 * @param which says what is counted, as in "replicas of accepted partials".
 */
export function propagationFamilies(prefix: string, which: string): Family<HasPropagated>[] {
  const family = (
    unit: string,
    help: string,
    count: (propagation: Propagation) => number,
  ): Family<HasPropagated> => ({
    kind: "counter",
    name: `${prefix}${unit}_total`,
    help,
    labels: ["backend", "weights"],
    samples: ({ propagated }) =>
      Iterator.from(propagated.entries).map((propagation) => ({
        labels: { backend: propagation.backend, weights: propagation.weights },
        value: count(propagation),
      })),
  });
  return [
    family("replicas", `Replicas ${which}.`, ({ replicaCount }) => replicaCount),
    family("layers", `Replicas ${which}, times their depth.`, ({ layerCount }) => layerCount),
    family("weights", `Layers ${which}, times width².`, ({ weightCount }) => weightCount),
  ];
}
