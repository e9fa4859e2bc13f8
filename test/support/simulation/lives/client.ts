import { isDeepStrictEqual } from "node:util";

import type { Simulations } from "../../../../coordinator/simulations/simulations.ts";
import type { RunRecord } from "../../../../coordinator/ledger/ledger.ts";
import type { PropagationSpecification } from "../../../../shared/kinds/propagation/specification.ts";
import { ValidationError } from "../../../../shared/specification/violations.ts";
import type { StoppingRule } from "../../../../shared/specification/stoppingRule.ts";
import type {
  PrecisionInput,
  StoppingRuleInput,
} from "../../../../shared/specification/stoppingRuleInput.ts";
import { ApiError } from "../../../../shared/wire/errorDetails.ts";
import type { Random } from "../../random.ts";
import type { Timeline } from "../timeline.ts";
import { DiskFailure } from "./disk.ts";
import { Unavailable, type Service } from "./service.ts";
import type { Witness } from "./witness.ts";

interface ClientOptions {
  readonly service: Service;
  readonly witness: Witness;
  readonly timeline: Timeline;
  readonly random: Random;
}

/** A client that repeats requests until they are answered, and checks that answers are durable. */
export class Client {
  readonly #options: ClientOptions;
  /** Answers that the client waits for. */
  #pending = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#pending > 0;
  }

  /** Does something in its own time; any error is a finding. */
  does(action: () => Promise<void>): void {
    this.#pending += 1;
    action()
      .catch((error: unknown) => {
        this.#options.witness.findings.add(error);
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  async createRun(requestId: string, specification: PropagationSpecification): Promise<string> {
    return this.#creates(requestId, async (coordinator) => {
      const options = { requestId, validateOnly: false };
      const { name = "" } = await coordinator.createRun(specification, options);
      this.#expect(name, "created", () => true);
      return name;
    });
  }

  async createSweep(
    requestId: string,
    specifications: readonly PropagationSpecification[],
  ): Promise<string> {
    return this.#creates(requestId, async (coordinator) => {
      const options = { requestId, validateOnly: false };
      const sweep = await coordinator.createSweep("a sweep", specifications, options);
      for (const run of sweep.runs ?? []) this.#expect(run.name ?? "", "created", () => true);
      return sweep.name ?? "";
    });
  }

  async cancelRun(name: string): Promise<void> {
    this.#options.witness.record.askedOfRun(name);
    await this.#insists(async (coordinator) => {
      await unlessRefused(coordinator.cancelRun(name));
      this.#expect(name, "cancelled", ({ endTime }) => endTime !== undefined);
    });
  }

  async cancelSweep(name: string): Promise<void> {
    const { record } = this.#options.witness;
    record.askedOfSweep(name);
    await this.#insists(async (coordinator) => {
      await unlessRefused(coordinator.cancelSweep(name));
      for (const run of record.runsOf(name)) {
        this.#expect(run, "cancelled", ({ endTime }) => endTime !== undefined);
      }
    });
  }

  async extendRun(name: string, rule: StoppingRule): Promise<void> {
    this.#options.witness.record.askedOfRun(name, rule);
    await this.#insists(async (coordinator) => {
      const run = await unlessRefused(coordinator.extendRun(name, inputOf(rule), ""));
      if (run !== undefined) this.#expectExtended(name, rule);
    });
  }

  async extendSweep(name: string, rule: StoppingRule): Promise<void> {
    this.#options.witness.record.askedOfSweep(name, rule);
    await this.#insists(async (coordinator) => {
      const sweep = await unlessRefused(coordinator.extendSweep(name, inputOf(rule)));
      for (const run of sweep?.runs ?? []) this.#expectExtended(run.name ?? "", rule);
    });
  }

  #expectExtended(name: string, rule: StoppingRule): void {
    const isExtended = ({ specification }: RunRecord) =>
      isDeepStrictEqual(inputOf(specification.stoppingRule), inputOf(rule));
    this.#expect(name, "extended", isExtended);
  }

  /** Checks that what was answered is durable. */
  #expect(name: string, what: string, holds: (record: RunRecord) => boolean): void {
    const { findings, record } = this.#options.witness;
    findings.demand(
      record.hasBeen(name, holds),
      "what is answered is durable",
      () => `${name} was ${what}, it was said`,
    );
  }

  /** Creates something, at times with a doubled request: both must come to the same resource. */
  async #creates(
    requestId: string,
    request: (coordinator: Simulations) => Promise<string>,
  ): Promise<string> {
    const times = this.#options.random.pick([1, 1, 1, 2]);
    const requests = Array.from({ length: times }, () => this.#insists(request));
    const [name = "", ...others] = await Promise.all(requests);
    this.#options.witness.findings.demand(
      others.every((other) => other === name),
      "a request id stands for one resource",
      () => `${requestId} stands for ${[name, ...others].join(" and ")}`,
    );
    return name;
  }

  async #insists<Reply>(request: (coordinator: Simulations) => Promise<Reply>): Promise<Reply> {
    const { service, timeline, random } = this.#options;
    for (;;) {
      try {
        return await service.call(request);
      } catch (error) {
        if (error instanceof DiskFailure) await this.#takesItsTime();
        else if (error instanceof Unavailable) await timeline.wait(random.exponential(2));
        else throw error;
      }
    }
  }

  /** Waits before asking again: other clients might not, and all must go on without that. */
  async #takesItsTime(): Promise<void> {
    const { service, timeline } = this.#options;
    await timeline.wait(10);
    // Another request may have withdrawn a run for a moment.
    if (this.#pending === 1) await service.worksOnAll();
  }
}

/** The reply; undefined if the run has ended, or goes as far already. */
async function unlessRefused<Reply>(reply: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    if (error instanceof ApiError && error.reason === "ALREADY_ENDED") return undefined;
    throw error;
  }
}

function inputOf(rule: StoppingRule): StoppingRuleInput {
  return rule.kind === "replicas"
    ? { replicaCount: rule.replicaCount }
    : { precision: definedOf(rule.precision) };
}

function definedOf(fields: object): PrecisionInput {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
