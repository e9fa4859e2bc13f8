import { sampledWork } from "../../shared/kinds/samplingInitialization/costs.ts";
import { SAMPLING_OBSERVABLES } from "../../shared/kinds/samplingInitialization/observables.ts";
import { samplingTaskFromMessage } from "../../shared/kinds/samplingInitialization/shardTask.ts";
import { championOf } from "../../shared/statistics/champion.ts";
import { sumReplicas } from "../../shared/statistics/replicaSums.ts";
import { loadBackendOf, type BackendLoader } from "./backendLoader.ts";
import type { ShardComputer } from "./shardComputer.ts";

/** Draws candidates, compares them with zero, and names the nearest. */
export function samplingComputer(load: BackendLoader): ShardComputer {
  return {
    prepare: (task) => loadBackendOf(load, task),
    compute: async (message, advanced) => {
      const task = samplingTaskFromMessage(message);
      const { network, firstReplica, replicaCount, backend: name } = task;
      const backend = await load(name);
      if (backend.sample === undefined) {
        throw new Error(`its backend ${name} does not compare candidates; choose another`);
      }
      const { values } = await backend.sample(task, advanced);
      const sums = sumReplicas(
        SAMPLING_OBSERVABLES,
        [network.depth],
        task.sketchBinWidths,
        replicaCount,
        values,
      );
      const champion = championOf(SAMPLING_OBSERVABLES.length, firstReplica, replicaCount, values);
      return {
        partial: {
          ...sums,
          ...(champion && { champion }),
          backend: name,
          generator: backend.generator,
          firstReplica,
        },
        propagated: sampledWork(task, replicaCount),
      };
    },
  };
}
