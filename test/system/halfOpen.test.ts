import assert from "node:assert/strict";

import { slow } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { halfDone } from "./support/progress.ts";
import { Proxy } from "./support/proxy.ts";

const SHARD = 65_536;
/** Forty shards of a tenth of a second. */
const RUN = `--width 7 --depth 8 --replicas ${40 * SHARD} --seed 91`.split(" ");

/** Starts a worker that reaches the cluster through the proxy. */
function startWorker(proxy: Proxy) {
  const flags = ["--coordinator", proxy.address, "--threads", "1"];
  return startCommand(["--log-level", "info", "work", ...flags]);
}

const silent = slow("wait until somebody who says nothing is given up");

/** Tests what TCP does not report: only a peer that expects an answer can notice. */
silent.describe("when a peer vanishes without a word", () => {
  it("a worker and a client find the coordinator again, and the result is the same", async () => {
    await using cluster = await Cluster.start(0, 1);
    await using proxy = await Proxy.to(cluster.address);
    const worker = await cluster.join(startWorker(proxy));
    const command = ["run", ...RUN, "--coordinator", proxy.address, "--json"];
    await using client = startCommand(command);
    await halfDone(cluster);
    const before = proxy.connections;
    proxy.vanish();
    await worker.said(/connection lost/);
    const { code, stdout, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.ok(proxy.connections >= before + 2, "both have connected again");
    const run = JSON.parse(stdout) as RunJson;
    assert.equal(run.state, "SUCCEEDED");
    assert.equal(answerOf(run), answerOf(await cluster.run(RUN)));
  });

  it("a coordinator gives a vanished worker's shards to others", async () => {
    await using cluster = await Cluster.start(0, 1);
    await using proxy = await Proxy.to(cluster.address);
    const worker = await cluster.join(startWorker(proxy));
    const finished = cluster.run(RUN);
    await halfDone(cluster);
    proxy.vanish();
    worker.signal("SIGKILL");
    await worker.ended;
    assert.doesNotMatch(cluster.coordinator.stderr, /worker left/);
    await cluster.addWorker(1);
    assert.equal((await finished).state, "SUCCEEDED");
    // Its stream is ended, too.
    await cluster.coordinator.said(/worker left/);
  });
});
