import type { EventOf } from "../../../../coordinator/scheduler/events.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";

interface Delivery {
  readonly result: EventOf<"shard_result">;
  /** Whether it is the truth, of a shard that was wanted when it came. */
  readonly isNeeded: boolean;
}

/** What workers have delivered, in all lives. */
export class Deliveries {
  readonly #results = new Map<string, Delivery>();
  readonly #partials = new Map<string, ShardPartial>();

  add(delivery: Delivery): void {
    const { worker, lease, digest, partial } = delivery.result;
    this.#results.set(keyOf(worker, lease), delivery);
    this.#partials.set(digest, partial);
  }

  /** A partial that somebody has delivered, by its digest. */
  partial(digest: string): ShardPartial | undefined {
    return this.#partials.get(digest);
  }

  /** What the worker delivered last under the lease. */
  of(worker: string, lease: number): Delivery | undefined {
    return this.#results.get(keyOf(worker, lease));
  }
}

function keyOf(worker: string, lease: number): string {
  return `${worker}/${lease}`;
}
