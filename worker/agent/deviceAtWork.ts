import { clipped } from "../../shared/specification/violations.ts";
import type { DeviceBackend } from "../../shared/specification/backends.ts";
import { KINDS } from "../../shared/kinds/kinds.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { Device } from "../../shared/wire/generated/lyapunov/v1/Device.ts";
import type { DeviceBackend as DeviceBackendMessage } from "../../shared/wire/generated/lyapunov/v1/DeviceBackend.ts";
import type { RunKind } from "../../shared/wire/generated/lyapunov/v1/RunKind.ts";
import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { WorkerDevice } from "../devices/workerDevice.ts";
import type { ComputedShard } from "../pool/computedShard.ts";
import { ShardPace } from "./shardPace.ts";

/** One less than the contract takes: what is cut ends with an ellipsis. */
const MAXIMUM_TEXT_LENGTH = 199;

/** A device as its agent sees it: how fast it is, and whether it has failed. */
export class DeviceAtWork {
  readonly description: string;
  readonly backends: WorkerDevice["backends"];
  readonly pool: WorkerDevice["pool"];
  readonly pace = new ShardPace();
  #busyCount = 0;
  #hasFailed = false;

  constructor({ description, backends, pool }: WorkerDevice) {
    this.description = description;
    this.backends = backends;
    this.pool = pool;
  }

  /** Shards that it computes at the same time; none once it has failed. */
  get slotCount(): number {
    return this.#hasFailed ? 0 : this.pool.slotCount;
  }

  /** Shards that it is computing now. */
  get busyCount(): number {
    return this.#busyCount;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Computes a shard, as its pool does, and measures how long that takes. */
  async compute(task: ShardTask__Output, signal: AbortSignal): Promise<ComputedShard> {
    this.#busyCount += 1;
    try {
      const computed = await this.pool.compute(task, signal);
      const { backend, weightCount } = computed.propagated;
      this.pace.measured(backend, computed.computeSeconds, weightCount);
      return computed;
    } finally {
      this.#busyCount -= 1;
    }
  }

  /** Its pool cannot start: it computes nothing any more. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** How the worker introduces it. One that has failed keeps its place, but has no backend. */
  get introduction(): Device {
    const backends = this.#hasFailed ? [] : this.backends;
    return {
      description: clipped(this.description, MAXIMUM_TEXT_LENGTH),
      slotCount: this.pool.slotCount,
      backends: backends.map(({ name }) => wireName("backend", name)),
      deviceBackends: backends.map(backendMessage),
    };
  }
}

function backendMessage(backend: DeviceBackend): DeviceBackendMessage {
  const { name, generator, driver = "", isGpu = false, isSoftware = false } = backend;
  return {
    backend: wireName("backend", name),
    generator,
    driver: clipped(driver, MAXIMUM_TEXT_LENGTH),
    deviceKind: isGpu ? "DEVICE_KIND_GPU" : "DEVICE_KIND_PROCESSOR",
    software: isSoftware,
    memoryBytes: backend.memoryBytes ?? 0,
    weightsPerSecond: backend.weightsPerSecond ?? 0,
    kinds: KINDS.computedBy(name) as RunKind[],
  };
}
