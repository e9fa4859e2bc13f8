import assert from "node:assert/strict";

import type { DeviceDescription } from "../../../coordinator/scheduler/events.ts";
import { SchedulerScript } from "../../support/schedulerScript.ts";

/** A device of one slot with a generator, by default that of the script's partials. */
function simd(generator = "synthetic"): DeviceDescription {
  return { backends: [{ name: "simd", generator }], slotCount: 1 };
}

const SIMD = simd();
const FAILED: DeviceDescription = { ...SIMD, backends: [] };

function join(script: SchedulerScript, devices: DeviceDescription[], ...heldLeases: number[]) {
  return script.feed({ kind: "worker_joined", worker: "a", devices, heldLeases });
}

describe("Scheduler: a worker that joins again without a device", () => {
  it("keeps what its other devices hold, and gets nothing more for the one that failed", () => {
    const script = new SchedulerScript();
    script.submit("r", 9);
    // Leases 1 and 2 for the first device, 3 and 4 for the second.
    assert.deepEqual(join(script, [SIMD, SIMD]), ["run_started r", "grant a r#0 r#1 r#2 r#3"]);
    assert.deepEqual(join(script, [FAILED, SIMD], 3, 4), []);
    assert.deepEqual(script.join("b"), ["grant b r#0/2 r#1/2"]);
    assert.deepEqual(script.answer("a", "r#2"), ["record r#2", "grant a r#4"]);
    const leases = [...script.scheduler.leases.values()].filter(({ worker }) => worker === "a");
    assert.deepEqual(new Set(leases.map(({ device }) => device.index)), new Set([1]));
  });

  it("leaves runs waiting for a backend that only this device had", () => {
    const script = new SchedulerScript();
    const reference: DeviceDescription = {
      backends: [{ name: "reference", generator: "plain" }],
      slotCount: 1,
    };
    script.submit("r", 3);
    join(script, [SIMD, reference]);
    assert.equal(script.scheduler.isBackendMissing("r"), false);
    assert.deepEqual(join(script, [FAILED, reference]), []);
    assert.equal(script.scheduler.isBackendMissing("r"), true);
  });

  it("does not hide the generator that its partials have shown", () => {
    const script = new SchedulerScript();
    script.submit("r", 9);
    join(script, [simd("")]);
    script.answer("a", "r#0", script.partial("r#0", "fused"));
    join(script, [simd("")], 2);
    const [device] = script.scheduler.workers.get("a")?.devices ?? [];
    assert.equal(device?.generatorOf("simd"), "fused");
  });
});
