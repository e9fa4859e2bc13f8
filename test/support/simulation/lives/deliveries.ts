import type { EventOf } from "../../../../coordinator/scheduler/events.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";

interface Delivery {
  readonly result: EventOf<"shard_result">;
  /** Whether the result is true and its shard was wanted when it came. */
  readonly isNeeded: boolean;
}

/** Everything that workers have delivered, in all lives of the coordinator. */
export class Deliveries {
  readonly #results = new Map<string, Delivery>();
  readonly #partials = new Map<string, ShardPartial>();

  add(delivery: Delivery): void {
    const { worker, lease, digest, partial } = delivery.result;
    this.#results.set(keyOf(worker, lease), delivery);
    this.#partials.set(digest, partial);
  }

  /** Finds a delivered partial by its digest. */
  partial(digest: string): ShardPartial | undefined {
    return this.#partials.get(digest);
  }

  /** The last result that the worker delivered under the lease. */
  of(worker: string, lease: number): Delivery | undefined {
    return this.#results.get(keyOf(worker, lease));
  }
}

function keyOf(worker: string, lease: number): string {
  return `${worker}/${lease}`;
}
