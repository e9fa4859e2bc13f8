/** How the scheduler treats its fleet. While workers are honest, no option changes an estimate. */
export interface SchedulerOptions {
  /** How long a lease lives without a heartbeat that renews it. */
  readonly leaseDurationSeconds: number;
  /** How long a worker whose stream broke keeps its leases, so that it can come back. */
  readonly reconnectGraceSeconds: number;
  /** Seconds of work that a device is given ahead, by its measured rate. */
  readonly prefetchSeconds: number;
  /** Most leases that a device may hold for each of its slots, however fast it is. */
  readonly leasesPerSlot: number;
  /** Partials waiting for the ledger at which granting stops. */
  readonly maximumRecordings: number;
  /** Partials per run in memory while an earlier shard is missing; others stay in the ledger. */
  readonly maximumWaitingPartials: number;
  /** Failed attempts after which a shard is parked. */
  readonly maximumErrors: number;
  /** Lost workers after which a shard is parked; more than errors, since any machine can die. */
  readonly maximumLosses: number;
  /** A running shard is copied once it has taken this many times its expected time … */
  readonly stragglerFactor: number;
  /** … and at least this long. */
  readonly stragglerSeconds: number;
  /**
   * One shard in this many, and the first shard of every new worker, is computed again by another
   * worker and compared bit for bit. 0 switches these checks off.
   */
  readonly doubleCheckInterval: number;
  /** How long these checks may delay the end of a run that needs nothing else. */
  readonly doubleCheckPatienceSeconds: number;
  /**
   * How long at least a run waits for more partials of a generator that one worker alone has
   * delivered, before workers of another generator compute it anew.
   */
  readonly generatorPatienceSeconds: number;
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
  generatorPatienceSeconds: 60,
};

/** The least value of each option, and whether it must be a whole number. */
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
  generatorPatienceSeconds: { least: 0, whole: false },
};

/** @throws RangeError that names the first bad option, and what is allowed. */
export function checkSchedulerOptions(options: SchedulerOptions): void {
  for (const [name, { least, whole }] of Object.entries(ALLOWED)) {
    const value = options[name as keyof SchedulerOptions];
    if (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) continue;
    throw new RangeError(
      `${name}: ${value} is not allowed; give a ${whole ? "whole number" : "number"} of at least ${least}`,
    );
  }
}
