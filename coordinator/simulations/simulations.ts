import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { RunSpecification } from "../../shared/specification/specification.ts";
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
import { convergence } from "./convergence.ts";
import { ADMIT_ALL, type Admission, type AskedRun } from "./admission.ts";
import type { Engine } from "../engine/engine.ts";
import { OutcomeUnknown, type Ledger, type RunRecord, type SweepRecord } from "../ledger/ledger.ts";
import { Mutex } from "../ledger/mutex.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { runSummary, runView, specificationView } from "./runView.ts";
import { ShardPlan } from "../plan/shardPlan.ts";
import { sweepView } from "./sweepView.ts";

/** What the coordinator needs from outside: it has no clock and no randomness of its own. */
export interface CoordinatorOptions {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Seconds, the engine's. */
  readonly clock: () => number;
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

/** What clients can ask for: creates, shows, cancels and extends runs and sweeps. */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  /** Creations, cancellations and extensions do not overlap. */
  readonly #mutex = new Mutex();
  readonly #foldings = new Mutex();

  constructor(options: CoordinatorOptions) {
    this.#options = options;
  }

  async createRun(
    specification: RunSpecification,
    options: CreationOptions,
    admission: Admission = ADMIT_ALL,
  ): Promise<Run> {
    if (options.validateOnly) return specificationView(specification);
    const record = this.#newRun(specification, admission.client);
    const fingerprint = fingerprintOf([specification]);
    const { requestId } = options;
    return this.run(await this.#create(requestId, fingerprint, record.name, admission, [record]));
  }

  /** @throws ApiError NOT_FOUND */
  async run(name: string): Promise<Run> {
    const record = await this.runRecord(name);
    return runView(record, this.#options.engine.work(name), this.#options.clock());
  }

  /** The run as it was answered, with how its estimates came about, folded anew from the ledger. */
  async withConvergence(run: Run): Promise<Run> {
    const { name = "", shardCount = 0 } = run;
    const { specification } = await this.runRecord(name);
    // One at a time: it is long work for somebody who only reads.
    const points = await this.#foldings.run(() =>
      convergence(specification, this.#options.ledger.shards(name), shardCount),
    );
    return { ...run, convergence: points };
  }

  /**
   * The same without its checkpoints.
   *
   * @throws ApiError NOT_FOUND
   */
  async runSummary(name: string): Promise<Run> {
    const record = await this.runRecord(name);
    return runSummary(record, this.#options.engine.work(name), this.#options.clock());
  }

  async runs(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#options.ledger.runs(pageSize, pageToken);
    return { runs: await Promise.all(records.map(({ name }) => this.run(name))), nextPageToken };
  }

  /** @throws ApiError NOT_FOUND, ALREADY_ENDED */
  async cancelRun(name: string): Promise<Run> {
    await this.#mutex.run(async () => {
      const record = await this.#settledRecord(name);
      if (hasEnded(record.state)) {
        throw new ApiError(
          Code.FAILED_PRECONDITION,
          "ALREADY_ENDED",
          `${name} has ended (${record.state}); only a run that has not can be cancelled`,
        );
      }
      await this.#options.engine.cancel(record);
    });
    return this.run(name);
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

  async createSweep(
    displayName: string,
    specifications: readonly RunSpecification[],
    options: CreationOptions,
    admission: Admission = ADMIT_ALL,
  ): Promise<Sweep> {
    if (options.validateOnly) return { displayName, runs: specifications.map(specificationView) };
    const name = `sweeps/${this.#options.newId()}`;
    const records = specifications.map((specification) =>
      this.#newRun(specification, admission.client, name),
    );
    const sweep: SweepRecord = {
      name,
      displayName,
      runs: records.map((record) => record.name),
      createTime: this.#options.wallClock(),
    };
    const fingerprint = fingerprintOf([displayName, ...specifications]);
    const { requestId } = options;
    return this.sweep(await this.#create(requestId, fingerprint, name, admission, records, sweep));
  }

  /** @throws ApiError NOT_FOUND */
  async sweep(name: string): Promise<Sweep> {
    const record = await this.sweepRecord(name);
    return sweepView(record, await Promise.all(record.runs.map((run) => this.runSummary(run))));
  }

  async sweeps(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#options.ledger.sweeps(pageSize, pageToken);
    const sweeps = await Promise.all(
      records.map(async ({ name }): Promise<Sweep> => ({ ...(await this.sweep(name)), runs: [] })),
    );
    return { sweeps, nextPageToken };
  }

  /** @throws ApiError NOT_FOUND */
  async cancelSweep(name: string): Promise<Sweep> {
    await this.#mutex.run(async () => {
      for (const run of (await this.sweepRecord(name)).runs) {
        const record = await this.#settledRecord(run);
        if (!hasEnded(record.state)) await this.#options.engine.cancel(record);
      }
    });
    return this.sweep(name);
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
        longer.push({ name: run, stoppingRule: await this.#longerRule(run, rule) });
      }
      admission.check(longer);
      for (const run of longer) await this.#extend(run, admission);
    });
    return this.sweep(name);
  }

  /** The rule asked for, if it goes further than the run's. */
  async #longerRule(name: string, input: StoppingRuleInput): Promise<StoppingRule> {
    const record = await this.runRecord(name);
    const stoppingRule = parseStoppingRule(input);
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

  /** Submits the run anew under its longer rule, with all shards that still belong to its plan. */
  async #extend(longer: AskedRun, admission: Admission): Promise<void> {
    const { engine } = this.#options;
    await engine.withdraw(longer.name);
    try {
      await this.#resubmit(longer, admission);
    } catch (error) {
      // Nobody works on it now.
      engine.fail(error);
      throw error;
    }
  }

  async #resubmit(longer: AskedRun, admission: Admission): Promise<void> {
    const { name, stoppingRule } = longer;
    const { engine } = this.#options;
    // Read now: it may have ended while it was withdrawn.
    const { endTime: _endTime, outcome: _outcome, ...kept } = await this.#settledRecord(name);
    const record: RunRecord = {
      ...kept,
      specification: { ...kept.specification, stoppingRule },
      client: admission.client,
      state: "QUEUED",
      error: "",
      revision: kept.revision + 1,
    };
    const misfits = await this.#misfits(name, kept.specification, record.specification);
    await engine.write(async (transaction) => {
      for (const shardIndex of misfits) await transaction.deleteShard(name, shardIndex);
      await transaction.putRun(record);
    });
    admission.enter([longer]);
    await engine.resume(record);
  }

  /**
   * Recorded shards that are not in the plan of the new rule: a last one that was short and is not any
   * more, or what lies beyond a number of replicas that takes the place of a larger maximum.
   */
  async #misfits(name: string, before: RunSpecification, now: RunSpecification): Promise<number[]> {
    const [plan, next] = [new ShardPlan(before), new ShardPlan(now)];
    const from = Math.min(plan.shardCount, next.shardCount) - 1;
    const fits = (shard: number) =>
      shard < next.shardCount && plan.shard(shard).replicaCount === next.shard(shard).replicaCount;
    const ranges = await this.#options.ledger.shardRanges(name, from);
    const shards = ranges.flatMap(({ first, end }) =>
      Array.from({ length: end - first }, (_, i) => first + i),
    );
    return shards.filter((shard) => !fits(shard));
  }

  /**
   * Writes new records under the request's id and starts the runs; returns the resource that the
   * id stands for, which an earlier request with the same content may have created.
   */
  async #create(
    requestId: string,
    fingerprint: string,
    resource: string,
    admission: Admission,
    runs: readonly RunRecord[],
    sweep?: SweepRecord,
  ): Promise<string> {
    const { ledger, engine, log } = this.#options;
    const admitted = runs.map(({ name, specification: { stoppingRule } }) => ({
      name,
      stoppingRule,
    }));
    return this.#mutex.run(async () => {
      const creation = ledger.transact(async (transaction) => {
        const known = requestId === "" ? undefined : await transaction.request(requestId);
        if (known !== undefined) return known;
        admission.check(admitted);
        for (const run of runs) await transaction.putRun(run);
        if (sweep !== undefined) await transaction.putSweep(sweep);
        if (requestId !== "") await transaction.putRequest({ requestId, fingerprint, resource });
        return undefined;
      });
      const earlier = await creation.catch((error: unknown) => {
        if (error instanceof OutcomeUnknown) engine.fail(error);
        throw error;
      });
      if (earlier === undefined) {
        admission.enter(admitted);
        for (const run of runs) engine.submit(run);
        log.info({ resource, runs: runs.length }, "created");
        return resource;
      }
      if (earlier.fingerprint === fingerprint) return earlier.resource;
      throw new ApiError(
        Code.ALREADY_EXISTS,
        "REQUEST_ID_REUSED",
        `request_id '${requestId}' was used for another request, which created ` +
          `${earlier.resource}; use a fresh one`,
      );
    });
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

  async #settledRecord(name: string): Promise<RunRecord> {
    await this.#options.engine.settled(name);
    return this.runRecord(name);
  }

  /** @throws ApiError NOT_FOUND */
  async runRecord(name: string): Promise<RunRecord> {
    const record = await this.#options.engine.record(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }

  /** @throws ApiError NOT_FOUND */
  async sweepRecord(name: string): Promise<SweepRecord> {
    const record = await this.#options.ledger.sweep(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }
}

function notFound(name: string): ApiError {
  return new ApiError(Code.NOT_FOUND, "NOT_FOUND", `'${name}' is not known here; list what is`);
}
