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
 * `2,048 replicas in 1 shard: webgpu on SwiftShader, software, driver 5.0`.
 *
 * @param withGenerators whether to name all generators, which are long; default: only where nothing
 *   else tells two lines apart
 */
export function computationLines(
  computations: readonly Computation[],
  withGenerators = false,
): string[] {
  const names = computations.map(computerText);
  return computations.map((computation, i) => {
    const { generator, shardCount, replicaCount } = computation;
    const name = names[i] ?? "";
    const isAlone = names.filter((other) => other === name).length === 1;
    const share = `${counted(replicaCount, "replica")} in ${counted(shardCount, "shard")}:`;
    return [
      ...(computations.length === 1 ? [] : [share]),
      name,
      ...(generator === "" || (isAlone && !withGenerators) ? [] : [`(${generator})`]),
      ...recomputedText(computation.recomputedReplicaCount),
    ].join(" ");
  });
}

/** Names a backend and its device. Software is never shown without the word. */
function computerText({ backend, device, driver, software }: Computation): string {
  return [
    device === "" ? backend : `${backend} on ${device}`,
    ...(software ? ["software"] : []),
    ...(driver === "" ? [] : [driver]),
  ].join(", ");
}

function recomputedText(replicaCount: number | string): string[] {
  if (Number(replicaCount) === 0) return [];
  return [`· ${counted(replicaCount, "replica")} computed anew by the processor`];
}
