import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CreateRunResponse__Output } from "../../shared/wire/generated/lyapunov/v1/CreateRunResponse.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { startGuarded, type Guarded } from "./support/guarded.ts";
import { RawWorker } from "./support/rawWorker.ts";
import { refusal, Rpc } from "./support/rpc.ts";

function run(replicaCount: number): Run {
  return {
    network: {
      width: 4,
      depth: 10,
      negativeSlope: 0.01,
      weights: "WEIGHT_LAW_GAUSSIAN",
      namedGain: "NAMED_GAIN_HE",
    },
    stoppingRule: { replicaCount },
  };
}

/** @returns the run's name */
async function createAt(rpc: Rpc, replicaCount: number, requestId = ""): Promise<string> {
  const created = await rpc.call<CreateRunResponse__Output>((client, done) =>
    client.createRun({ run: run(replicaCount), requestId }, done),
  );
  return created.run?.name ?? "";
}

async function assertRefused(
  call: Promise<unknown>,
  field: string | undefined,
  flag: string,
): Promise<void> {
  const { code, reason, fields, message } = await refusal(call);
  assert.equal(code, "RESOURCE_EXHAUSTED", message);
  assert.equal(reason, "LIMIT_REACHED");
  assert.deepEqual(fields, field === undefined ? [] : [field]);
  assert.ok(message.includes(flag), message);
}

describe("a coordinator with limits", () => {
  let guarded: Guarded;
  let rpc: Rpc;

  before(async () => {
    guarded = await startGuarded([
      "--maximum-message-bytes",
      String(2 ** 20),
      "--maximum-leases-per-peer",
      "192",
      "--maximum-runs-per-client",
      "2",
      "--maximum-replicas-per-client",
      "1000",
      "--maximum-sweep-runs",
      "2",
    ]);
    rpc = new Rpc(guarded.address);
  });

  after(async () => {
    rpc.close();
    await guarded[Symbol.asyncDispose]();
  });

  const create = (replicaCount: number, requestId = "") => createAt(rpc, replicaCount, requestId);

  it("takes no message that is too large", async () => {
    const pageToken = "x".repeat(2 ** 20);
    const call = rpc.call((client, done) => client.listRuns({ pageToken }, done));
    await assertRefused(call, undefined, "--maximum-message-bytes (1048576)");
    using worker = new RawWorker(guarded.address);
    worker.send({ failure: { error: pageToken } });
    await assertRefused(worker.broken, undefined, "--maximum-message-bytes (1048576)");
  });

  it("does not repeat a text as long as a novel", async () => {
    const long = "x".repeat(1000);
    const listed = rpc.call((client, done) => client.listRuns({ pageToken: long }, done));
    assert.deepEqual((await refusal(listed)).fields, ["page_token"]);
    const extension = { name: "runs/a", etag: long, stoppingRule: { replicaCount: 10 } };
    const extended = rpc.call((client, done) => client.extendRun(extension, done));
    const { fields, message } = await refusal(extended);
    assert.deepEqual(fields, ["etag"]);
    assert.ok(message.length < 200);
  });

  it("takes no sweep of too many runs", async () => {
    const sweep = { displayName: "many", runs: [run(2), run(2), run(2)] };
    const call = rpc.call((client, done) => client.createSweep({ sweep }, done));
    await assertRefused(call, "sweep.runs", "--maximum-sweep-runs");
  });

  it("takes no run of too many replicas, be it a precision's, nor a run to be extended so", async () => {
    await assertRefused(create(1001), "run.stopping_rule", "--maximum-replicas-per-client");
    const precise = { ...run(2), stoppingRule: { precision: { lyapunovExponent: 0.1 } } };
    const call = rpc.call((client, done) => client.createRun({ run: precise }, done));
    await assertRefused(call, "run.stopping_rule", "--maximum-replicas-per-client");
    const name = await create(600);
    await assertRefused(create(401), "run.stopping_rule", "--maximum-replicas-per-client");
    const extend = (replicaCount: number) =>
      rpc.call((client, done) => client.extendRun({ name, stoppingRule: { replicaCount } }, done));
    await assertRefused(extend(1001), "stopping_rule", "--maximum-replicas-per-client");
    await extend(1000);
    await rpc.call((client, done) => client.cancelRun({ name }, done));
  });

  it("takes further runs once earlier ones have ended, and repeated requests always", async () => {
    const first = await create(10, "the first");
    await create(10);
    await assertRefused(create(10), "run", "--maximum-runs-per-client");
    assert.equal(await create(10, "the first"), first);
    await rpc.call((client, done) => client.cancelRun({ name: first }, done));
    await create(10);
    await assertRefused(create(10), "run", "--maximum-runs-per-client");
  });

  it("does not log a name as long as a novel", async () => {
    for (const field of ["displayName", "version"] as const) {
      using worker = new RawWorker(guarded.address);
      const devices = [{ backends: ["BACKEND_REFERENCE" as const], slotCount: 1 }];
      worker.send({ join: { workerId: "wordy", devices, [field]: "x".repeat(1000) } });
      const { code, fields } = await refusal(worker.broken);
      assert.equal(code, "INVALID_ARGUMENT");
      assert.deepEqual(fields, [field === "version" ? "join.version" : "join.display_name"]);
    }
    assert.doesNotMatch(guarded.coordinator.stderr, /x{300}/);
  });

  it("takes workers up to a limit of leases, and others when these have left", async () => {
    // 64 leases a slot.
    using first = new RawWorker(guarded.address);
    first.join("first", 2);
    await first.next("welcome");
    {
      using second = new RawWorker(guarded.address);
      second.join("second", 2);
      await assertRefused(second.broken, "join.devices", "--maximum-leases-per-peer");
    }
    using again = new RawWorker(guarded.address);
    again.join("first", 3);
    await again.next("welcome");
    again[Symbol.dispose]();
    await guarded.coordinator.said(/worker left/);
    using second = new RawWorker(guarded.address);
    second.join("second", 3);
    await second.next("welcome");
  });
});

describe("a coordinator with a limit of streams", () => {
  it("holds no more than that open for a peer, on whatever connections", async () => {
    await using guarded = await startGuarded(["--maximum-streams-per-peer", "2"]);
    using first = new RawWorker(guarded.address);
    first.join("first", 1);
    await first.next("welcome");
    using second = new RawWorker(guarded.address);
    second.join("second", 1);
    await second.next("welcome");
    using third = new RawWorker(guarded.address);
    third.join("third", 1);
    const { code, message } = await refusal(third.broken);
    assert.equal(code, "RESOURCE_EXHAUSTED");
    assert.match(message, /127\.0\.0\.1 has 2 calls open.*--maximum-streams-per-peer/);
    second[Symbol.dispose]();
    await guarded.coordinator.said(/worker left/);
    using fourth = new RawWorker(guarded.address);
    fourth.join("fourth", 1);
    await fourth.next("welcome");
  });
});

describe("a coordinator that was killed", () => {
  it("knows after a kill what its clients have", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-limits-"));
    const ledger = join(folder, "ledger.sqlite");
    const flags = ["--maximum-runs-per-client", "2"];
    const withRpc = async (task: (own: Rpc) => Promise<void>) => {
      await using own = await startGuarded(flags, ledger);
      const client = new Rpc(own.address);
      try {
        await task(client);
        own.coordinator.signal("SIGKILL");
      } finally {
        client.close();
      }
    };
    let name = "";
    await withRpc(async (client) => {
      name = await createAt(client, 10);
      await createAt(client, 10);
    });
    await withRpc(async (client) => {
      await assertRefused(createAt(client, 10), "run", "--maximum-runs-per-client");
      await client.call((simulation, done) => simulation.cancelRun({ name }, done));
      await createAt(client, 10);
    });
    await withRpc(async (client) => {
      await assertRefused(createAt(client, 10), "run", "--maximum-runs-per-client");
    });
    await rm(folder, { recursive: true });
  });
});
