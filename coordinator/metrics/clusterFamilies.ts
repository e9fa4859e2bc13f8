import { BACKENDS, type DeviceBackend } from "../../shared/specification/backends.ts";
import { byLabel, type Family, type Sample } from "../../shared/metrics/families.ts";
import type { SchedulerView } from "../scheduler/scheduler.ts";
import type { LeaderNow } from "./leader.ts";

/** Gauges of what the scheduler and the ledger hold now. */
const STATE: readonly Family<LeaderNow>[] = [
  {
    kind: "gauge",
    name: "lyapunov_runs",
    help: "Runs that have not ended.",
    labels: ["state"],
    samples: ({ engine }) => {
      const counts = { queued: 0, running: 0, cancelling: 0 };
      for (const { state } of engine.unfinishedRecords.values()) {
        const name = state.toLowerCase();
        if (name in counts) counts[name as keyof typeof counts] += 1;
      }
      return byLabel("state", counts);
    },
  },
  {
    kind: "gauge",
    name: "lyapunov_shards",
    help: "Shards of active runs: leased, being recorded, waiting to be leased, or given up.",
    labels: ["state"],
    samples: ({ engine, load: { leased, waiting, parked } }) =>
      byLabel("state", {
        leased,
        recording: engine.scheduler.recordingCount,
        waiting,
        parked,
      }),
  },
  single(
    "lyapunov_leases",
    "Live leases; a shard may have two.",
    ({ engine }) => engine.scheduler.leases.size,
  ),
  single(
    "lyapunov_fold_lag_shards",
    "Recorded shards that wait for an earlier shard of their run; the largest number of any active run.",
    ({ load }) => load.foldLag,
  ),
  single(
    "lyapunov_worst_error_ratio",
    "Largest ratio of a standard error to its target in active runs that have a precision target.",
    ({ load }) => load.errorRatio,
  ),
  single(
    "lyapunov_extinct_fraction",
    "Fraction of replicas that went extinct; the largest of any active run.",
    ({ load }) => load.extinctFraction,
  ),
  {
    kind: "gauge",
    name: "lyapunov_workers",
    help: "Workers by state: taking leases, leaving, or silent.",
    labels: ["state"],
    samples: ({ engine: { scheduler } }) => byLabel("state", workerCounts(scheduler)),
  },
  {
    kind: "gauge",
    name: "lyapunov_worker_slots",
    help: "Shards that present workers can propagate at the same time, by backend.",
    labels: ["backend"],
    samples: ({ engine: { scheduler } }) => slots(scheduler),
  },
  {
    kind: "gauge",
    name: "lyapunov_fleet_devices",
    help: "Devices of present workers, by backend: processors, graphics cards, and software that plays one's part.",
    labels: ["backend", "device"],
    samples: ({ engine: { scheduler } }) => sumOverDevices(scheduler, () => 1),
  },
  {
    kind: "gauge",
    name: "lyapunov_fleet_weights_per_second",
    help: "Weights per second that the devices of present workers drew when they were measured at the start; 0 where none was.",
    labels: ["backend", "device"],
    samples: ({ engine: { scheduler } }) =>
      sumOverDevices(scheduler, ({ weightsPerSecond = 0 }) => weightsPerSecond),
  },
  {
    kind: "gauge",
    name: "lyapunov_fleet_memory_bytes",
    help: "Memory of the devices of present workers, of those where it is known.",
    labels: ["backend", "device"],
    samples: ({ engine: { scheduler } }) =>
      sumOverDevices(scheduler, ({ memoryBytes = 0 }) => memoryBytes),
  },
  single(
    "lyapunov_ledger_writes_waiting",
    "Writes that wait for the ledger's next commit.",
    ({ engine }) => engine.waitingWrites,
  ),
  single(
    "lyapunov_ledger_bytes",
    "Size of the ledger's file or database in bytes.",
    ({ ledgerBytes }) => ledgerBytes,
  ),
  single(
    "lyapunov_watch_waiting_bytes",
    "Messages about watched runs and sweeps that their readers have not taken yet.",
    ({ watches }) => watches.waitingBytes,
  ),
];

/** Counters since the coordinator began to lead. */
const TOTALS: readonly Family<LeaderNow>[] = [
  {
    kind: "counter",
    name: "lyapunov_leases_granted_total",
    help: "Leases granted: of new shards, of failed shards again, copies of slow shards, and checks.",
    labels: ["kind"],
    samples: ({ engine }) => byLabel("kind", engine.scheduler.counts.leasesGranted),
  },
  total(
    "lyapunov_leases_expired_total",
    "Leases that the worker did not renew in time.",
    ({ counts }) => counts.leasesExpired,
  ),
  {
    kind: "counter",
    name: "lyapunov_partials_total",
    help: "Partials received, by outcome; needless ones are of settled shards, even if a check agrees.",
    labels: ["outcome"],
    samples: ({ engine }) => byLabel("outcome", engine.scheduler.counts.partials),
  },
  total(
    "lyapunov_ledger_partials_total",
    "Partials that became durable.",
    ({ counts }) => counts.partialsRecorded,
  ),
  total(
    "lyapunov_checks_granted_total",
    "Shards leased again to compare the results.",
    ({ distrustCounts }) => distrustCounts.checksGranted,
  ),
  total(
    "lyapunov_shards_verified_total",
    "Shards on which two workers agreed.",
    ({ distrustCounts }) => distrustCounts.shardsVerified,
  ),
  total(
    "lyapunov_shards_verified_across_total",
    "Those of them on which two generators agreed, within what rounding allows.",
    ({ distrustCounts }) => distrustCounts.shardsVerifiedAcross,
  ),
  total(
    "lyapunov_disagreements_total",
    "Results that contradict another result.",
    ({ distrustCounts }) => distrustCounts.disagreements,
  ),
  total(
    "lyapunov_workers_quarantined_total",
    "Workers shut out for contradicting themselves or two others.",
    ({ distrustCounts }) => distrustCounts.workersQuarantined,
  ),
  total(
    "lyapunov_shards_retracted_total",
    "Accepted shards taken back to be computed again.",
    ({ distrustCounts }) => distrustCounts.shardsRetracted,
  ),
];

export const CLUSTER_FAMILIES: readonly Family<LeaderNow>[] = [...STATE, ...TOTALS];

function single(
  name: string,
  help: string,
  valueOf: (now: LeaderNow) => number | undefined,
): Family<LeaderNow> {
  return { kind: "gauge", name, help, samples: (now) => [{ value: valueOf(now) }] };
}

function total(
  name: string,
  help: string,
  valueOf: (scheduler: SchedulerView) => number,
): Family<LeaderNow> {
  return {
    kind: "counter",
    name,
    help,
    samples: ({ engine }) => [{ value: valueOf(engine.scheduler) }],
  };
}

function workerCounts(scheduler: SchedulerView): Record<string, number> {
  const counts = { present: 0, draining: 0, silent: 0 };
  for (const worker of scheduler.workers.values()) {
    if (scheduler.isPresent(worker)) counts.present += 1;
    else if (worker.connected && worker.draining) counts.draining += 1;
    else counts.silent += 1;
  }
  return counts;
}

/** Sums up a fact of the devices of present workers, by backend and kind of device. */
function sumOverDevices(
  scheduler: SchedulerView,
  factOf: (backend: DeviceBackend) => number,
): Sample[] {
  const sums = new Map<string, Required<Pick<Sample, "labels">> & { value: number }>();
  for (const worker of scheduler.workers.values()) {
    if (!scheduler.isPresent(worker)) continue;
    for (const backend of worker.devices.flatMap(({ description }) => description.backends)) {
      const labels = { backend: backend.name, device: deviceKind(backend) };
      const key = `${labels.backend} ${labels.device}`;
      sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + factOf(backend) });
    }
  }
  return [...sums.values()];
}

/** A software adapter is never called a graphics card. */
function deviceKind({ isGpu = false, isSoftware = false }: DeviceBackend): string {
  if (isSoftware) return "software";
  return isGpu ? "gpu" : "processor";
}

function slots(scheduler: SchedulerView): Sample[] {
  const counts = Object.fromEntries(BACKENDS.map((name) => [name as string, 0]));
  for (const worker of scheduler.workers.values()) {
    if (!scheduler.isPresent(worker)) continue;
    for (const { description } of worker.devices) {
      for (const { name } of description.backends) {
        counts[name] = (counts[name] ?? 0) + description.slotCount;
      }
    }
  }
  return byLabel("backend", counts);
}
