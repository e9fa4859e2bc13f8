import type { Propagation } from "../shard/propagation.ts";
import type { PropagationTally } from "../shard/propagationTally.ts";
import type { Family } from "./families.ts";

interface HasPropagated {
  readonly propagated: PropagationTally;
}

/**
 * Counters of replicas, layers and weights, by backend and weight law.
 *
 * @param prefix begins the names, for example `lyapunov_`.
 * @param which completes "Replicas …", for example "of accepted partials".
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
