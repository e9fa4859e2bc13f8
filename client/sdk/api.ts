import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ClientReadableStream, type ServiceError } from "@grpc/grpc-js";

import type { StoppingRule } from "../../shared/specification/stoppingRule.ts";
import {
  clientParts,
  NO_CREDENTIALS,
  type CallerCredentials,
} from "../../shared/wire/credentials.ts";
import type { ListRunsResponse__Output } from "../../shared/wire/generated/lyapunov/v1/ListRunsResponse.ts";
import type { ListSweepsResponse__Output } from "../../shared/wire/generated/lyapunov/v1/ListSweepsResponse.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep, Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";
import { stoppingRuleToMessage } from "../../shared/wire/stoppingRuleMessages.ts";

const MAXIMUM_MESSAGE_BYTES = 16 * 2 ** 20;

/** Retries of UNAVAILABLE only; creations may be repeated because they carry a request id. */
const RETRIES = {
  methodConfig: [
    {
      name: [{ service: "lyapunov.v1.SimulationService" }],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: "0.2s",
        maxBackoff: "2s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
};

type Call<Response> = (client: Client, done: Callback<Response>) => unknown;
type Callback<Response> = (error: ServiceError | null, response?: Response) => void;

type Client = InstanceType<typeof SimulationService>;

/**
 * Longest search for the leader among several addresses. A standby takes over from a leader that froze
 * in four seconds.
 */
const SEARCH_SECONDS = 8;
/** Time after which a search is reported. */
const SEARCH_NEWS_SECONDS = 2;
const SEARCH_INTERVAL_MILLISECONDS = 250;

/**
 * SimulationService with promises; failures are grpc-js ServiceErrors. Among several addresses it stays
 * with the one that answers: standbys do not.
 */
export class SimulationApi {
  /** The address, or addresses, as given. */
  readonly address: string;
  readonly #onSearch: () => void;
  readonly #clients: readonly Client[];
  #current = 0;

  /**
   * @param address HOST:PORT of a coordinator, or several of them with commas
   * @param onSearch called if none of them answers and the search goes on
   */
  constructor(
    address: string,
    credentials: CallerCredentials = NO_CREDENTIALS,
    onSearch: () => void = () => undefined,
  ) {
    this.address = address;
    this.#onSearch = onSearch;
    const addresses = address.split(",");
    this.#clients = addresses.map((each) => {
      const { channel, options } = clientParts(each, credentials);
      return new SimulationService(each, channel, {
        ...options,
        "grpc.max_receive_message_length": MAXIMUM_MESSAGE_BYTES,
        // Among several, the next one is asked instead.
        ...(addresses.length === 1 && { "grpc.service_config": JSON.stringify(RETRIES) }),
      });
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  createRun(run: Run, requestId: string): Promise<Run__Output> {
    return this.#run((client, done) => client.createRun({ run, requestId }, done));
  }

  getRun(name: string, withConvergence = false): Promise<Run__Output> {
    return this.#run((client, done) => client.getRun({ name, withConvergence }, done));
  }

  listRuns(pageSize: number, pageToken: string): Promise<ListRunsResponse__Output> {
    return this.#unary((client, done) => client.listRuns({ pageSize, pageToken }, done));
  }

  async *watchRun(name: string): AsyncIterable<Run__Output> {
    for await (const { run } of this.#messages((client) => client.watchRun({ name })))
      yield present(run);
  }

  cancelRun(name: string): Promise<Run__Output> {
    return this.#run((client, done) => client.cancelRun({ name }, done));
  }

  extendRun(name: string, rule: StoppingRule): Promise<Run__Output> {
    const stoppingRule = stoppingRuleToMessage(rule);
    return this.#run((client, done) => client.extendRun({ name, stoppingRule }, done));
  }

  createSweep(sweep: Sweep, requestId: string): Promise<Sweep__Output> {
    return this.#sweep((client, done) => client.createSweep({ sweep, requestId }, done));
  }

  getSweep(name: string): Promise<Sweep__Output> {
    return this.#sweep((client, done) => client.getSweep({ name }, done));
  }

  listSweeps(pageSize: number, pageToken: string): Promise<ListSweepsResponse__Output> {
    return this.#unary((client, done) => client.listSweeps({ pageSize, pageToken }, done));
  }

  /**
   * Watches a sweep: a message has only some of its runs, see WatchSweepResponse.
   *
   * @param pageSize most runs in one message; a coordinator of version 0.1.0 does not know it. Default:
   * the first and the last message have all runs
   */
  async *watchSweep(name: string, pageSize = 0): AsyncIterable<Sweep__Output> {
    for await (const { sweep } of this.#messages((client) => client.watchSweep({ name, pageSize })))
      yield present(sweep);
  }

  cancelSweep(name: string): Promise<Sweep__Output> {
    return this.#sweep((client, done) => client.cancelSweep({ name }, done));
  }

  extendSweep(name: string, rule: StoppingRule): Promise<Sweep__Output> {
    const stoppingRule = stoppingRuleToMessage(rule);
    return this.#sweep((client, done) => client.extendSweep({ name, stoppingRule }, done));
  }

  async #run(call: Call<{ readonly run: Run__Output | null }>): Promise<Run__Output> {
    return present((await this.#unary(call)).run);
  }

  async #sweep(call: Call<{ readonly sweep: Sweep__Output | null }>): Promise<Sweep__Output> {
    return present((await this.#unary(call)).sweep);
  }

  async #unary<Response>(call: Call<Response>): Promise<Response> {
    const attempts = Math.ceil((SEARCH_SECONDS * 1000) / SEARCH_INTERVAL_MILLISECONDS);
    const newsAttempt = Math.ceil((SEARCH_NEWS_SECONDS * 1000) / SEARCH_INTERVAL_MILLISECONDS);
    for (let attempt = 1; ; attempt++) {
      try {
        return await unary((done) => call(this.#client, done));
      } catch (error) {
        const isLast = this.#clients.length === 1 || attempt === attempts;
        if (!this.#turnsAway(error) || isLast) throw error;
        if (attempt === newsAttempt) this.#onSearch();
        await delay(SEARCH_INTERVAL_MILLISECONDS);
      }
    }
  }

  async *#messages<Response>(
    open: (client: Client) => ClientReadableStream<Response>,
  ): AsyncIterable<Response> {
    const stream = open(this.#client);
    try {
      for await (const message of stream) yield message as Response;
    } catch (error) {
      this.#turnsAway(error);
      throw error;
    } finally {
      stream.cancel();
    }
  }

  get #client(): Client {
    return this.#clients[this.#current] as Client;
  }

  /** Moves on to the next coordinator if the failure asks for that; returns whether it did. */
  #turnsAway(error: unknown): boolean {
    if ((error as Partial<ServiceError>).code !== Code.UNAVAILABLE) return false;
    this.#current = (this.#current + 1) % this.#clients.length;
    return true;
  }
}

function unary<Response>(call: (done: Callback<Response>) => unknown): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  call((error, response) => {
    if (error !== null || response === undefined) reject(error ?? new Error("an empty response"));
    else resolve(response);
  });
  return promise;
}

function present<Resource>(resource: Resource | null): Resource {
  if (resource === null) throw new Error("the coordinator answered without a resource");
  return resource;
}
