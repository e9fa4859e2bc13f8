import assert from "node:assert/strict";

import { BusyMeter } from "../../../worker/metrics/busyMeter.ts";

describe("BusyMeter", () => {
  it("has the mean number of busy slots since it was read the last time", () => {
    const meter = new BusyMeter(10);
    meter.change(12, 1);
    meter.change(13, 1);
    assert.equal(meter.busy, 2);
    meter.change(15, -1);
    // No thread is busy for 2 s, one for 1 s, two for 2 s, one for 5 s.
    assert.equal(meter.read(20), 1);
    assert.equal(meter.read(30), 1);
    meter.change(35, -1);
    assert.equal(meter.read(40), 0.5);
    assert.equal(meter.busy, 0);
  });

  it("has what is so now where no time has passed", () => {
    const meter = new BusyMeter(0);
    meter.change(0, 3);
    assert.equal(meter.read(0), 3);
  });
});
