import assert from "node:assert/strict";
import { Pace, QueueClock } from "../../../../worker/backends/webgpu/pace.ts";

describe("Pace", () => {
  it("begins with few layers, and takes more as the device turns out to be faster", () => {
    // 10⁶ operations a layer at 10⁸ a second: 5 layers in 50 ms.
    const pace = new Pace(1e6, 1e8);
    assert.equal(pace.layers(1), 4);
    for (let i = 0; i < 10; i++) pace.measured(1, pace.layers(1), pace.layers(1) * 1e-4);
    assert.equal(pace.layers(1), 256);
    assert.equal(pace.layers(100), 4);
  });

  it("takes at least one layer, and not too many", () => {
    const pace = new Pace(1e6, 1e8);
    assert.equal(pace.layers(1e9), 1);
    for (let i = 0; i < 30; i++) pace.measured(1, 1, 0);
    assert.equal(pace.layers(1), 8192);
  });

  it("believes at once that the device is slower, and only step by step that it is faster", () => {
    const pace = new Pace(1e6, 1e8);
    pace.measured(2, 5, 100);
    assert.equal(pace.replicaLayerSeconds, 10);
    pace.measured(2, 5, 0.001);
    assert.equal(pace.replicaLayerSeconds, 2.5);
  });
});

describe("QueueClock", () => {
  it("counts from when a submission could begin", () => {
    let now = 1000;
    const clock = new QueueClock(() => now);
    const first = clock.submitted();
    now = 1010;
    const second = clock.submitted();
    now = 1500;
    assert.equal(first(), 0.5);
    now = 1700;
    assert.equal(second(), 0.2);
    now = 5000;
    const third = clock.submitted();
    now = 5100;
    assert.equal(third(), 0.1);
  });
});
