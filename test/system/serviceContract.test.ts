import assert from "node:assert/strict";

import type { CreateRunResponse__Output } from "../../shared/wire/generated/lyapunov/v1/CreateRunResponse.ts";
import type { CreateSweepResponse__Output } from "../../shared/wire/generated/lyapunov/v1/CreateSweepResponse.ts";
import type { GetRunResponse__Output } from "../../shared/wire/generated/lyapunov/v1/GetRunResponse.ts";
import type { ListRunsResponse__Output } from "../../shared/wire/generated/lyapunov/v1/ListRunsResponse.ts";
import type { ListSweepsResponse__Output } from "../../shared/wire/generated/lyapunov/v1/ListSweepsResponse.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { Cluster } from "./support/cluster.ts";
import { refusal, Rpc } from "./support/rpc.ts";
import { present } from "../support/present.ts";

/** Tests the service on a cluster without workers: runs stay as they are. */
describe("SimulationService", () => {
  let cluster: Cluster;
  let rpc: Rpc;

  before(async () => {
    cluster = await Cluster.start(0, 1);
    rpc = new Rpc(cluster.address);
  });

  after(async () => {
    rpc.close();
    await cluster[Symbol.asyncDispose]();
  });

  it("pages 25 runs by 10, newest first, though others are created meanwhile", async () => {
    const created: string[] = [];
    for (let i = 0; i < 25; i++) created.unshift(present((await create(runOf(100 + i))).run).name);
    const first = await list(10, "");
    await create(runOf(999));
    const second = await list(10, first.nextPageToken);
    const third = await list(10, second.nextPageToken);
    const pages = [first, second, third].map(({ runs }) => runs.map(({ name }) => name));
    assert.deepEqual(
      pages.map((page) => page.length),
      [10, 10, 5],
    );
    assert.deepEqual(pages.flat(), created);
    assert.equal(third.nextPageToken, "");
  });

  it("gives 50 runs if no page size is asked for", async () => {
    for (let i = 0; i < 30; i++) await create(runOf(100));
    const { runs, nextPageToken } = await list(0, "");
    assert.equal(runs.length, 50);
    assert.notEqual(nextPageToken, "");
  });

  it("creates one run for one request_id, however often it is asked", async () => {
    const once = await create(runOf(200), "request-a");
    const twice = await create(runOf(200), "request-a");
    assert.equal(twice.run?.name, once.run?.name);
    // Defaults that are given or left out are the same content.
    const spelled = await create(
      { ...runOf(200), level: 0.95, backend: "BACKEND_SIMD" },
      "request-a",
    );
    assert.equal(spelled.run?.name, once.run?.name);
    const other = await refusal(create(runOf(201), "request-a"));
    assert.deepEqual([other.code, other.reason], ["ALREADY_EXISTS", "REQUEST_ID_REUSED"]);
    assert.ok(
      other.message.includes("request-a") && other.message.includes(present(once.run).name),
    );
    assert.notEqual((await create(runOf(200), "request-b")).run?.name, once.run?.name);
  });

  it("creates one run for one request_id that is asked ten times at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create(runOf(210), "request-at-once")),
    );
    assert.equal(new Set(answers.map(({ run }) => run?.name)).size, 1);
  });

  it("creates one sweep for one request_id, and does not take it for a run's", async () => {
    const once = await createSweep([runOf(300), runOf(301)], "request-c");
    const twice = await createSweep([runOf(300), runOf(301)], "request-c");
    assert.equal(twice.sweep?.name, once.sweep?.name);
    assert.deepEqual(
      twice.sweep?.runs.map(({ name }) => name),
      once.sweep?.runs.map(({ name }) => name),
    );
    for (const call of [
      createSweep([runOf(301), runOf(300)], "request-c"),
      create(runOf(300), "request-c"),
    ]) {
      assert.equal((await refusal(call)).code, "ALREADY_EXISTS");
    }
  });

  it("creates nothing when it only validates, and answers what it would create", async () => {
    const before = await list(1000, "");
    const { run } = await create(runOf(400), "request-d", true);
    assert.equal(run?.name, "");
    assert.deepEqual(run?.checkpointDepths, [1, 2, 4, 8, 10]);
    assert.equal(run?.sampling, "SAMPLING_ISOTROPIC");
    assert.ok(Number(run?.network?.gain) > 1.41);
    const { sweep } = await createSweep([runOf(401)], "request-e", true);
    assert.equal(sweep?.name, "");
    const bad = await refusal(create({ ...runOf(400), level: 7 }, "", true));
    assert.equal(bad.code, "INVALID_ARGUMENT");
    const after = await list(1000, "");
    assert.deepEqual(
      after.runs.map(({ name }) => name),
      before.runs.map(({ name }) => name),
    );
    // The request ids are still free.
    assert.ok((await create(runOf(402), "request-d")).run?.name);
    assert.ok((await createSweep([runOf(402)], "request-e")).sweep?.name);
  });

  it("says NOT_FOUND of what it does not know, with its name", async () => {
    const run = { name: "runs/unknown" };
    const sweep = { name: "sweeps/unknown" };
    const stoppingRule = { replicaCount: 100 };
    for (const call of [
      rpc.call((client, done) => client.getRun(run, done)),
      rpc.call((client, done) => client.cancelRun(run, done)),
      rpc.call((client, done) => client.extendRun({ ...run, stoppingRule }, done)),
      rpc.call((client, done) => client.getSweep(sweep, done)),
      rpc.call((client, done) => client.cancelSweep(sweep, done)),
      rpc.call((client, done) => client.extendSweep({ ...sweep, stoppingRule }, done)),
      readAll(rpc.client.watchRun(run)),
      readAll(rpc.client.watchSweep(sweep)),
    ]) {
      const { code, reason, message } = await refusal(call);
      assert.deepEqual([code, reason], ["NOT_FOUND", "NOT_FOUND"]);
      assert.match(message, /(runs|sweeps)\/unknown/);
    }
  });

  it("cancels a run once", async () => {
    const { name } = present((await create(runOf(500))).run);
    const cancel = () =>
      rpc.call<GetRunResponse__Output>((client, done) => client.cancelRun({ name }, done));
    const { run } = await cancel();
    assert.equal(run?.state, "RUN_STATE_CANCELLED");
    assert.notEqual(run?.endTime, null);
    const again = await refusal(cancel());
    assert.deepEqual([again.code, again.reason], ["FAILED_PRECONDITION", "ALREADY_ENDED"]);
    assert.match(again.message, /CANCELLED/);
  });

  it("cancels what is left of a sweep, once", async () => {
    const { sweep } = await createSweep([runOf(600), runOf(601)], "");
    const { name, runs } = present(sweep);
    await rpc.call((client, done) => client.cancelRun({ name: present(runs[0]).name }, done));
    const cancel = () =>
      rpc.call<CreateSweepResponse__Output>((client, done) => client.cancelSweep({ name }, done));
    const cancelled = await cancel();
    assert.equal(cancelled.sweep?.state, "RUN_STATE_CANCELLED");
    assert.equal(cancelled.sweep?.endedRunCount, 2);
    const again = await refusal(cancel());
    assert.deepEqual([again.code, again.reason], ["FAILED_PRECONDITION", "ALREADY_ENDED"]);
    assert.match(again.message, /sweeps\/.* has ended \(CANCELLED\)/);
  });

  it("extends a run that has the etag that was read, and no other", async () => {
    const { name, etag } = present((await create(runOf(700))).run);
    const extend = (replicaCount: number, known: string) =>
      rpc.call<GetRunResponse__Output>((client, done) =>
        client.extendRun({ name, stoppingRule: { replicaCount }, etag: known }, done),
      );
    const { run } = await extend(800, etag);
    assert.equal(run?.stoppingRule?.replicaCount, "800");
    assert.notEqual(run?.etag, etag);
    const stale = await refusal(extend(900, etag));
    assert.deepEqual([stale.code, stale.reason], ["ABORTED", "ETAG_MISMATCH"]);
    assert.match(stale.message, /read it again/);
    assert.equal((await extend(900, run?.etag ?? "")).run?.stoppingRule?.replicaCount, "900");
    const shorter = await refusal(extend(100, ""));
    assert.deepEqual([shorter.code, shorter.fields], ["INVALID_ARGUMENT", ["stopping_rule"]]);
  });

  it("extends a sweep as a whole or not at all", async () => {
    const { sweep } = await createSweep([runOf(100), runOf(1000)], "");
    const extend = (replicaCount: number) =>
      rpc.call<CreateSweepResponse__Output>((client, done) =>
        client.extendSweep({ name: present(sweep).name, stoppingRule: { replicaCount } }, done),
      );
    assert.equal((await refusal(extend(500))).code, "INVALID_ARGUMENT");
    const { runs } = await cluster.api.getSweep(present(sweep).name);
    assert.deepEqual(runs.map(replicasAsked), ["100", "1000"]);
    const extended = await extend(2000);
    assert.deepEqual(extended.sweep?.runs.map(replicasAsked), ["2000", "2000"]);
  });

  it("lists sweeps newest first, without their runs", async () => {
    const { sweep } = await createSweep([runOf(900)], "");
    const { sweeps } = await rpc.call<ListSweepsResponse__Output>((client, done) =>
      client.listSweeps({ pageSize: 1 }, done),
    );
    assert.deepEqual(
      sweeps.map(({ name }) => name),
      [sweep?.name],
    );
    assert.deepEqual(sweeps[0]?.runs, []);
  });

  function create(run: Run, requestId = "", validateOnly = false) {
    return rpc.call<CreateRunResponse__Output>((client, done) =>
      client.createRun({ run, requestId, validateOnly }, done),
    );
  }

  function createSweep(runs: Run[], requestId: string, validateOnly = false) {
    const sweep = { displayName: "a sweep", runs };
    return rpc.call<CreateSweepResponse__Output>((client, done) =>
      client.createSweep({ sweep, requestId, validateOnly }, done),
    );
  }

  function list(pageSize: number, pageToken: string) {
    return rpc.call<ListRunsResponse__Output>((client, done) =>
      client.listRuns({ pageSize, pageToken }, done),
    );
  }
});

function runOf(replicaCount: number): Run {
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

function replicasAsked(run: { readonly stoppingRule: { readonly replicaCount?: string } | null }) {
  return run.stoppingRule?.replicaCount;
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const message of stream) void message;
}
