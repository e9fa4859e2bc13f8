import assert from "node:assert/strict";

import { ChannelCredentials, Client, type ServiceError } from "@grpc/grpc-js";

import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";
import { messageOf, refusedAt, violating, type Violation } from "../support/boundedMessages.ts";
import { Cluster } from "./support/cluster.ts";
import { refusal } from "./support/rpc.ts";

const METHODS = new Map(
  [SimulationService, FleetService].flatMap(({ service }) =>
    Object.values(service).map((method) => [method.path, method] as const),
  ),
);

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

describe("the bounds of fields, at a coordinator", () => {
  let cluster: Cluster;
  let client: Client;

  before(async () => {
    cluster = await Cluster.start(0, 1);
    client = new Client(cluster.address, ChannelCredentials.createInsecure());
  });

  after(async () => {
    client.close();
    await cluster[Symbol.asyncDispose]();
  });

  for (const violation of violating()) {
    it(`refuse ${violation.what}`, async () => {
      const { code, reason, fields, message } = await refusal(call(violation));
      const field = refusedAt(violation);
      assert.deepEqual([code, reason, fields], ["INVALID_ARGUMENT", "INVALID_FIELD", [field]]);
      assert.ok(message.startsWith(`${field}: `) && message.includes("; give at most "), message);
    });
  }

  for (const path of ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"]) {
    it(`hold for ${path}, which would keep the name of a service`, async () => {
      // Field 1 is the name.
      const bytes = Buffer.concat([Buffer.from([0x0a, 0x80, 0x40]), Buffer.alloc(8192, "x")]);
      const { code, reason, message } = await refusal(watched(path, bytes));
      assert.deepEqual([code, reason], ["INVALID_ARGUMENT", "INVALID_MESSAGE"]);
      assert.match(message, /^8,195 bytes are not allowed; give at most 4,096$/);
    });
  }

  it("keep workers from filling the memory with what they say of themselves", async () => {
    // Each is as large as a message may be; a hundred of them would take more than a gigabyte.
    const description = violating().find(({ name }) => name.endsWith("Device.description"));
    assert.ok(description !== undefined);
    const bytes = messageOf(description, 15 * 2 ** 20);
    for (let i = 0; i < 20; i++) {
      assert.equal(
        (await refusal(conversation(description.method, bytes))).code,
        "INVALID_ARGUMENT",
      );
    }
  });

  function call(violation: Violation): Promise<unknown> {
    const { method } = violation;
    const bytes = messageOf(violation, 1);
    const { requestStream, responseStream } = METHODS.get(method) ?? assert.fail(method);
    if (requestStream) return conversation(method, bytes);
    return responseStream ? watched(method, bytes) : answered(method, bytes);
  }

  function answered(method: string, bytes: Uint8Array): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    client.makeUnaryRequest(method, asIs, asIs, Buffer.from(bytes), (error, answer) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
    return promise;
  }

  function watched(method: string, bytes: Uint8Array): Promise<unknown> {
    return ending(client.makeServerStreamRequest(method, asIs, asIs, Buffer.from(bytes)));
  }

  function conversation(method: string, bytes: Uint8Array): Promise<unknown> {
    const stream = client.makeBidiStreamRequest(method, asIs, asIs);
    stream.write(Buffer.from(bytes));
    return ending(stream);
  }
});

/** Resolves with the first message of a stream, or with nothing at its end; rejects if it fails. */
function ending(stream: NodeJS.ReadableStream): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  stream
    .on("data", resolve)
    .on("end", resolve)
    .on("error", (error: ServiceError) => {
      reject(error);
    });
  return promise;
}
