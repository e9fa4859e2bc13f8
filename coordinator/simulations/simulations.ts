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
import { hasEnded } from "../../shared/wire/runStates.ts";
import { ADMIT_ALL, type Admission, type AskedRun } from "./admission.ts";
import { DamagedRecord, type RunRecord, type SweepRecord } from "../ledger/ledger.ts";
import { Mutex } from "../ledger/mutex.ts";
import { create, type Creation } from "./creation.ts";
import { fingerprintOf } from "./fingerprint.ts";
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
    const fingerprint = fingerprintOf([specification]);
    const creation = { requestId, fingerprint, resource: run.name, runs: [run] };
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
    const fingerprint = fingerprintOf([displayName, ...specifications]);
    const creation = { requestId, fingerprint, resource: name, runs, sweep };
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
      const record = await this.#settledRecord(name);
      if (hasEnded(record.state)) {
        throw new ApiError(
          Code.FAILED_PRECONDITION,
          "ALREADY_ENDED",
          `${name} has ended (${record.state}); only an unfinished run can be cancelled`,
        );
      }
      await this.#options.engine.cancel(record);
    });
    return this.run(name);
  }

  /** @throws ApiError NOT_FOUND */
  async cancelSweep(name: string): Promise<Sweep> {
    await this.#mutex.run(async () => {
      for (const run of (await this.sweepRecord(name)).runs) {
        const record = await this.#settledRecord(run).catch(unlessDamaged);
        if (record !== undefined && !hasEnded(record.state)) {
          await this.#options.engine.cancel(record);
        }
      }
    });
    return this.sweep(name);
  }

  /** The record of a run that is not about to end or to be submitted again. */
  async #settledRecord(name: string): Promise<RunRecord> {
    await this.#options.engine.settled(name);
    return this.runRecord(name);
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
      const longer = { name, stoppingRule: await this.#longerRule(name, rule) };
      admission.check([longer]);
      await this.#extend(longer, admission);
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
      // All are checked before the first is touched: the sweep is extended as a whole or not at all.
      const { runs } = await this.sweepRecord(name);
      const longer: AskedRun[] = [];
      for (const run of runs) {
        const stoppingRule = await this.#longerRule(run, rule).catch(unlessDamaged);
        if (stoppingRule !== undefined) longer.push({ name: run, stoppingRule });
      }
      admission.check(longer);
      for (const run of longer) await this.#extend(run, admission);
    });
    return this.sweep(name);
  }

  /** The rule asked for, if it goes further than the run's. */
  async #longerRule(name: string, input: StoppingRuleInput): Promise<StoppingRule> {
    const record = await this.runRecord(name);
    const stoppingRule = parseStoppingRule(input, record.specification.kind.quantities);
    const folded = this.#options.engine.activeRun(name)?.progress.folded ?? record.outcome?.sums;
    const problem = extensionProblem(
      record.specification.stoppingRule,
      stoppingRule,
      folded?.replicaCount ?? 0,
    );
    if (problem !== undefined) {
      throw new ValidationError([{ field: "stopping_rule", description: `${name}: ${problem}` }]);
    }
    return stoppingRule;
  }

  /** Submits the run again under its longer rule, with all shards that still belong to its plan. */
  async #extend(longer: AskedRun, admission: Admission): Promise<void> {
    const revise = (before: RunRecord): RunRecord => {
      const { endTime: _endTime, outcome: _outcome, ...kept } = before;
      return {
        ...kept,
        specification: { ...kept.specification, stoppingRule: longer.stoppingRule },
        client: admission.client,
        state: "QUEUED",
        error: "",
        revision: kept.revision + 1,
      };
    };
    await this.#options.engine.extend(longer.name, revise, () => {
      admission.enter([longer]);
    });
  }
}

/** Undefined for a run whose record is damaged or missing: it has failed, and others go on. */
function unlessDamaged(error: unknown): undefined {
  const isMissing = error instanceof ApiError && error.code === Code.NOT_FOUND;
  if (!isMissing && !(error instanceof DamagedRecord)) throw error;
}
