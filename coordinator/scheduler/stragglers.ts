import type { ActiveRun } from "./activeRun.ts";
import type { Device, Lease, Worker } from "./fleet.ts";
import type { SchedulerOptions } from "./options.ts";

/** Most running leases that a faster device may look at, those that will take longest. */
const MAXIMUM_OUTRUN = 64;

/** A lease that idle devices may copy. */
export interface Straggler {
  readonly lease: Lease;
  /** When its device will be done, as it seems: only a device that is done much sooner copies it. */
  readonly doneAt?: number;
}

/**
 * Leases that idle devices should copy when nothing is left to grant, best first. Leases still
 * queued at their device come first, the last in line before the others. Leases that run for much
 * longer than expected follow, the oldest first. Then come those that will run for longest, which
 * only a faster device may copy. Shards with two attempts are left out, unless all who have them have
 * long been silent: then each shard is there once, by its last lease.
 *
 * @param leases all live leases by number, in the order of granting.
 */
export function stragglers(
  leases: ReadonlyMap<number, Lease>,
  runs: ReadonlyMap<string, ActiveRun>,
  now: number,
  options: SchedulerOptions,
): Straggler[] {
  const queued: Lease[] = [];
  const slow: Lease[] = [];
  const going: Required<Straggler>[] = [];
  const running = new Map<Device, Set<Lease>>();
  const isSilent = (id: number) =>
    leases.get(id)?.device.isSilent(now, options.generatorPatienceSeconds) === true;
  for (const lease of leases.values()) {
    const attempts = [...(runs.get(lease.run)?.leases.get(lease.shardIndex) ?? [])];
    if (attempts.at(-1) !== lease.id) continue;
    if (attempts.length > 1 && !attempts.every(isSilent)) continue;
    const started = running.get(lease.device) ?? new Set(lease.device.running());
    running.set(lease.device, started);
    if (!started.has(lease)) queued.push(lease);
    else if (isSlow(lease, now, options)) slow.push(lease);
    else going.push({ lease, doneAt: doneAt(lease, now) });
  }
  const longest = going
    .filter((straggler) => straggler.doneAt - now >= options.stragglerSeconds)
    .toSorted((a, b) => b.doneAt - a.doneAt)
    .slice(0, MAXIMUM_OUTRUN);
  return [...[...queued.toReversed(), ...slow].map((lease) => ({ lease })), ...longest];
}

/**
 * True if a worker may try a shard that another worker has not finished, unless it is left to others.
 *
 * @param holders all leases of the shard
 */
export function mayCopy(
  { shardIndex }: Pick<Lease, "shardIndex">,
  holders: readonly Lease[],
  run: ActiveRun,
  worker: Worker,
): boolean {
  return (
    holders.every((lease) => lease.worker !== worker.id) &&
    // A slow check delays nothing.
    !run.isSettled(shardIndex) &&
    !run.trust.hasClaim(shardIndex, worker.id)
  );
}

/** When a running lease will be done by its device's rate; now, if that is not known. */
function doneAt({ startedAt, grantedAt, expectedSeconds = 0 }: Lease, now: number): number {
  return Math.max(now, (startedAt ?? grantedAt) + expectedSeconds);
}

/** True if the device would be done with the lease's shard much sooner than its holder. */
export function outruns(
  device: Device,
  { lease, doneAt: end }: Straggler,
  rateKey: string,
  now: number,
  { stragglerFactor }: SchedulerOptions,
): boolean {
  if (end === undefined) return true;
  const own = device.expectedSeconds(rateKey, lease.work);
  return own !== undefined && end - now >= stragglerFactor * own;
}

function isSlow(lease: Lease, now: number, options: SchedulerOptions): boolean {
  const age = now - lease.grantedAt;
  const expected = lease.expectedSeconds ?? options.stragglerSeconds;
  return age >= options.stragglerSeconds && age >= options.stragglerFactor * expected;
}
