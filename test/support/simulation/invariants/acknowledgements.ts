import type { SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import { demand } from "../violation.ts";
import type { Mirror } from "./mirror.ts";
import type { Invariant, Observed } from "./observed.ts";

const DURABLE = "acknowledged is durable";

/**
 * A worker may forget a result only once it is in the ledger or nobody needs it. A disputed result
 * may be forgotten once what it contradicts is out of the ledger.
 */
export class Acknowledgements implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  command(command: SchedulerCommand): void {
    if (command.kind !== "acknowledge") return;
    // The worker contradicted itself or others; its results are of no use.
    if (this.#mirror.quarantined.has(command.worker)) return;
    for (const lease of command.leases) this.#acknowledged(command.worker, lease);
  }

  #acknowledged(worker: string, lease: number): void {
    const result = this.#mirror.delivered.get(`${worker}/${lease}`);
    const name = `lease ${lease} of ${worker}`;
    demand(result !== undefined, DURABLE, () => `${name} was acknowledged and never delivered`);
    const run = this.#mirror.run(result);
    if (run === undefined || this.#mirror.isImpossible(result)) return;
    if (this.#mirror.isNeedless(result)) return;
    const durable = this.#observed.ledger.shards(result.run).get(result.shardIndex);
    // In a mixed run the ledger may have the shard by another generator.
    const isTakenBack = durable === undefined && this.#mirror.isDoubtful(result);
    demand(
      isTakenBack || (run.isMixed ? durable !== undefined : durable?.digest === result.digest),
      DURABLE,
      () => `${name}, ${result.run}#${result.shardIndex}, is not in the ledger`,
    );
  }
}
