import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { RunSpecification } from "../../shared/kinds/kind.ts";
import {
  parseStoppingRule,
  type StoppingRuleInput,
} from "../../shared/specification/stoppingRuleInput.ts";
import { ValidationError } from "../../shared/specification/violations.ts";
import { extensionProblem, type StoppingRule } from "../../shared/specification/stoppingRule.ts";
import { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { stateOf } from "../../shared/wire/runStates.ts";
import { ADMIT_ALL, type Admission, type AskedRun } from "./admission.ts";
import type { RunRecord, SweepRecord } from "../ledger/ledger.ts";
import { Mutex } from "../ledger/mutex.ts";
import { create, type Creation } from "./creation.ts";
import { fingerprintsOf } from "./fingerprint.ts";
import { SimulationReads, type ReadsOptions } from "./reads.ts";
import { specificationView } from "./runView.ts";

/** The use cases' surroundings, injected: they have no clock and no randomness of their own. */
export interface SimulationsOptions extends ReadsOptions {
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly wallClock: () => number;
  /** A fresh identifier of letters and digits. */
  readonly newId: () => string;
}

/** How a creation is repeated safely, and whether it is one at all. */
export interface CreationOptions {
  readonly requestId: string;
  readonly validateOnly: boolean;
}

/** The use cases: what clients can ask for. Creates, shows, cancels and extends runs and sweeps. */
export class Simulations extends SimulationReads {
  readonly #options: SimulationsOptions;
  /** Creations, cancellations and extensions do not overlap. */
  readonly #mutex = new Mutex();

  constructor(options: SimulationsOptions) {
    super(options);
    this.#options = options;
  }

  async createRun(
    specification: RunSpecification,
    { requestId, validateOnly }: CreationOptions,
    admission: Admission = ADMIT_ALL,
  ): Promise<Run> {
    if (validateOnly) return specificationView(specification);
    const run = this.#newRun(specification, admission.client);
    const fingerprints = fingerprintsOf([specification]);
    const creation = { requestId, fingerprints, resource: run.name, runs: [run] };
    return this.run(await this.#create(creation, admission));
  }

  async createSweep(
    displayName: string,
    specifications: readonly RunSpecification[],
    { requestId, validateOnly }: CreationOptions,
    admission: Admission = ADMIT_ALL,
  ): Promise<Sweep> {
    if (validateOnly) return { displayName, runs: specifications.map(specificationView) };
    const name = `sweeps/${this.#options.newId()}`;
    const runs = specifications.map((specification) =>
      this.#newRun(specification, admission.client, name),
    );
    const sweep: SweepRecord = {
      name,
      displayName,
      runs: runs.map((run) => run.name),
      createTime: this.#options.wallClock(),
    };
    const fingerprints = fingerprintsOf([displayName, ...specifications]);
    const creation = { requestId, fingerprints, resource: name, runs, sweep };
    return this.sweep(await this.#create(creation, admission));
  }

  /** Returns the name of what was created, now or by the request before. */
  async #create(creation: Creation, admission: Admission): Promise<string> {
    return this.#mutex.run(() => create(this.#options, creation, admission));
  }

  #newRun(specification: RunSpecification, client: string, sweep?: string): RunRecord {
    return {
      name: `runs/${this.#options.newId()}`,
      specification,
      state: "QUEUED",
      error: "",
      client,
      ...(sweep !== undefined && { sweep }),
      createTime: this.#options.wallClock(),
      revision: 1,
    };
  }

  /** @throws ApiError NOT_FOUND, ALREADY_ENDED */
  async cancelRun(name: string): Promise<Run> {
    await this.#mutex.run(async () => {
      await this.runRecord(name);
      const cancelled = await this.#options.engine.cancel([name]);
      if (cancelled.length === 0) throw alreadyEnded(name, "run", await this.run(name));
    });
    return this.run(name);
  }

  /** Cancels every unfinished run of the sweep, or none. @throws ApiError NOT_FOUND, ALREADY_ENDED */
  async cancelSweep(name: string): Promise<Sweep> {
    await this.#mutex.run(async () => {
      const { runs } = await this.sweepRecord(name);
      const cancelled = await this.#options.engine.cancel(runs);
      if (cancelled.length === 0) throw alreadyEnded(name, "sweep", await this.sweep(name));
    });
    return this.sweep(name);
  }

  /** @throws ApiError NOT_FOUND, ETAG_MISMATCH; ValidationError if the rule does not go further */
  async extendRun(
    name: string,
    rule: StoppingRuleInput,
    etag: string,
    admission: Admission = ADMIT_ALL,
  ): Promise<Run> {
    await this.#mutex.run(async () => {
      if (etag !== "" && (await this.run(name)).etag !== etag) {
        throw new ApiError(
          Code.ABORTED,
          "ETAG_MISMATCH",
          `${name} has changed since etag ${etag}; read it again`,
        );
      }
      await this.#extend(this.runRecords([name]), rule, admission);
    });
    return this.run(name);
  }

  /** @throws ApiError NOT_FOUND; ValidationError if the rule does not go further for every run */
  async extendSweep(
    name: string,
    rule: StoppingRuleInput,
    admission: Admission = ADMIT_ALL,
  ): Promise<Sweep> {
    await this.#mutex.run(async () => {
      const { runs } = await this.sweepRecord(name);
      await this.#extend(this.intactRecords(runs), rule, admission);
    });
    return this.sweep(name);
  }

  /** The rule asked for, if it goes further than the run's. */
  #longerRule({ name, specification, outcome }: RunRecord, input: StoppingRuleInput): StoppingRule {
    const stoppingRule = parseStoppingRule(input, specification.kind.quantities);
    const folded = this.#options.engine.activeRun(name)?.progress.folded ?? outcome?.sums;
    const problem = extensionProblem(
      specification.stoppingRule,
      stoppingRule,
      folded?.replicaCount ?? 0,
    );
    if (problem !== undefined) {
      const { field, description } = problem;
      throw new ValidationError([{ field, description: `${name}: ${description}` }]);
    }
    return stoppingRule;
  }

  /**
   * Submits runs again under their longer rules, with all shards that still belong to their plans.
   * All are checked before the first is touched, and one transaction changes them.
   */
  async #extend(
    records: AsyncIterable<RunRecord>,
    input: StoppingRuleInput,
    admission: Admission,
  ): Promise<void> {
    const longer: AskedRun[] = [];
    for await (const record of records) {
      longer.push({ name: record.name, stoppingRule: this.#longerRule(record, input) });
    }
    admission.check(longer);
    const rules = new Map(longer.map(({ name, stoppingRule }) => [name, stoppingRule]));
    const revise = (before: RunRecord): RunRecord => {
      const { endTime: _endTime, outcome: _outcome, ...kept } = before;
      const { stoppingRule } = kept.specification;
      return {
        ...kept,
        specification: {
          ...kept.specification,
          stoppingRule: rules.get(kept.name) ?? stoppingRule,
        },
        client: admission.client,
        state: "QUEUED",
        error: "",
        revision: kept.revision + 1,
      };
    };
    await this.#options.engine.extend([...rules.keys()], revise, () => {
      admission.enter(longer);
    });
  }
}

function alreadyEnded(
  name: string,
  what: "run" | "sweep",
  now: Pick<Run | Sweep, "state">,
): ApiError {
  return new ApiError(
    Code.FAILED_PRECONDITION,
    "ALREADY_ENDED",
    `${name} has ended (${stateOf(now)}); only an unfinished ${what} can be cancelled`,
  );
}
