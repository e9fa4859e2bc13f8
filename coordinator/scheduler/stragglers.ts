import type { ActiveRun } from "./activeRun.ts";
import type { Device, Lease, Worker } from "./fleet.ts";
import type { SchedulerOptions } from "./options.ts";

/**
 * The lease that an idle device should copy when nothing is left to grant: one that still waits in
 * another worker's queue — the last in line first — or else the oldest that has been running for
 * much longer than expected. Shards that have two attempts already are left alone, and so are those
 * that the worker failed before.
 */
export function stragglerFor(
  worker: Worker,
  device: Device,
  leases: Iterable<Lease>,
  runs: ReadonlyMap<string, ActiveRun>,
  now: number,
  options: SchedulerOptions,
): Lease | undefined {
  let queued: Lease | undefined;
  let slow: Lease | undefined;
  const running = new Map<Device, Set<Lease>>();
  for (const lease of leases) {
    const run = runs.get(lease.run);
    if (run === undefined || lease.worker === worker.id) continue;
    if (!device.description.backends.includes(run.progress.specification.backend)) continue;
    if ((run.leases.get(lease.shardIndex)?.size ?? 0) > 1) continue;
    if (run.hasFailedAt(lease.shardIndex, worker.id)) continue;
    const started = running.get(lease.device) ?? new Set(lease.device.running());
    running.set(lease.device, started);
    if (!started.has(lease)) queued = lease;
    else if (isSlow(lease, now, options)) slow ??= lease;
  }
  return queued ?? slow;
}

function isSlow(lease: Lease, now: number, options: SchedulerOptions): boolean {
  const age = now - lease.grantedAt;
  const expected = lease.expectedSeconds ?? options.stragglerSeconds;
  return age >= options.stragglerSeconds && age >= options.stragglerFactor * expected;
}
