import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { ChannelCredentials, Client, type ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";

import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";
import { VERSION } from "../../shared/wire/version.ts";
import {
  messageOf,
  refusedAt,
  typeOf,
  violating,
  type Violation,
} from "../support/boundedMessages.ts";
import { slow } from "../support/tiers/tiers.ts";
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

  slow("send hundreds of megabytes").it(
    "leave no stream with the bytes of its last message, which may be many",
    async () => {
      const method = "/lyapunov.v1.FleetService/Work";
      const type = typeOf({ method });
      // Field 999 of a later version, of 15 MiB; it is skipped when the message is read.
      const length = 15 * 2 ** 20;
      const unknown = protobuf.Writer.create()
        .uint32((999 << 3) | 2)
        .bytes(Buffer.alloc(length, "x"))
        .finish();
      const before = residentBytes();
      for (let i = 0; i < 20; i++) {
        const devices = [{ backends: [1], slotCount: 1 }];
        const join = { workerId: `quiet-${i}`, version: VERSION, devices };
        const bytes = Buffer.concat([type.encode({ join }).finish(), unknown]);
        // The stream stays open: its worker is welcome.
        await conversation(method, bytes);
      }
      assert.ok(residentBytes() - before < 200 * 2 ** 20, "300 MiB were sent");
    },
  );

  function residentBytes(): number {
    const status = readFileSync(`/proc/${cluster.coordinator.pid}/status`, "utf8");
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  }

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
