import assert from "node:assert/strict";

import { workState } from "../../../../client/cli/presentation/progressBar.ts";
import { remainingText } from "../../../../shared/text/counts.ts";
import { estimate, received } from "../../../support/receivedRun.ts";

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
          completedReplicaCount: 100,
          replicasPerSecond: 50,
        },
      }),
    ];
    // Half was done when the watch began: a quarter took 30 s, another one is left.
    assert.deepEqual(workState(runs, { at: 100, share: 0.5, replicaCount: 0 }, 130), {
      share: 0.75,
      replicaCount: 100,
      replicasPerSecond: 50,
      remainingSeconds: 30,
      caption: "1/2 runs",
      estimate: undefined,
    });
  });

  it("says that it waits where nobody works", () => {
    const run = received({ state: "RUN_STATE_QUEUED", progress: { plannedShardCount: 4 } });
    assert.deepEqual(workState([run], { at: 0, share: 0, replicaCount: 0 }, 5), {
      share: 0,
      replicaCount: 0,
      replicasPerSecond: 0,
      remainingSeconds: undefined,
      caption: "waiting for a worker",
      estimate: undefined,
    });
  });

  it("does not say that it waits where all is done but the run's end", () => {
    const progress = { completedShardCount: 1, plannedShardCount: 1, completedReplicaCount: 100 };
    const run = received({ state: "RUN_STATE_RUNNING", progress });
    assert.equal(workState([run], undefined, 5).caption, "100 replicas");
  });

  it("says what it waits for where the coordinator does, and no run that has ended", () => {
    const error = "it waits for a worker whose simd is fused";
    const failed = received({ state: "RUN_STATE_FAILED", error: "shard 0 was given up" });
    const waiting = received({ state: "RUN_STATE_RUNNING", progress: {}, error });
    assert.equal(workState([failed, waiting], undefined, 5).caption, error);
    const queued = received({ state: "RUN_STATE_QUEUED", progress: {} });
    assert.equal(workState([failed, queued], undefined, 5).caption, "waiting for a worker");
  });

  it("knows of a target that is out of reach, as long as the run goes on", () => {
    const progress = { plannedShardCount: 4, leasedShardCount: 1, targetOutOfReach: true };
    const state = (name: "RUN_STATE_RUNNING" | "RUN_STATE_CANCELLED") =>
      workState([received({ state: name, progress })], undefined, 5).targetOutOfReach;
    assert.equal(state("RUN_STATE_RUNNING"), true);
    assert.equal(state("RUN_STATE_CANCELLED"), undefined);
    assert.equal(
      remainingText(8, true),
      "8 s to the limit of replicas, which will miss the target",
    );
    assert.equal(remainingText(8, false), "8 s left");
  });

  it("does not show the survivors' λ̂ as λ̂ where λ = −∞", () => {
    const run = received({
      state: "RUN_STATE_SUCCEEDED",
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { lyapunovExponent: estimate(-0.25, 0.001) },
    });
    assert.equal(workState([run], undefined, 5).estimate, "λ̂ −∞ (survivors −0.2500 ± 0.0010)");
  });

  it("ends with the mean rate of the watch", () => {
    const run = received({
      state: "RUN_STATE_SUCCEEDED",
      progress: { completedReplicaCount: 1100 },
      lyapunovExponent: { estimate: -0.25, standardError: 0.001, level: 0.95 },
    });
    assert.deepEqual(workState([run], { at: 10, share: 0.1, replicaCount: 100 }, 30), {
      share: 1,
      replicaCount: 1100,
      replicasPerSecond: 50,
      remainingSeconds: 0,
      caption: "1.1K replicas",
      estimate: "λ̂ −0.2500 ± 0.0010",
    });
  });
});
