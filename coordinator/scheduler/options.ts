/** How the scheduler deals with its fleet. None of it can change an estimate of honest workers. */
export interface SchedulerOptions {
  /** How long a lease lives without a heartbeat that renews it. */
  readonly leaseDurationSeconds: number;
  /** How long a worker whose stream broke keeps its leases, if it comes back. */
  readonly reconnectGraceSeconds: number;
  /** Work that a device is given ahead, by its measured rate. */
  readonly prefetchSeconds: number;
  /** Leases that a device may hold for each of its slots, however fast it is. */
  readonly leasesPerSlot: number;
  /** Partials that may wait for the ledger; nothing is granted while there are that many. */
  readonly maximumRecordings: number;
  /** Partials per run in memory while an earlier shard is missing; the rest stay in the ledger. */
  readonly maximumWaitingPartials: number;
  /** Failed attempts after which a shard is parked. */
  readonly maximumErrors: number;
  /** Lost workers after which a shard is parked. More than errors: machines die innocently. */
  readonly maximumLosses: number;
  /** A running shard is copied once it has taken this many times its expected time … */
  readonly stragglerFactor: number;
  /** … and at least this long. */
  readonly stragglerSeconds: number;
  /**
   * One shard in this many is computed again by another worker and compared bit for bit, and so is
   * the first shard of every new worker; 0: none is.
   */
  readonly doubleCheckInterval: number;
  /** How long these checks may delay the end of a run that needs nothing else. */
  readonly doubleCheckPatienceSeconds: number;
}

export const DEFAULT_SCHEDULER_OPTIONS: SchedulerOptions = {
  leaseDurationSeconds: 20,
  reconnectGraceSeconds: 3,
  prefetchSeconds: 3,
  leasesPerSlot: 64,
  maximumRecordings: 4096,
  maximumWaitingPartials: 2048,
  maximumErrors: 3,
  maximumLosses: 8,
  stragglerFactor: 2,
  stragglerSeconds: 1,
  doubleCheckInterval: 500,
  doubleCheckPatienceSeconds: 30,
};

/** Least values, and whether a value must be a whole number. */
const ALLOWED: Readonly<Record<keyof SchedulerOptions, { least: number; whole: boolean }>> = {
  leaseDurationSeconds: { least: 0, whole: false },
  reconnectGraceSeconds: { least: 0, whole: false },
  prefetchSeconds: { least: 0, whole: false },
  leasesPerSlot: { least: 1, whole: true },
  maximumRecordings: { least: 1, whole: true },
  maximumWaitingPartials: { least: 0, whole: true },
  maximumErrors: { least: 1, whole: true },
  maximumLosses: { least: 1, whole: true },
  stragglerFactor: { least: 1, whole: false },
  stragglerSeconds: { least: 0, whole: false },
  doubleCheckInterval: { least: 0, whole: true },
  doubleCheckPatienceSeconds: { least: 0, whole: false },
};

/** @throws RangeError that names the first option that is not allowed, and what is. */
export function checkSchedulerOptions(options: SchedulerOptions): void {
  for (const [name, { least, whole }] of Object.entries(ALLOWED)) {
    const value = options[name as keyof SchedulerOptions];
    if (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) continue;
    throw new RangeError(
      `${name}: ${value} is not allowed; give a ${whole ? "whole number" : "number"} of at least ${least}`,
    );
  }
}
