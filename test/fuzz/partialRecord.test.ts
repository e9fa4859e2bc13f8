import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

import * as fc from "fast-check";

import {
  CorruptRecord,
  decodePartial,
  encodePartial,
} from "../../coordinator/ledger/partialRecord.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { cases, spoiled, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";
import { anyPartial } from "./support/partials.ts";

const HEADER_LENGTH = 9;

/** Puts a valid header before any bytes, so that the checksum does not stop the reader. */
function sealed(message: Uint8Array): Buffer {
  const header = Buffer.from("LYPA\u0001\0\0\0\0", "latin1");
  header.writeUInt32LE(crc32(message), HEADER_LENGTH - 4);
  return Buffer.concat([header, message]);
}

/** Reads a record; undefined if it is corrupt. Other errors are thrown. */
function decoded(bytes: Buffer): ShardPartial | undefined {
  try {
    return decodePartial(bytes);
  } catch (error) {
    if (error instanceof CorruptRecord) return undefined;
    throw error;
  }
}

/** Counts the numbers, texts and objects of a value: a measure of the memory that it takes. */
function sizeOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1);
}

/** Most values that a byte yields, as in an empty checkpoint of two bytes. */
const VALUES_PER_BYTE = 8;

function assertModest(partial: ShardPartial | undefined, bytes: Buffer): void {
  assert.ok(
    sizeOf(partial) <= VALUES_PER_BYTE * bytes.length + 8,
    "more values than bytes explain",
  );
}

/** Makes texts valid UTF-8: others cannot come over the wire, and partialProblem refuses them. */
function wellFormed(partial: ShardPartial): ShardPartial {
  return {
    ...partial,
    backend: partial.backend.toWellFormed(),
    generator: partial.generator.toWellFormed(),
    observables: partial.observables.map((name) => name.toWellFormed()),
  };
}

/** Makes plain copies: the wire's objects have prototypes of their own. */
function plain(partial: ShardPartial): unknown {
  return JSON.parse(JSON.stringify(partial));
}

/** The message in a record. */
const messages = anyPartial.map((partial) => encodePartial(partial).subarray(HEADER_LENGTH));

describe("fuzzing: records of partials", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  it("any bytes are a partial or a corrupt record", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      spoiled(anyPartial.map(encodePartial)),
    );
    fc.assert(
      fc.property(bytes, (record) => {
        assertModest(decoded(record), record);
      }),
      cases(3000, 1),
    );
  });

  it("so are any bytes whose checksum is right", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      spoiled(messages),
    );
    fc.assert(
      fc.property(bytes, (message) => {
        const record = sealed(message);
        assertModest(decoded(record), record);
      }),
      cases(6000, 2),
    );
  });

  it("a length that lies allocates nothing", () => {
    // bin_counts of 2³² − 1 bytes in a sketch of as many, in a checkpoint of as many.
    const long = [0xff, 0xff, 0xff, 0xff, 0x0f];
    const record = sealed(Buffer.from([0x32, ...long, 0x32, ...long, 0x1a, ...long, 1]));
    const before = process.memoryUsage();
    for (let i = 0; i < 1000; i++) assert.equal(decoded(record), undefined);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    assert.ok(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers < 2 ** 26);
  });

  it("a partial is read as it was written", () => {
    fc.assert(
      fc.property(anyPartial, (any) => {
        const partial = wellFormed(any);
        const record = encodePartial(partial);
        // Compares bits, not values, so that −0 and NaN count.
        assert.deepEqual(encodePartial(decodePartial(record)), record);
        assert.deepEqual(plain(decodePartial(record)), plain(partial));
      }),
      cases(2000, 3),
    );
  });
});
