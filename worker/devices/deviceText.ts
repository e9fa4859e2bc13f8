import { bytes, counted, rough } from "../../shared/text/counts.ts";
import type { BackendName, DeviceBackend } from "../../shared/specification/backends.ts";
import { PROCESSOR } from "./processor.ts";
import type { Candidate, LeftOut } from "./workerDevice.ts";

const LIST = new Intl.ListFormat("en-GB");

/** A device as it is shown to people: they must never take software for a card. */
export function shownDescription(
  description: string,
  backends: readonly Pick<DeviceBackend, "isSoftware">[],
): string {
  const isSoftware = backends.some((backend) => backend.isSoftware === true);
  return isSoftware ? `${description} (software)` : description;
}

/** A rate: `2.1G weights/s`. */
export function rateText(weightsPerSecond: number): string {
  return `${rough(weightsPerSecond)} weights/s`;
}

/** Says in a line that a device is taken, and what it is. */
export function takenText({ name, description, backends, pool }: Candidate): string {
  const { driver, memoryBytes } = backends[0] ?? {};
  const isThreads = name === PROCESSOR && driver === undefined;
  const rates = backends.flatMap(({ weightsPerSecond }) => weightsPerSecond ?? []);
  const facts = [
    shownDescription(description, backends),
    ...(driver === undefined ? [] : [driver]),
    ...(memoryBytes === undefined || isThreads ? [] : [bytes(memoryBytes)]),
    counted(pool.slotCount, isThreads ? "thread" : "slot"),
    ...rates.map(rateText),
  ];
  return `takes ${name} by ${LIST.format(backends.map((each) => each.name))}: ${facts.join(", ")}`;
}

/** Says in a line that something is not taken, and why. */
export function leftOutText({ backend, name, reason }: LeftOut): string {
  const what = name === undefined ? backend : `${name} by ${backend}`;
  return `leaves ${what} out: ${bareReason(backend, reason)}`;
}

/** A reason for those who know which backend it is about; backends begin with their names. */
export function bareReason(backend: BackendName, reason: string): string {
  const prefix = `backend ${backend}: `;
  return reason.startsWith(prefix) ? reason.slice(prefix.length) : reason;
}
