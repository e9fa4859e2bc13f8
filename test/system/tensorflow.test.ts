import assert from "node:assert/strict";

import { present } from "../support/present.ts";
import { needingTensorflow } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { answerOf } from "./support/estimates.ts";

const SOFTWARE = ["--backend", "tensorflow", "--allow-software"];

/** Three shards; the second half of the last one is of no whole batch. */
const RUN = "--backend tensorflow --width 2 --depth 200 --seed 5 --replicas 90005".split(" ");

needingTensorflow().describe("workers that compute by TensorFlow", () => {
  // Two thresholds at 4 standard errors, with a fixed seed: one seed in 8000.
  it("come to the same bits, two of them or one, and to the exact values", async () => {
    await using cluster = await Cluster.start(0, 1);
    const [other] = await Promise.all([
      cluster.addWorker(1, SOFTWARE),
      cluster.addWorker(1, SOFTWARE),
    ]);
    const run = await cluster.run(RUN);
    assert.equal(run.state, "SUCCEEDED");
    assert.equal(run.shardCount, 3);
    assert.ok(Math.abs(present(run.lyapunovExponent?.z)) < 4);
    assert.ok(Math.abs(present(run.variance?.z)) < 4);
    other.signal("SIGKILL");
    await other.ended;
    assert.equal(answerOf(await cluster.run(RUN)), answerOf(run));
  });
});
