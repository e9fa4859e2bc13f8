import { ChannelCredentials, type ClientReadableStream, type ServiceError } from "@grpc/grpc-js";

import type { StoppingRule } from "../shared/statistics/stoppingRule.ts";
import type { ListRunsResponse__Output } from "../shared/wire/generated/lyapunov/v1/ListRunsResponse.ts";
import type { Run, Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep, Sweep__Output } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { SimulationService } from "../shared/wire/protocol.ts";
import { stoppingRuleToMessage } from "../shared/wire/specificationMessages.ts";

const MAXIMUM_MESSAGE_BYTES = 16 * 2 ** 20;

/** Only UNAVAILABLE, and safely: creations carry a request id. */
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

type Callback<Response> = (error: ServiceError | null, response?: Response) => void;

/** SimulationService with promises; failures are grpc-js ServiceErrors. */
export class SimulationApi {
  readonly address: string;
  readonly #client: InstanceType<typeof SimulationService>;

  /** @param address HOST:PORT of a coordinator. */
  constructor(address: string) {
    this.address = address;
    this.#client = new SimulationService(address, ChannelCredentials.createInsecure(), {
      "grpc.max_receive_message_length": MAXIMUM_MESSAGE_BYTES,
      "grpc.service_config": JSON.stringify(RETRIES),
    });
  }

  close(): void {
    this.#client.close();
  }

  createRun(run: Run, requestId: string): Promise<Run__Output> {
    return this.#run((done) => this.#client.createRun({ run, requestId }, done));
  }

  getRun(name: string): Promise<Run__Output> {
    return this.#run((done) => this.#client.getRun({ name }, done));
  }

  listRuns(pageSize: number, pageToken: string): Promise<ListRunsResponse__Output> {
    return unary((done) => this.#client.listRuns({ pageSize, pageToken }, done));
  }

  async *watchRun(name: string): AsyncIterable<Run__Output> {
    for await (const { run } of messages(this.#client.watchRun({ name }))) yield present(run);
  }

  cancelRun(name: string): Promise<Run__Output> {
    return this.#run((done) => this.#client.cancelRun({ name }, done));
  }

  extendRun(name: string, rule: StoppingRule): Promise<Run__Output> {
    const stoppingRule = stoppingRuleToMessage(rule);
    return this.#run((done) => this.#client.extendRun({ name, stoppingRule }, done));
  }

  createSweep(sweep: Sweep, requestId: string): Promise<Sweep__Output> {
    return this.#sweep((done) => this.#client.createSweep({ sweep, requestId }, done));
  }

  getSweep(name: string): Promise<Sweep__Output> {
    return this.#sweep((done) => this.#client.getSweep({ name }, done));
  }

  async *watchSweep(name: string): AsyncIterable<Sweep__Output> {
    for await (const { sweep } of messages(this.#client.watchSweep({ name }))) yield present(sweep);
  }

  cancelSweep(name: string): Promise<Sweep__Output> {
    return this.#sweep((done) => this.#client.cancelSweep({ name }, done));
  }

  extendSweep(name: string, rule: StoppingRule): Promise<Sweep__Output> {
    const stoppingRule = stoppingRuleToMessage(rule);
    return this.#sweep((done) => this.#client.extendSweep({ name, stoppingRule }, done));
  }

  async #run(
    call: (done: Callback<{ readonly run: Run__Output | null }>) => unknown,
  ): Promise<Run__Output> {
    return present((await unary(call)).run);
  }

  async #sweep(
    call: (done: Callback<{ readonly sweep: Sweep__Output | null }>) => unknown,
  ): Promise<Sweep__Output> {
    return present((await unary(call)).sweep);
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

async function* messages<Response>(
  stream: ClientReadableStream<Response>,
): AsyncIterable<Response> {
  try {
    for await (const message of stream) yield message as Response;
  } finally {
    stream.cancel();
  }
}

function present<Resource>(resource: Resource | null): Resource {
  if (resource === null) throw new Error("the coordinator answered without a resource");
  return resource;
}
