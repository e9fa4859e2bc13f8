import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { BookedLease } from "./leaseBook.ts";

/** A lease as the worker holds it; the task is as it came off the wire. */
export interface HeldLease extends BookedLease {
  readonly run: string;
  readonly shardIndex: number;
  readonly task: ShardTask__Output;
}
