import { rateText } from "./deviceText.ts";
import type { Candidate, LeftOut } from "./workerDevice.ts";

/** Which of the candidates a worker takes, and why not the others. */
export interface Choice<Device extends Candidate = Candidate> {
  readonly taken: readonly Device[];
  readonly beaten: readonly (LeftOut & { readonly device: Device })[];
}

/**
 * Takes each device by the backend that was measured to be its fastest: two on one card would only
 * be in each other's way.
 */
export function fastestOfEach<Device extends Candidate>(
  candidates: readonly Device[],
): Choice<Device> {
  const taken: Device[] = [];
  const beaten: (LeftOut & { readonly device: Device })[] = [];
  for (const [name, rivals] of Map.groupBy(candidates, (candidate) => candidate.name)) {
    const [winner, ...losers] = rivals.toSorted((a, b) => rateOf(b) - rateOf(a));
    if (winner !== undefined) taken.push(winner);
    const winnersName = winner?.backends[0]?.name ?? "";
    for (const device of losers) {
      const backend = device.backends[0]?.name;
      if (backend === undefined) continue;
      const reason = `it does ${rateText(rateOf(device))}, and ${winnersName} ${rateText(winner === undefined ? 0 : rateOf(winner))}`;
      beaten.push({ backend, name, reason, device });
    }
  }
  return { taken, beaten };
}

/** The measured rate of the fastest backend. */
function rateOf({ backends }: Candidate): number {
  return Math.max(0, ...backends.map(({ weightsPerSecond = 0 }) => weightsPerSecond));
}
