import type { FleetJson, WorkerJson } from "../../shared/wire/pageJson.ts";
import type { Fleet } from "../engine/engine.ts";
import type { Worker } from "../scheduler/fleet.ts";
import type { SimulationReads } from "../simulations/reads.ts";

/** Seconds of silence are told in steps: a thousand workers must not all change every second. */
const SILENCE_STEP = 5;

/**
 * A page of the fleet's workers: those in trouble first, then all others by name.
 *
 * @param pageToken the number of workers on the pages before; empty for the first.
 */
export function fleetView(
  reads: Pick<SimulationReads, "fleet" | "now">,
  pageSize: number,
  pageToken: string,
): FleetJson {
  const { fleet } = reads;
  const now = reads.now();
  const present = [...fleet.workers.values()].filter(({ id }) => !fleet.quarantined.has(id));
  const first = Number(pageToken);
  const ordered = [
    ...[...fleet.quarantined].map(([id, reason]) => quarantinedJson(fleet, id, reason)),
    ...present
      .map((worker) => workerJson(fleet, worker, now))
      .toSorted((a, b) => rank(a) - rank(b) || compare(a.displayName, b.displayName)),
  ];
  const devices = present.flatMap((worker) => worker.devices);
  return {
    workers: ordered.slice(first, first + pageSize),
    nextPageToken: first + pageSize < ordered.length ? String(first + pageSize) : "",
    workerCount: present.length,
    connectedCount: present.filter(({ connected }) => connected).length,
    quarantinedCount: fleet.quarantined.size,
    slotCount: devices.reduce((sum, { description }) => sum + description.slotCount, 0),
    leaseCount: devices.reduce((sum, { leases }) => sum + leases.size, 0),
  };
}

function workerJson(fleet: Fleet, worker: Worker, now: number): WorkerJson {
  const { id, connected, draining, heardAt, devices } = worker;
  return {
    name: `workers/${id}`,
    displayName: fleet.displayNameOf(id),
    state: connected ? (draining ? "DRAINING" : "CONNECTED") : "AWAY",
    reason: "",
    devices: devices.map(({ description, leases }) => ({
      description: description.description ?? "",
      backends: description.backends.map((backend) => ({
        name: backend.name,
        generator: backend.generator,
        driver: backend.driver ?? "",
        gpu: backend.isGpu ?? false,
        software: backend.isSoftware ?? false,
        memoryBytes: backend.memoryBytes ?? null,
        weightsPerSecond: backend.weightsPerSecond ?? null,
      })),
      slotCount: description.slotCount,
      leaseCount: leases.size,
    })),
    silentSeconds: SILENCE_STEP * Math.max(0, Math.floor((now - heardAt) / SILENCE_STEP)),
  };
}

function quarantinedJson(fleet: Fleet, id: string, reason: string): WorkerJson {
  return {
    name: `workers/${id}`,
    displayName: fleet.displayNameOf(id),
    state: "QUARANTINED",
    reason,
    devices: [],
    silentSeconds: null,
  };
}

function rank({ state }: WorkerJson): number {
  return ["QUARANTINED", "AWAY", "DRAINING", "CONNECTED"].indexOf(state);
}

/** Compares by code units: the rules of a language take their time with a thousand names. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
