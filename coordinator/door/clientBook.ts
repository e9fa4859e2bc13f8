import type { StoppingRule } from "../../shared/specification/stoppingRule.ts";
import { limitReached } from "../../shared/wire/errorDetails.ts";
import type { Admission, AskedRun } from "../simulations/admission.ts";
import type { Limits } from "./limits.ts";

interface Entry {
  readonly client: string;
  readonly replicas: number;
}

/** The fields of a request that ask for runs, as refusals name them. */
export interface AskingFields {
  /** The field that asks for too many runs. */
  readonly runs: string;
  /** The field that asks for too many replicas. */
  readonly replicas: string;
}

/** The runs of each client that have not ended. */
export class ClientBook {
  readonly #limits: Limits;
  readonly #runs = new Map<string, Entry>();
  readonly #clients = new Map<string, { runs: number; replicas: number }>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Lets in the runs of a client, as far as its limits go. */
  admissionOf(client: string, fields: AskingFields): Admission {
    return {
      client,
      check: (runs) => {
        this.check(client, runs, fields);
      },
      enter: (runs) => {
        this.enter(client, runs);
      },
    };
  }

  /**
   * Checks that a client may have these runs, too; a run that it has already counts as asked now.
   *
   * @throws ApiError RESOURCE_EXHAUSTED
   */
  check(client: string, asked: readonly AskedRun[], fields: AskingFields): void {
    const { maximumRunsPerClient, maximumReplicasPerClient } = this.#limits;
    let { runs, replicas } = this.#clients.get(client) ?? { runs: 0, replicas: 0 };
    const before = { runs, replicas };
    for (const { name, stoppingRule } of asked) {
      const known = this.#runs.get(name);
      if (known?.client === client) replicas -= known.replicas;
      else runs += 1;
      replicas += furthest(stoppingRule);
    }
    if (runs > maximumRunsPerClient) {
      throw limitReached(
        fields.runs,
        `${client} has ${before.runs} unfinished runs, and ${runs} would be too many; wait, cancel ` +
          `some, or have the coordinator's --maximum-runs-per-client (${maximumRunsPerClient}) raised`,
      );
    }
    if (replicas > maximumReplicasPerClient) {
      throw limitReached(
        fields.replicas,
        `${client} has unfinished runs of up to ${before.replicas} replicas, and ${replicas} would be ` +
          `too many; ask for fewer or for a maximum_replica_count, or have the coordinator's ` +
          `--maximum-replicas-per-client (${maximumReplicasPerClient}) raised`,
      );
    }
  }

  /** Books runs that go on for the client. */
  enter(client: string, asked: readonly AskedRun[]): void {
    for (const { name, stoppingRule } of asked) {
      this.leave(name);
      const replicas = furthest(stoppingRule);
      this.#runs.set(name, { client, replicas });
      const sums = this.#clients.get(client) ?? { runs: 0, replicas: 0 };
      this.#clients.set(client, {
        runs: sums.runs + 1,
        replicas: sums.replicas + replicas,
      });
    }
  }

  /** Strikes out a run that has ended. */
  leave(name: string): void {
    const entry = this.#runs.get(name);
    const sums = entry && this.#clients.get(entry.client);
    if (entry === undefined || sums === undefined) return;
    this.#runs.delete(name);
    if (sums.runs === 1) this.#clients.delete(entry.client);
    else {
      this.#clients.set(entry.client, {
        runs: sums.runs - 1,
        replicas: sums.replicas - entry.replicas,
      });
    }
  }
}

/** How far a run may go. */
function furthest(rule: StoppingRule): number {
  return rule.kind === "replicas" ? rule.replicaCount : rule.precision.maximumReplicaCount;
}
