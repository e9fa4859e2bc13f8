import type { SimulationApi } from "../client/sdk/api.ts";
import { parsePropagation } from "../shared/kinds/propagation/propagation.ts";
import { specificationToMessage } from "../shared/kinds/propagation/messages.ts";
import { SimulatedFleet } from "./simulatedFleet.ts";

/** Time that a slot takes for a shard: a thousand workers answer two thousand times a second. */
const SHARD_MILLISECONDS = 1000;
/** The network and the size of all runs: one partial serves them all, and they do not end. */
const NETWORK = { width: 512, depth: 200, negativeSlope: 0.01, weights: "gaussian" } as const;
const STOPPING_RULE = { replicaCount: 2 ** 24 };

/** How many runs and workers there are, and how many sweeps have ended. */
export interface CrowdSize {
  readonly workers: number;
  readonly sweeps: number;
  readonly runsPerSweep: number;
  readonly endedSweeps: number;
}

/** Many runs, and a simulated fleet that propagates them: a busy coordinator to look at. */
export class Crowd implements Disposable {
  /** Names of the sweeps, `sweeps/{id}`, oldest first; the first `endedSweeps` have ended. */
  readonly sweeps: readonly string[];
  readonly #fleet: SimulatedFleet;

  private constructor(sweeps: readonly string[], fleet: SimulatedFleet) {
    this.sweeps = sweeps;
    this.#fleet = fleet;
  }

  static async gather(api: SimulationApi, address: string, size: CrowdSize): Promise<Crowd> {
    const sweeps: string[] = [];
    for (let i = 0; i < size.sweeps; i++) {
      const first = i * size.runsPerSweep;
      const runs = Array.from({ length: size.runsPerSweep }, (_, j) => runMessage(first + j));
      const { name } = await api.createSweep({ displayName: `sweep ${i}`, runs }, "");
      if (i < size.endedSweeps) await api.cancelSweep(name);
      sweeps.push(name);
    }
    const fleet = await SimulatedFleet.join(address, size.workers, SHARD_MILLISECONDS);
    return new Crowd(sweeps, fleet);
  }

  [Symbol.dispose](): void {
    this.#fleet.leave();
  }
}

function runMessage(seed: number) {
  const network = { ...NETWORK, namedGain: "he" } as const;
  return specificationToMessage(
    parsePropagation({ network, sampling: "dense", seed, stoppingRule: STOPPING_RULE }),
  );
}
