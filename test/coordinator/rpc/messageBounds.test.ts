import assert from "node:assert/strict";

import protobuf from "protobufjs";

import { checkMessage, UnreadableMessage } from "../../../coordinator/rpc/messageBounds.ts";
import { messageType } from "../../../shared/wire/messageTypes.ts";
import { structFromJson, type JsonValue } from "../../../shared/wire/struct.ts";

const RUN = messageType("lyapunov.v1.Run");
const PRECISION = messageType("lyapunov.v1.Precision");

function lists(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function withParameter(value: JsonValue): Uint8Array {
  return RUN.encode(RUN.fromObject({ parameters: structFromJson({ value }) })).finish();
}

/** Encodes a field of a message with these bytes. */
function field(number: number, bytes: Uint8Array): Buffer<ArrayBuffer> {
  const writer = protobuf.Writer.create();
  return Buffer.from(
    writer
      .uint32((number << 3) | 2)
      .bytes(bytes)
      .finish(),
  );
}

describe("what a message may hold", () => {
  it("includes maps, and JSON that is nested as people nest it", () => {
    const targets = PRECISION.encode({ targets: { bias: 0.1, "": NaN } }).finish();
    assert.doesNotThrow(() => checkMessage(PRECISION, targets));
    assert.doesNotThrow(() => checkMessage(RUN, withParameter({ a: [{ b: [1, "x", null] }] })));
    assert.doesNotThrow(() => checkMessage(RUN, withParameter(lists(20))));
  });

  it("does not include parameters of more than 64 KiB, whatever they consist of", () => {
    const texts = Array.from({ length: 10 }, () => "x".repeat(6500));
    assert.doesNotThrow(() => checkMessage(RUN, withParameter(texts)));
    assert.throws(() => checkMessage(RUN, withParameter([...texts, "x".repeat(6500)])), {
      field: "parameters",
      message: /^[\d,]+ bytes are not allowed; give at most 65,536 bytes$/,
    });
  });

  it("does not include JSON that would run the decoder out of its stack", () => {
    // A value that is a list (field 6) of one value (field 1), again and again; protobufjs itself
    // would refuse to write it.
    let value = Buffer.of();
    for (let i = 0; i < 1000; i++) value = field(6, field(1, value));
    const parameters = field(28, field(1, field(2, value)));
    assert.throws(
      () => checkMessage(RUN, parameters),
      (error: Error) => {
        assert.ok(error instanceof UnreadableMessage, String(error));
        assert.match(error.message, /nested more than 64 deep/);
        return true;
      },
    );
  });

  it("does not include a map that is written as plain numbers", () => {
    // Field 5, a double.
    const plain = Buffer.from([0x29, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.throws(() => checkMessage(PRECISION, plain), {
      name: "UnreadableMessage",
      field: "targets",
      message: "it is of another type; encode the message as the contract has it",
    });
  });
});
