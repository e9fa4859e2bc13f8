import assert from "node:assert/strict";

import type { Join } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import type { WorkRequest } from "../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { VERSION } from "../../shared/wire/version.ts";
import { IMPOSSIBLE_PARTIALS } from "../support/syntheticPartials.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { runHere } from "./support/inProcess.ts";
import { RawWorker } from "./support/rawWorker.ts";
import { refusal } from "./support/rpc.ts";
import { present } from "../support/present.ts";

const DEVICE = { backends: ["BACKEND_REFERENCE" as const], slotCount: 1, description: "" };
const GOOD: Join = { workerId: "w", displayName: "w", version: VERSION, devices: [DEVICE] };
/** Four shards. */
const RUN = "run --backend reference --width 2 --depth 1000 --replicas 512".split(" ");

const REFUSED: readonly (readonly [string, WorkRequest, string])[] = [
  ["does not join first", { heartbeat: {} }, "join"],
  ["says nothing", {}, "join"],
  ["has no id", { join: { ...GOOD, workerId: "" } }, "join.worker_id"],
  ["has an id of 65 letters", { join: { ...GOOD, workerId: "x".repeat(65) } }, "join.worker_id"],
  ["has no device", { join: { ...GOOD, devices: [] } }, "join.devices"],
  [
    "has 65 devices",
    { join: { ...GOOD, devices: Array.from({ length: 65 }, () => DEVICE) } },
    "join.devices",
  ],
  [
    "has a device without slots",
    { join: { ...GOOD, devices: [DEVICE, { ...DEVICE, slotCount: 0 }] } },
    "join.devices[1].slot_count",
  ],
  [
    "names a generator of 101 characters",
    {
      join: {
        ...GOOD,
        devices: [
          { ...DEVICE, deviceBackends: [{ backend: "BACKEND_SIMD", generator: "x".repeat(101) }] },
        ],
      },
    },
    "join.devices[0].device_backends[0].generator",
  ],
  [
    "names a generator that no partial can have",
    {
      join: {
        ...GOOD,
        devices: [{ ...DEVICE, deviceBackends: [{ backend: "BACKEND_SIMD", generator: "a\tb" }] }],
      },
    },
    "join.devices[0].device_backends[0].generator",
  ],
];

function ofOneKind(partial: ShardPartial): ShardPartial {
  return { ...partial, generator: "one" };
}

describe("FleetService", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start(0, 1);
  });

  after(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  for (const [what, message, field] of REFUSED) {
    it(`refuses a worker that ${what}`, async () => {
      using worker = new RawWorker(cluster.address);
      worker.send(message);
      const { code, reason, fields } = await refusal(worker.broken);
      assert.deepEqual([code, reason, fields], ["INVALID_ARGUMENT", "INVALID_FIELD", [field]]);
    });
  }

  for (const [what, message, expected] of [
    ["nothing", {}, ["INVALID_MESSAGE", []]],
    ["of a result without sums", { result: { leaseId: 1 } }, ["INVALID_FIELD", ["result.partial"]]],
    ["that it joins again", { join: GOOD }, ["INVALID_FIELD", ["join"]]],
  ] as const) {
    it(`refuses a worker that has joined and says ${what}`, async () => {
      using worker = new RawWorker(cluster.address);
      worker.join("joined", 1);
      await worker.next("welcome");
      worker.send(message);
      const { code, reason, fields } = await refusal(worker.broken);
      assert.deepEqual([code, [reason, fields]], ["INVALID_ARGUMENT", expected]);
    });
  }

  it("ends the stream of a worker that is dismissed, whatever else was sent on it", async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      using worker = new RawWorker(cluster.address);
      worker.send({ join: { ...GOOD, version: "another" } });
      worker.send({ join: GOOD });
      assert.match((await worker.next("dismissal")).reason, /version another/);
      await assert.rejects(worker.next("welcome"), /the stream ended without a welcome/);
    }
  });

  it("takes no partial that cannot be: the run fails rather than lie", async () => {
    using worker = new RawWorker(cluster.address);
    worker.join("liar", 1);
    const finished = runHere([...RUN, "--json", "--quiet", "--coordinator", cluster.address]);
    // Its mean is not a number; other kinds are tried where the scheduler is tested.
    worker.work(IMPOSSIBLE_PARTIALS[0]).catch(() => undefined);
    const { code, stdout } = await finished;
    assert.equal(code, 1);
    const run = JSON.parse(stdout) as RunJson;
    assert.deepEqual([run.state, run.replicaCount], ["FAILED", "0"]);
    assert.match(run.error, /^shard 0 .*an impossible partial: at depth 1 /);
  });

  it("takes a result that it refuses for a failure: nobody keeps a shard by repeating it", async () => {
    const finished = runHere([...RUN, "--json", "--quiet", "--coordinator", cluster.address]);
    const generator = "x".repeat(101);
    for (let attempt = 1; attempt <= 3; attempt++) {
      using worker = new RawWorker(cluster.address);
      worker.join("refused", 1);
      const [lease] = (await worker.next("grant")).leases;
      await worker.deliver(present(lease), (partial) => ({ ...partial, generator }));
      const { leaseIds } = await worker.next("acknowledgement");
      assert.deepEqual(leaseIds, [lease?.leaseId]);
      assert.equal((await refusal(worker.broken)).code, "INVALID_ARGUMENT");
    }
    const { code, stdout } = await finished;
    assert.equal(code, 1);
    assert.match(
      (JSON.parse(stdout) as RunJson).error,
      /3 errors .*a refused message: result\.partial\.generator: a text of 101 characters/,
    );
  });

  it("cleans what a worker says about a failure: PostgreSQL keeps no zero characters", async () => {
    using worker = new RawWorker(cluster.address);
    worker.join("unclean", 1);
    const finished = runHere([...RUN, "--json", "--quiet", "--coordinator", cluster.address]);
    const fail = async () => {
      for (;;) {
        const { leases } = await worker.next("grant");
        const error = `a\0b\n${"x".repeat(2000)}`;
        for (const { leaseId } of leases) worker.send({ failure: { leaseId, error } });
      }
    };
    fail().catch(() => undefined);
    const { error } = JSON.parse((await finished).stdout) as RunJson;
    assert.match(error, /the last: a b x{996}…$/);
  });

  it("grants a run only to workers of the generator of its first partial", async () => {
    using first = new RawWorker(cluster.address);
    first.join("one-kind", 1, VERSION, [], "one");
    const finished = runHere([...RUN, "--coordinator", cluster.address]);
    const { leases } = await first.next("grant");
    for (const lease of leases) await first.deliver(lease, ofOneKind);
    assert.equal((await first.next("acknowledgement")).leaseIds.length > 0, true);
    using other = new RawWorker(cluster.address);
    other.join("another-kind", 1, VERSION, [], "another");
    await other.next("welcome");
    const never = other.next("grant").then(() => "granted");
    never.catch(() => undefined);
    first.work(ofOneKind).catch(() => undefined);
    const end = await Promise.race([finished, never]);
    assert.ok(end !== "granted" && typeof end === "object" && end.code === 0);
  });

  it("does not wait for a worker that takes the first leases and delivers nothing", async () => {
    using silent = new RawWorker(cluster.address);
    silent.join("silent", 4, VERSION, [], "own");
    const finished = runHere([...RUN, "--coordinator", cluster.address]);
    await silent.next("grant");
    using honest = new RawWorker(cluster.address);
    honest.join("honest", 4, VERSION, [], "one");
    honest.work(ofOneKind).catch(() => undefined);
    assert.equal((await finished).code, 0);
  });

  it("forgets nothing that a worker holds when it joins again on a new stream", async () => {
    using first = new RawWorker(cluster.address);
    first.join("twice", 2);
    const finished = runHere([...RUN, "--coordinator", cluster.address]);
    const { leases } = await first.next("grant");
    using second = new RawWorker(cluster.address);
    second.join("twice", 2, VERSION, leases);
    await second.next("welcome");
    // Messages on the old stream no longer count; those on the new one do.
    await first.deliver(present(leases[0]));
    for (const lease of leases) await second.deliver(lease);
    assert.equal((await second.next("acknowledgement")).leaseIds.length, 1);
    assert.equal((await finished).code, 0);
  });
});
