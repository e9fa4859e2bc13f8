import assert from "node:assert/strict";

import { Device, type Lease } from "../../../coordinator/scheduler/fleet.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";

const OPTIONS = { ...DEFAULT_SCHEDULER_OPTIONS, prefetchSeconds: 3, leasesPerSlot: 8 };

/** A propagation that no partial has tied to a generator. */
const PROPAGATED = {
  wireKind: "RUN_KIND_PROPAGATION",
  generator: undefined,
  superseded: new Set<string>(),
};

/** A device that holds leases, each with the time that it is expected to take. */
function deviceWith(slotCount: number, expectedSeconds: readonly (number | undefined)[]): Device {
  const device = new Device(0, { backends: [{ name: "simd", generator: "g" }], slotCount });
  for (const [i, expected] of expectedSeconds.entries()) {
    const lease: Lease = {
      id: i + 1,
      run: "r",
      shardIndex: i,
      worker: "w",
      device,
      backend: "simd",
      grantedAt: 0,
      expectedSeconds: expected,
      work: 1,
      rateKey: "k",
      deadline: 20,
    };
    device.hold(lease, 0);
  }
  return device;
}

describe("Device", () => {
  describe("wants more", () => {
    const unknown = undefined;
    for (const [what, slotCount, expected, wants] of [
      ["when it has nothing", 2, [], true],
      ["when a slot is free, however much the other has", 2, [100], true],
      ["one in hand for each slot until its speed is known", 1, [unknown], true],
      ["no second in hand until its speed is known", 1, [unknown, unknown], false],
      ["two in hand for two slots", 2, [unknown, unknown, unknown], true],
      ["no third", 2, [unknown, unknown, unknown, unknown], false],
      ["until it has work for a few seconds", 1, [1, 1], true],
      ["no more than that", 1, [1, 1, 1], false],
      ["that much for each slot", 2, [1, 1, 1, 1, 1], true],
      ["no more for two slots either", 2, [1, 1, 1, 1, 1, 1], false],
      ["one in hand however slow it is", 1, [60], true],
      ["no second in hand if it is slow", 1, [60, 60], false],
      ["nothing beyond its limit, however fast it is", 1, Array<number>(8).fill(1e-6), false],
      ["up to its limit", 1, Array<number>(7).fill(1e-6), true],
      ["no more once one of unknown speed makes two", 1, [1, unknown], false],
    ] as const) {
      it(`${what}: ${wants}`, () => {
        assert.equal(deviceWith(slotCount, expected).wantsMore(OPTIONS), wants);
      });
    }
  });

  describe("serves", () => {
    const device = new Device(0, {
      backends: [
        { name: "reference", generator: "" },
        { name: "simd", generator: "g+fma" },
      ],
      slotCount: 1,
    });
    for (const [what, backend, generator, serves] of [
      ["a run that is not bound to a generator", "simd", undefined, true],
      ["one of its own generator", "simd", "g+fma", true],
      ["no other", "simd", "g", false],
      ["any, if it does not say which it has", "reference", "g", true],
    ] as const) {
      it(`${what}: ${serves}`, () => {
        assert.equal(device.serves({ ...PROPAGATED, backends: [backend], generator }), serves);
      });
    }

    it("no run for which its generator was given up", () => {
      const run = { ...PROPAGATED, backends: ["simd"] } as const;
      assert.equal(device.serves({ ...run, superseded: new Set(["g+fma"]) }), false);
      assert.equal(device.serves({ ...run, superseded: new Set(["g"]) }), true);
    });

    it("runs of the kinds that it names, and else of propagation only", () => {
      const trainer = new Device(0, {
        backends: [{ name: "simd", generator: "g", kinds: ["RUN_KIND_TRAINING"] }],
        slotCount: 1,
      });
      const trained = { ...PROPAGATED, wireKind: "RUN_KIND_TRAINING", backends: ["simd"] } as const;
      const propagated = { ...PROPAGATED, backends: ["simd"] } as const;
      assert.deepEqual([trainer.serves(trained), trainer.serves(propagated)], [true, false]);
      assert.deepEqual([device.serves(trained), device.serves(propagated)], [false, true]);
      assert.ok(device.serves({ ...propagated, wireKind: 1000 }), "a kind without a name");
    });

    it("nothing for a backend that it lacks", () => {
      assert.equal(
        deviceWith(1, []).serves({
          ...PROPAGATED,
          backends: ["reference"],
        }),
        false,
      );
      assert.equal(deviceWith(1, []).generatorOf("reference"), undefined);
      assert.equal(deviceWith(1, []).generatorOf("simd"), "g");
      assert.equal(device.generatorOf("reference"), undefined);
    });
  });

  it("is silent if it has answered none of its leases for so long", () => {
    const device = deviceWith(1, [1]);
    assert.equal(deviceWith(1, []).isSilent(1e9, 1), false, "it holds no lease");
    assert.deepEqual([device.isSilent(9.9, 10), device.isSilent(10, 10)], [false, true]);
    device.answered(5);
    assert.deepEqual([device.isSilent(14.9, 10), device.isSilent(15, 10)], [false, true]);
  });

  it("learns its rate for each kind of work, the newest counting three tenths", () => {
    const device = deviceWith(1, []);
    assert.equal(device.expectedSeconds("simd/dense", 10), undefined);
    device.measured("simd/dense", 10, 5);
    assert.equal(device.expectedSeconds("simd/dense", 20), 10);
    device.measured("small", 0.5, 5);
    assert.equal(device.expectedSeconds("small", 1), 10);
    device.measured("simd/dense", 10, 15);
    assert.equal(device.expectedSeconds("simd/dense", 10), 8);
    assert.equal(device.expectedSeconds("simd/isotropic", 10), undefined);
  });

  it("learns nothing from times and amounts that mean nothing", () => {
    const device = deviceWith(1, []);
    for (const [work, seconds] of [
      [10, 0],
      [10, -1],
      [10, NaN],
      [0, 1],
    ] as const) {
      device.measured("k", work, seconds);
    }
    assert.equal(device.expectedSeconds("k", 1), undefined);
  });

  it("runs as many leases as it has slots, in the order of granting", () => {
    const running = deviceWith(2, [1, 1, 1]).running();
    assert.deepEqual(
      running.map(({ id }) => id),
      [1, 2],
    );
    assert.equal(deviceWith(2, [1]).idle, true);
    assert.equal(deviceWith(2, [1, 1]).idle, false);
  });
});
