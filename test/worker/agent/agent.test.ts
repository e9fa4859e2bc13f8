import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";

import { status as Code } from "@grpc/grpc-js";
import pino from "pino";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { propagationOf } from "../../../shared/shard/propagation.ts";
import type { WorkRequest } from "../../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { WorkResponse__Output } from "../../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import { Agent } from "../../../worker/agent/agent.ts";
import type { WorkStream } from "../../../worker/agent/coordinatorLink.ts";
import type { WorkerDevice } from "../../../worker/devices/workerDevice.ts";
import { DeviceLostError } from "../../../worker/backends/backend.ts";
import type { ComputedShard } from "../../../worker/pool/computedShard.ts";
import { PoolStartError } from "../../../worker/pool/shardPool.ts";
import { specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const SPECIFICATION = specificationWith();
const PLANNED = new ShardPlan(SPECIFICATION).task(0);
const TASK = receivedTask(PLANNED);
const COMPUTED: ComputedShard = {
  partial: syntheticPartial(PLANNED),
  computeSeconds: 1,
  propagated: propagationOf(SPECIFICATION.network, SPECIFICATION.backend, PLANNED.replicaCount),
};
const BROKEN = new PoolStartError("no driver");

/** The coordinator's end of a stream, by hand. */
class FakeStream extends EventEmitter {
  readonly sent: WorkRequest[] = [];
  isCancelled = false;

  write(message: WorkRequest): void {
    this.sent.push(message);
  }

  end(): void {
    this.emit("end");
  }

  cancel(): void {
    this.isCancelled = true;
    this.emit("error", new Error("1 CANCELLED"));
  }

  say(message: Partial<WorkResponse__Output>): void {
    this.emit("data", message);
  }

  welcome(): void {
    this.say({ welcome: { heartbeatIntervalSeconds: 1000, leaseDurationSeconds: 10_000 } });
  }

  /** Grants leases; the argument maps their ids to device indexes. */
  grant(leases: Readonly<Record<string, number>>): void {
    const granted = Object.entries(leases).map(([leaseId, deviceIndex], shardIndex) => {
      return { leaseId, run: "runs/a", shardIndex, attempt: 1, deviceIndex, task: TASK };
    });
    this.say({ grant: { leases: granted } });
  }

  /** The backends of each device, and the leases, that the worker has joined with. */
  get introduced() {
    const { devices, heldLeaseIds } = this.sent[0]?.join ?? {};
    return { backends: devices?.map(({ backends }) => backends?.length), heldLeaseIds };
  }
}

/** A device whose shards are settled by hand. */
class FakeDevice implements WorkerDevice {
  readonly description = "by hand";
  readonly backends: WorkerDevice["backends"] = [{ name: "simd", generator: "fake" }];
  readonly shards: PromiseWithResolvers<ComputedShard>[] = [];
  readonly pool: WorkerDevice["pool"];

  constructor(slotCount: number) {
    this.pool = {
      slotCount,
      compute: () => {
        const shard = Promise.withResolvers<ComputedShard>();
        this.shards.push(shard);
        return shard.promise;
      },
      close: async () => undefined,
    };
  }
}

function startAgent(...devices: readonly FakeDevice[]) {
  const streams: FakeStream[] = [];
  const agent = new Agent({
    workerId: "worker",
    displayName: "worker",
    devices,
    open: () => {
      const stream = new FakeStream();
      streams.push(stream);
      return stream as unknown as WorkStream;
    },
    log: pino({ level: "silent" }),
    // The longest wait before a stream is opened again.
    random: () => 1,
  });
  const left = agent.run();
  const stream = (index: number) => streams[index] ?? assert.fail(`no stream ${index}`);
  return { agent, left, streams, stream };
}

/** The leases that were answered on a stream, or handed back. */
function told({ sent }: FakeStream, what: "result" | "failure"): unknown[] {
  return sent.flatMap((message) => message[what]?.leaseId ?? []);
}

describe("Agent", () => {
  it("joins again at once without a device that cannot start, and keeps what the others hold", async () => {
    const [broken, working] = [new FakeDevice(2), new FakeDevice(1)];
    const { agent, left, streams, stream } = startAgent(broken, working);
    assert.deepEqual(stream(0).introduced, { backends: [1, 1], heldLeaseIds: [] });
    stream(0).welcome();
    stream(0).grant({ "1": 0, "2": 0, "3": 0, "4": 1, "5": 1 });
    broken.shards[0]?.reject(BROKEN);
    await turn();
    assert.ok(stream(0).isCancelled);
    assert.deepEqual(stream(1).introduced, { backends: [0, 1], heldLeaseIds: ["4", "5"] });
    stream(1).welcome();
    assert.equal(stream(1).sent[0]?.join?.devices?.[0]?.slotCount, 2, "it keeps its place");

    // Its other shard fails, too, which adds nothing.
    broken.shards[1]?.reject(BROKEN);
    working.shards[0]?.resolve(COMPUTED);
    await turn();
    assert.equal(streams.length, 2);
    assert.deepEqual(told(stream(1), "result"), ["4"]);
    assert.deepEqual([...told(stream(0), "failure"), ...told(stream(1), "failure")], []);
    assert.equal(broken.shards.length, 2, "the third shard was never begun");
    assert.equal(working.shards.length, 2);
    agent.stop();
    await left;
  });

  it("joins again once without the shards of a device that was lost, and blames none", async () => {
    const [lost, other] = [new FakeDevice(3), new FakeDevice(1)];
    const { agent, left, streams, stream } = startAgent(lost, other);
    stream(0).welcome();
    stream(0).grant({ "1": 0, "2": 0, "3": 0, "4": 0, "5": 1 });
    // The third is not wanted any more.
    stream(0).say({ revoke: { leaseIds: ["3"] } });
    for (const shard of lost.shards) shard.reject(new DeviceLostError("its process is gone"));
    await turn();
    await turn();
    assert.equal(streams.length, 2);
    assert.deepEqual(stream(1).introduced, { backends: [1, 1], heldLeaseIds: ["4", "5"] });
    stream(1).welcome();
    assert.equal(lost.shards.length, 4, "the device goes on with what waited");
    lost.shards[3]?.resolve(COMPUTED);
    await turn();
    assert.deepEqual(told(stream(1), "result"), ["4"]);
    assert.deepEqual([...told(stream(0), "failure"), ...told(stream(1), "failure")], []);
    agent.stop();
    await left;
  });

  it("hands the shards of a lost device back as it leaves, without joining again", async () => {
    const device = new FakeDevice(2);
    const { agent, left, streams, stream } = startAgent(device);
    stream(0).welcome();
    stream(0).grant({ "1": 0, "2": 0 });
    agent.drain();
    for (const shard of device.shards) shard.reject(new DeviceLostError("its process is gone"));
    await left;
    assert.equal(streams.length, 1);
    const returned = stream(0).sent.flatMap(({ drain }) => drain?.returnedLeaseIds ?? []);
    assert.deepEqual(returned, ["1", "2"]);
  });

  it("introduces itself without such a device when it is not connected, too", async () => {
    const [broken, working] = [new FakeDevice(1), new FakeDevice(1)];
    const { agent, left, streams, stream } = startAgent(broken, working);
    stream(0).welcome();
    stream(0).grant({ "1": 0 });
    stream(0).emit("error", new Error("14 UNAVAILABLE"));
    await turn();
    assert.equal(agent.isConnected, false);
    broken.shards[0]?.reject(BROKEN);
    while (streams.length < 2) await delay(20);
    assert.deepEqual(stream(1).introduced, { backends: [0, 1], heldLeaseIds: [] });
    agent.stop();
    await left;
  });

  it("begins nothing on a device that has failed", async () => {
    const [broken, working] = [new FakeDevice(1), new FakeDevice(1)];
    const { agent, left, stream } = startAgent(broken, working);
    stream(0).welcome();
    stream(0).grant({ "1": 0 });
    broken.shards[0]?.reject(BROKEN);
    await turn();
    stream(1).welcome();
    stream(1).grant({ "2": 0, "3": 1 });
    assert.deepEqual([broken.shards.length, working.shards.length], [1, 1]);
    agent.stop();
    await left;
  });

  it("leaves when its last device fails, and hands back what it has not begun", async () => {
    const devices = [new FakeDevice(1), new FakeDevice(1)];
    const { left, stream } = startAgent(...devices);
    stream(0).welcome();
    stream(0).grant({ "1": 0 });
    devices[0]?.shards[0]?.reject(BROKEN);
    await turn();
    stream(1).welcome();
    stream(1).grant({ "2": 1, "3": 1 });
    const ended = assert.rejects(left, /^PoolStartError: no driver$/);
    devices[1]?.shards[0]?.reject(BROKEN);
    await ended;
    const returned = stream(1).sent.flatMap(({ drain }) => drain?.returnedLeaseIds ?? []);
    assert.deepEqual(new Set(returned), new Set(["2", "3"]));
  });

  it("says of each backend what it computes on", async () => {
    const device = new FakeDevice(64);
    const backend = {
      name: "webgpu",
      generator: "fake",
      driver: "a driver ".repeat(100),
      isGpu: true,
      isSoftware: true,
      memoryBytes: 2 ** 34,
      weightsPerSecond: 1e11,
    } as const;
    const { agent, left, stream } = startAgent(Object.assign(device, { backends: [backend] }));
    const [said] = stream(0).sent[0]?.join?.devices?.[0]?.deviceBackends ?? [];
    assert.equal(said?.driver?.length, 200);
    assert.deepEqual(
      { ...said, driver: "" },
      {
        backend: "BACKEND_WEBGPU",
        generator: "fake",
        driver: "",
        deviceKind: "DEVICE_KIND_GPU",
        software: true,
        memoryBytes: 2 ** 34,
        weightsPerSecond: 1e11,
        kinds: ["RUN_KIND_PROPAGATION"],
      },
    );
    agent.stop();
    await left;
  });

  it("ends with the coordinator's sentence if it never let the worker in and never will", async () => {
    const details = "the driver is too long";
    for (const code of [Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.UNIMPLEMENTED]) {
      const { left, stream, streams } = startAgent(new FakeDevice(1));
      const ended = assert.rejects(
        left,
        /^Error: the coordinator refused this worker: the driver is too long$/,
      );
      stream(0).emit("error", Object.assign(new Error("refused"), { code, details }));
      await ended;
      assert.equal(streams.length, 1);
    }
    const { agent, left, stream } = startAgent(new FakeDevice(1));
    stream(0).welcome();
    stream(0).emit(
      "error",
      Object.assign(new Error("refused"), { code: Code.INVALID_ARGUMENT, details }),
    );
    await turn();
    assert.equal(agent.isConnected, false);
    agent.stop();
    await left;
  });

  it("says that a shard has failed, and goes on with the device", async () => {
    const device = new FakeDevice(1);
    const { agent, left, streams, stream } = startAgent(device);
    stream(0).welcome();
    stream(0).grant({ "1": 0, "2": 0 });
    // A longer sentence than the coordinator takes.
    device.shards[0]?.reject(new Error("out of memory ".repeat(10_000)));
    await turn();
    assert.deepEqual(told(stream(0), "failure"), ["1"]);
    const [said] = stream(0).sent.flatMap(({ failure }) => failure?.error ?? []);
    assert.match(said ?? "", /^(out of memory ){71}out of…$/);
    device.shards[1]?.resolve(COMPUTED);
    await turn();
    assert.deepEqual(told(stream(0), "result"), ["2"]);
    assert.deepEqual([...(agent.devices[0]?.pace.seconds ?? [])], [["simd", 1]]);
    assert.equal(streams.length, 1);
    agent.stop();
    await left;
  });
});
