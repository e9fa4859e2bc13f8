import type { BackendName } from "../../shared/specification/backends.ts";
import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { BackendDevice, DeviceChoice } from "../backends/backend.ts";
import type { ComputedShard } from "./computedShard.ts";

/** What a pool tells its process. The first message is `load`, or `list` and nothing else. */
export type ToProcess =
  | { readonly kind: "list"; readonly backend: BackendName }
  | { readonly kind: "load"; readonly backend: BackendName; readonly choice: DeviceChoice }
  | { readonly kind: "compute"; readonly shard: number; readonly task: ShardTask__Output }
  /** Nobody wants the shard any more. */
  | { readonly kind: "drop"; readonly shard: number }
  /** The process ends once its present calls have returned. */
  | { readonly kind: "close" };

/** What a process tells its pool. The first message is `loaded`, `listed` or `unloadable`. */
export type FromProcess =
  /** Adapters that the backend can be loaded with, by their names; none if it has no choice. */
  | { readonly kind: "listed"; readonly adapters: readonly string[] }
  | { readonly kind: "loaded"; readonly backend: LoadedBackend }
  | { readonly kind: "unloadable"; readonly reason: string }
  /** The shard has got on; it is said a few times a second at most. */
  | { readonly kind: "advanced"; readonly shard: number }
  | { readonly kind: "computed"; readonly shard: number; readonly computed: ComputedShard }
  | { readonly kind: "failed"; readonly shard: number; readonly error: string }
  /** The process should be replaced once it has done what it has. */
  | { readonly kind: "spent" }
  /** The shard was dropped, and the backend is done with it. */
  | { readonly kind: "dropped"; readonly shard: number }
  /** The device was lost; the process is of no use any more. */
  | { readonly kind: "lost"; readonly reason: string };

/** A backend as the process that has loaded it describes it. */
export interface LoadedBackend {
  readonly generator: string;
  /** Shards that it computes at the same time. */
  readonly slotCount: number;
  readonly device?: BackendDevice;
}
