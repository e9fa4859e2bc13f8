import assert from "node:assert/strict";

import {
  count,
  counted,
  duration,
  rough,
  shortDuration,
  threeDigits,
} from "../../../shared/text/counts.ts";

describe("counts for people", () => {
  it("have their thousands apart, whether they come as numbers or as 64-bit texts", () => {
    assert.equal(count(65_536), "65,536");
    assert.equal(count("1048576"), "1,048,576");
    assert.equal(counted(1, "shard"), "1 shard");
    assert.equal(counted("2000", "shard"), "2,000 shards");
  });

  it("have three digits where they change too fast to be read", () => {
    assert.equal(rough(1_234_567), "1.23M");
    assert.equal(threeDigits(1_234_567), "1,230,000");
  });
});

describe("durations for people", () => {
  it("have two units, the larger of which is days at most", () => {
    assert.equal(duration(0), "0 s");
    assert.equal(duration(8.2), "9 s");
    assert.equal(duration(200), "3 min 20 s");
    assert.equal(duration(7500), "2 h 5 min");
    assert.equal(duration(60 * 3600), "2 days");
  });

  it("have two digits below ten seconds where they are short", () => {
    assert.equal(shortDuration(0.0012), "under 0.01 s");
    assert.equal(shortDuration(0.123), "0.12 s");
    assert.equal(shortDuration(12), "12 s");
  });
});
