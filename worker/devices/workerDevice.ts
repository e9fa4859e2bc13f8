import type { DeviceBackend } from "../../shared/specification/backends.ts";
import type { ShardPool } from "../pool/shardPool.ts";

/** Something that computes shards: the threads of a processor, a GPU. */
export interface WorkerDevice {
  /** For people, such as the processor's model. */
  readonly description: string;
  /** What it can propagate with; no run of another backend is given to it. */
  readonly backends: readonly DeviceBackend[];
  readonly pool: ShardPool;
}
