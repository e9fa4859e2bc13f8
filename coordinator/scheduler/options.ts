/** How the scheduler deals with its fleet. None of it can change an estimate. */
export interface SchedulerOptions {
  /** A lease that no heartbeat renews for so long is granted again. */
  readonly leaseDurationSeconds: number;
  /** How long a worker whose stream broke keeps its leases, if it comes back. */
  readonly reconnectGraceSeconds: number;
  /** Work that a device is given ahead, by its measured rate. */
  readonly prefetchSeconds: number;
  /** Leases that a device may hold for each of its slots, however fast it is. */
  readonly leasesPerSlot: number;
  /** A shard that so many attempts report as failed is parked. */
  readonly maximumErrors: number;
  /** A shard on which so many workers were lost is parked. More than errors: machines die innocently. */
  readonly maximumLosses: number;
  /** A running shard is copied once it has taken so many times its expected time. */
  readonly stragglerFactor: number;
  /** … and at least so long. */
  readonly stragglerSeconds: number;
}

export const DEFAULT_SCHEDULER_OPTIONS: SchedulerOptions = {
  leaseDurationSeconds: 20,
  reconnectGraceSeconds: 3,
  prefetchSeconds: 3,
  leasesPerSlot: 64,
  maximumErrors: 3,
  maximumLosses: 8,
  stragglerFactor: 2,
  stragglerSeconds: 1,
};
