import assert from "node:assert/strict";

import { fleetView } from "../../../coordinator/http/fleetView.ts";
import { Device, type Worker } from "../../../coordinator/scheduler/fleet.ts";

const NOW = 100;

function worker(id: string, changes: Partial<Worker> = {}): Worker {
  const backends = [{ name: "simd", generator: "" }] as const;
  const device = new Device(0, { slotCount: 4, backends });
  return { id, devices: [device], connected: true, draining: false, heardAt: NOW, ...changes };
}

function fleetOf(workers: readonly Worker[], quarantined: Readonly<Record<string, string>> = {}) {
  const fleet = {
    workers: new Map(workers.map((one) => [one.id, one])),
    quarantined: new Map(Object.entries(quarantined)),
    displayNameOf: (id: string) => `machine ${id}`,
  };
  return { fleet, now: () => NOW };
}

function namesOn(page: ReturnType<typeof fleetView>): string[] {
  return page.workers.map(({ name }) => name);
}

describe("fleetView", () => {
  it("has workers in trouble first, and all others by their names for people", () => {
    const fleet = fleetOf(
      [
        worker("c"),
        worker("a"),
        worker("draining", { draining: true }),
        worker("away", { connected: false }),
        worker("liar"),
      ],
      { liar: "it contradicted two others" },
    );
    const view = fleetView(fleet, 10, "");
    assert.deepEqual(
      view.workers.map(({ name, state }) => [name, state]),
      [
        ["workers/liar", "QUARANTINED"],
        ["workers/away", "AWAY"],
        ["workers/draining", "DRAINING"],
        ["workers/a", "CONNECTED"],
        ["workers/c", "CONNECTED"],
      ],
    );
    assert.equal(view.workers[0]?.reason, "it contradicted two others");
    assert.equal(view.workers[3]?.displayName, "machine a");
  });

  it("says of each device what it is", () => {
    const gpu = {
      name: "webgpu",
      generator: "g",
      driver: "SwiftShader 5.0",
      isGpu: true,
      isSoftware: true,
      memoryBytes: 2 ** 34,
      weightsPerSecond: 1e9,
    } as const;
    const device = new Device(0, { description: "a card", slotCount: 64, backends: [gpu] });
    const view = fleetView(fleetOf([worker("a"), worker("b", { devices: [device] })]), 10, "");
    assert.deepEqual(
      view.workers.map(({ devices }) => devices),
      [
        [
          {
            description: "",
            backends: [
              {
                name: "simd",
                generator: "",
                driver: "",
                gpu: false,
                software: false,
                memoryBytes: null,
                weightsPerSecond: null,
              },
            ],
            slotCount: 4,
            leaseCount: 0,
          },
        ],
        [
          {
            description: "a card",
            backends: [
              {
                name: "webgpu",
                generator: "g",
                driver: "SwiftShader 5.0",
                gpu: true,
                software: true,
                memoryBytes: 2 ** 34,
                weightsPerSecond: 1e9,
              },
            ],
            slotCount: 64,
            leaseCount: 0,
          },
        ],
      ],
    );
  });

  it("counts all of them, whatever page is asked for", () => {
    const workers = ["a", "b", "c", "d", "e"].map((id) => worker(id, { connected: id !== "e" }));
    const view = fleetView(fleetOf(workers, { e: "" }), 1, "2");
    assert.equal(view.workerCount, 4);
    assert.equal(view.connectedCount, 4);
    assert.equal(view.quarantinedCount, 1);
    assert.equal(view.slotCount, 16);
  });

  it("has every worker once, page after page", () => {
    const fleet = fleetOf(["a", "b", "c", "d", "e"].map((id) => worker(id)));
    const seen: string[] = [];
    let token = "";
    do {
      const page = fleetView(fleet, 2, token);
      seen.push(...namesOn(page));
      token = page.nextPageToken;
    } while (token !== "");
    assert.deepEqual(
      seen,
      ["a", "b", "c", "d", "e"].map((id) => `workers/${id}`),
    );
  });

  it("tells silence in steps, so that not all change at every second", () => {
    const silences = [0, 4.9, 5, 12].map(
      (seconds) =>
        fleetView(fleetOf([worker("a", { heardAt: NOW - seconds })]), 1, "").workers[0]
          ?.silentSeconds,
    );
    assert.deepEqual(silences, [0, 0, 5, 10]);
  });
});
