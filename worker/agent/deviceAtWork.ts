import { clipped } from "../../shared/specification/violations.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { Device } from "../../shared/wire/generated/lyapunov/v1/Device.ts";
import type { WorkerDevice } from "../devices/devices.ts";
import { ShardPace } from "./shardPace.ts";

const MAXIMUM_DESCRIPTION_LENGTH = 200;

/** A device as its agent sees it: how fast it is, and whether it has failed. */
export class DeviceAtWork {
  readonly description: string;
  readonly pool: WorkerDevice["pool"];
  readonly pace = new ShardPace();
  readonly #backends: WorkerDevice["backends"];
  #hasFailed = false;

  constructor({ description, backends, pool }: WorkerDevice) {
    this.description = description;
    this.pool = pool;
    this.#backends = backends;
  }

  /** Shards that it computes at the same time; none once it has failed. */
  get slotCount(): number {
    return this.#hasFailed ? 0 : this.pool.slotCount;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Its pool cannot start: it computes nothing any more. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** How the worker introduces it. One that has failed keeps its place, but has no backend. */
  get introduction(): Device {
    const backends = this.#hasFailed ? [] : this.#backends;
    return {
      description: clipped(this.description, MAXIMUM_DESCRIPTION_LENGTH),
      slotCount: this.pool.slotCount,
      backends: backends.map(({ name }) => wireName("backend", name)),
      deviceBackends: backends.map(({ name, generator }) => ({
        backend: wireName("backend", name),
        generator,
      })),
    };
  }
}
