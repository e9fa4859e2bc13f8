import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { ChannelCredentials, Client } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";

import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import { Cluster } from "./support/cluster.ts";
import { startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { halfDone } from "./support/progress.ts";
import { present } from "../support/present.ts";

/** Twenty-four shards of a tenth of a second: the middle cannot be missed. */
const RUN = `--width 7 --depth 8 --seed 31 --replicas ${24 * 65_536}`.split(" ");
/** Shards that take minutes: a worker that does not wait for them cannot finish them. */
const SLOW_RUN = specificationToMessage(
  parsePropagation({
    network: { width: 2000, depth: 2000, negativeSlope: 0.01, weights: "gaussian", gain: 1 },
    backend: "reference",
    sampling: "dense",
    stoppingRule: { replicaCount: 8 },
  }),
);

describe("SIGTERM", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.start(0, 1);
  });
  afterEach(() => cluster.killWorkers());
  after(() => cluster[Symbol.asyncDispose]());

  it("lets a worker deliver what it has begun and hand back the rest", async () => {
    const worker = await cluster.addWorker(1);
    const finished = cluster.run(RUN);
    const name = await halfDone(cluster);
    worker.signal("SIGTERM");
    assert.deepEqual(endOf(await worker.ended), [0, null]);
    await assertHandedBack(cluster, name);
    await cluster.addWorker(1);
    assert.equal(answerOf(await finished), answerOf(await cluster.run(RUN)));
  });

  it("ends an idle worker", async () => {
    const worker = await cluster.addWorker(1);
    worker.signal("SIGTERM");
    assert.deepEqual(endOf(await worker.ended), [0, null]);
  });

  it("ends a worker that has no coordinator to deliver to", async () => {
    await using worker = startCommand(["work", "--coordinator", "127.0.0.1:1", "--threads", "1"]);
    await worker.said(/connection lost/);
    worker.signal("SIGTERM");
    assert.deepEqual(endOf(await worker.ended), [0, null]);
  });

  it("leaves a worker no longer than its grace time", async () => {
    const worker = await cluster.addWorker(1, ["--grace", "0.5"]);
    const run = await startSlowRun(cluster);
    worker.signal("SIGTERM");
    assert.deepEqual(endOf(await worker.ended), [0, null]);
    await assertHandedBack(cluster, run);
    await cluster.api.cancelRun(run);
  });

  it("ends a worker at once when it comes again", async () => {
    const worker = await cluster.addWorker(1);
    const run = await startSlowRun(cluster);
    worker.signal("SIGTERM");
    await worker.said(/draining/);
    // What comes sooner is an echo of the first.
    await delay(600);
    worker.signal("SIGTERM");
    assert.deepEqual(endOf(await worker.ended), [130, null]);
    await cluster.api.cancelRun(run);
  });

  it("ends a coordinator that has workers and watchers, which are told", async () => {
    const worker = await cluster.addWorker(1);
    const run = await startSlowRun(cluster);
    const health = watchHealth(cluster.address);
    const watched = drain(cluster.api.watchRun(run));
    assert.equal(await health.next(), "SERVING");
    cluster.coordinator.signal("SIGTERM");
    assert.equal(await health.next(), "NOT_SERVING");
    assert.deepEqual(endOf(await cluster.coordinator.ended), [0, null]);
    assert.match(await watched, /CANCELLED|UNAVAILABLE/);
    await worker.said(/connection lost.*trying again/);
  });
});

function endOf(ended: { readonly code: number | null; readonly signal: string | null }) {
  return [ended.code, ended.signal];
}

/** Asserts that no lease is out, long before the coordinator would take it for lost (after 3 s). */
async function assertHandedBack(cluster: Cluster, run: string): Promise<void> {
  await delay(500);
  const { state, progress } = await cluster.api.getRun(run);
  assert.equal(state, "RUN_STATE_RUNNING");
  assert.equal(progress?.leasedShardCount, 0);
}

/** Submits a run of slow shards and returns its name once somebody works on it. */
async function startSlowRun(cluster: Cluster): Promise<string> {
  const { name } = await cluster.api.createRun(SLOW_RUN, "");
  for await (const { progress } of cluster.api.watchRun(name)) {
    if (Number(progress?.leasedShardCount) > 0) break;
  }
  return name;
}

/** Watches the coordinator's health by grpc.health.v1, change by change. */
function watchHealth(address: string) {
  const { path, requestSerialize, responseDeserialize } = present(healthService["Watch"]);
  const client = new Client(address, ChannelCredentials.createInsecure());
  const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
    service: "",
  });
  // Cut off when the coordinator is gone.
  stream.on("error", () => undefined);
  const changes = stream[Symbol.asyncIterator]() as AsyncIterator<{ status: string }>;
  return {
    next: async () => {
      const change = await changes.next();
      return change.done === true ? "ended" : change.value.status;
    },
  };
}

/** Reads a stream to its end; returns why it ended. */
async function drain(stream: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const message of stream) void message;
    return "it ended well";
  } catch (error) {
    return (error as Error).message;
  }
}
