import assert from "node:assert/strict";

import { duration, workState } from "../../client/progressBar.ts";
import { received } from "./support/messages.ts";

describe("progress", () => {
  it("counts ended runs whole and others by their shards, and predicts the time left", () => {
    const runs = [
      received({ state: "RUN_STATE_SUCCEEDED" }),
      received({
        state: "RUN_STATE_RUNNING",
        progress: {
          completedShardCount: 1,
          plannedShardCount: 2,
          leasedShardCount: 1,
          replicasPerSecond: 50,
        },
      }),
    ];
    assert.deepEqual(workState(runs, 100, 130), {
      share: 0.75,
      replicasPerSecond: 50,
      remainingSeconds: 10,
      caption: "1/2 runs",
    });
  });

  it("says that it waits where nobody works", () => {
    const run = received({ state: "RUN_STATE_QUEUED", progress: { plannedShardCount: 4 } });
    assert.deepEqual(workState([run], 0, 5), {
      share: 0,
      replicasPerSecond: 0,
      remainingSeconds: undefined,
      caption: "waiting for a worker",
    });
  });

  it("writes durations for people", () => {
    assert.equal(duration(0), "0 s");
    assert.equal(duration(8.2), "9 s");
    assert.equal(duration(200), "3 min 20 s");
    assert.equal(duration(7500), "2 h 5 min");
  });
});
