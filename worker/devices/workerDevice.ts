import type { BackendName, DeviceBackend } from "../../shared/specification/backends.ts";
import type { ShardPool } from "../pool/shardPool.ts";

/** Something that computes shards: the threads of a processor, a GPU. */
export interface WorkerDevice {
  /** For people, such as the processor's model. */
  readonly description: string;
  /** What it can propagate with; no run of another backend is given to it. */
  readonly backends: readonly DeviceBackend[];
  readonly pool: ShardPool;
}

/** A device that this machine could compute with. */
export interface Candidate extends WorkerDevice {
  /** Such as `cpu` or `gpu0`. Two candidates of one name are the same card, by two backends. */
  readonly name: string;
}

/** A backend that this machine does not have, or does not have on one of its devices. */
export interface LeftOut {
  readonly backend: BackendName;
  /** The device, where it is known. */
  readonly name?: string;
  /** Why, in a sentence. */
  readonly reason: string;
}
