import assert from "node:assert/strict";

import { RateMeter } from "../../../coordinator/scheduler/rateMeter.ts";

describe("RateMeter", () => {
  it("knows no rate before it starts, nor in its first instant", () => {
    const meter = new RateMeter(10);
    assert.equal(meter.perSecond(5), 0);
    meter.start(5);
    assert.equal(meter.perSecond(5), 0);
    meter.add(5, 100);
    assert.equal(meter.perSecond(5), 0);
  });

  it("divides by the time since its start, until that fills the window", () => {
    const meter = new RateMeter(10);
    meter.start(100);
    meter.add(104, 40);
    assert.equal(meter.perSecond(104), 10);
    meter.add(108, 40);
    assert.equal(meter.perSecond(108), 10);
    assert.equal(meter.perSecond(110), 8);
    assert.equal(meter.perSecond(112), 8);
  });

  it("forgets what is older than the window", () => {
    const meter = new RateMeter(10);
    meter.start(0);
    meter.add(1, 30);
    meter.add(9, 50);
    assert.equal(meter.perSecond(10.9), 8);
    assert.equal(meter.perSecond(11), 5);
    assert.equal(meter.perSecond(19), 0);
  });

  it("starts with its first amount if nobody started it, and once", () => {
    const meter = new RateMeter(10);
    meter.add(2, 6);
    meter.start(0);
    assert.equal(meter.perSecond(5), 2);
  });

  it("counts its first second by the time that has passed of it", () => {
    const meter = new RateMeter(10);
    meter.start(8);
    meter.add(8.25, 6);
    assert.equal(meter.perSecond(8.5), 12);
  });

  it("adds up what comes close together", () => {
    const meter = new RateMeter(10);
    meter.start(0);
    for (let i = 0; i < 1000; i++) meter.add(5 + i / 1000, 3);
    assert.equal(meter.perSecond(10), 300);
    assert.equal(meter.perSecond(16), 0);
  });

  it("gives no negative or infinite rate when the clock is behind", () => {
    const meter = new RateMeter(10);
    meter.start(8);
    meter.add(8, 6);
    assert.equal(meter.perSecond(7), 0);
  });
});
