import { counted } from "./counts.ts";

/** How much of a run was computed alike; numbers may be texts, as they come from the wire. */
interface Computation {
  readonly backend: string;
  readonly generator: string;
  readonly device: string;
  readonly driver: string;
  readonly software: boolean;
  readonly shardCount: number;
  readonly replicaCount: number | string;
  readonly recomputedReplicaCount: number | string;
}

/** What is said of the estimate of a run of any backend. */
export const NO_EQUAL_BITS =
  "any backend: a run of the same seed may be divided otherwise, and equal bits are not promised";

/**
 * Says who computed how much of a run, a line for each kind of device:
 * `65,536 replicas in 32 shards: webgpu on SwiftShader (software), driver 5.0 (philox4x32-10/…)`.
 */
export function computationLines(computations: readonly Computation[]): string[] {
  return computations.map((computation) => {
    const { shardCount, replicaCount } = computation;
    const share = `${counted(replicaCount, "replica")} in ${counted(shardCount, "shard")}: `;
    return (computations.length === 1 ? "" : share) + computerText(computation);
  });
}

function computerText({ backend, generator, driver, ...of }: Computation): string {
  return [
    backend,
    ...deviceText(of),
    ...(driver === "" ? [] : [`with driver ${driver}`]),
    ...(generator === "" ? [] : [`(${generator})`]),
    ...recomputedText(of.recomputedReplicaCount),
  ]
    .filter((text) => text !== "")
    .join(" ");
}

/** A software adapter is never shown without the word. */
function deviceText({ device, software }: Pick<Computation, "device" | "software">): string[] {
  if (device === "") return software ? ["in software"] : [];
  return [`on ${device}${software ? " (software)" : ""}`];
}

function recomputedText(replicaCount: number | string): string[] {
  if (Number(replicaCount) === 0) return [];
  return [`· ${counted(replicaCount, "replica")} computed anew by the processor`];
}
