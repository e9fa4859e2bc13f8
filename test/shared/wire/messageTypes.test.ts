import assert from "node:assert/strict";
import { join } from "node:path";

import { loadSync } from "@grpc/proto-loader";

import protobuf from "protobufjs";

import { contract, PROTO_FILES } from "../../../shared/wire/contract.ts";
import { messageType, numericDecoder, sealedType } from "../../../shared/wire/messageTypes.ts";
import { packageRoot } from "../../../shared/wire/packageRoot.ts";
import { FleetService, SimulationService } from "../../../shared/wire/protocol.ts";

describe("the contract", () => {
  it("makes the services that proto-loader makes of the files itself", () => {
    const options = { longs: String, enums: String, defaults: true, oneofs: true };
    const includeDirs = [join(packageRoot(), "proto")];
    const loaded = loadSync([...PROTO_FILES], { ...options, includeDirs });
    assert.deepEqual(
      describedService(SimulationService.service),
      describedService(loaded["lyapunov.v1.SimulationService"]),
    );
    assert.deepEqual(
      describedService(FleetService.service),
      describedService(loaded["lyapunov.v1.FleetService"]),
    );
  });
});

/** Describes a service without its functions, and without the files' bytes, whose names differ. */
function describedService(service: unknown): unknown {
  return JSON.parse(JSON.stringify(service, leaveOutFiles));
}

function leaveOutFiles(key: string, value: unknown): unknown {
  return key === "fileDescriptorProtos" ? undefined : value;
}

describe("a sealed message", () => {
  const partial = { replicaCount: "1", observables: ["growth"] };
  const result = { leaseId: 7, run: "runs/a", shardIndex: 3, computeSeconds: 0.5, partial };

  it("is the same bytes, with those of the message inside as they are", () => {
    const request = messageType("lyapunov.v1.WorkRequest");
    const bytes = request.encode(request.fromObject({ result })).finish();
    const sealed = sealedType("lyapunov.v1.WorkRequest", ["result", "partial"]);
    const read = sealed.toObject(sealed.decode(bytes), { longs: Number }) as {
      readonly result: { readonly partial: Uint8Array };
    };
    const inside = messageType("lyapunov.v1.Partial");
    const expected = inside.encode(inside.fromObject(partial)).finish();
    assert.ok(expected.length > 0);
    assert.deepEqual(read, { result: { ...result, partial: Buffer.from(expected) } });
    assert.deepEqual(sealed.encode(read).finish(), bytes);
  });

  it("leaves the contract and other copies as they are", () => {
    const copy = sealedType("lyapunov.v1.ShardResult", ["partial"]);
    assert.equal(copy.fields["partial"]?.type, "bytes");
    assert.equal(messageType("lyapunov.v1.ShardResult").fields["partial"]?.type, "Partial");
    assert.throws(() => sealedType("lyapunov.v1.WorkRequest", ["result"]), /one of several$/);
  });

  it("is refused where the path leads to no message", () => {
    for (const path of [["result", "run"], ["frob"], ["result", "run", "partial"]]) {
      assert.throws(() => sealedType("lyapunov.v1.WorkRequest", path), /is no message$/);
    }
  });
});

describe("a numeric decoder", () => {
  /** Every message of the contract, and each field of it that is a 64-bit integer. */
  const longFields = messagesIn(contract().lookup("lyapunov.v1") as protobuf.Namespace).flatMap(
    (type) =>
      type.fieldsArray
        .filter((field) => field.type.endsWith("64"))
        .map((field) => ({ type, field })),
  );

  it("makes a number of every 64-bit integer of the contract, sent or not", () => {
    assert.ok(longFields.length > 20);
    for (const { type, field } of longFields) {
      const decode = numericDecoder(type.fullName.slice(1));
      const read = (message: object) =>
        (decode(type.encode(type.fromObject(message)).finish()) as Record<string, unknown>)[
          field.name
        ];
      const [sent, left, big] = field.repeated ? [[7], [], [2 ** 33]] : [7, 0, 2 ** 33];
      assert.deepEqual(read({ [field.name]: sent }), sent, field.fullName);
      assert.deepEqual(read({ [field.name]: big }), big, field.fullName);
      assert.deepEqual(read({}), left, `${field.fullName} was not sent`);
    }
  });

  it("leaves other readers of the contract as they are", () => {
    numericDecoder("lyapunov.v1.Partial");
    const type = messageType("lyapunov.v1.Partial");
    assert.equal(typeof type.decode(Buffer.of()).toJSON, "function");
    assert.notEqual(typeof (type.decode(Buffer.of()) as unknown as Partial).firstReplica, "number");
  });
});

interface Partial {
  readonly firstReplica: unknown;
}

function messagesIn(space: protobuf.NamespaceBase): protobuf.Type[] {
  return space.nestedArray.flatMap((nested) => {
    if (!(nested instanceof protobuf.Namespace)) return [];
    return [...(nested instanceof protobuf.Type ? [nested] : []), ...messagesIn(nested)];
  });
}
