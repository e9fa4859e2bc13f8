import assert from "node:assert/strict";

import * as fc from "fast-check";

import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { partialDigest } from "../../../shared/statistics/partialDigest.ts";
import {
  deserializePartial,
  partialToMessage,
  serializePartial,
} from "../../../shared/wire/partialMessages.ts";
import { messageType } from "../../../shared/wire/messageTypes.ts";
import { FleetService } from "../../../shared/wire/protocol.ts";
import { readWorkRequest } from "../../../coordinator/rpc/workRequests.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const count = fc.nat(2 ** 31 - 1);

const partials: fc.Arbitrary<ShardPartial> = fc.record({
  backend: fc.constantFrom("reference", "simd"),
  generator: fc.string(),
  firstReplica: fc.nat(2 ** 32 - 1),
  replicaCount: count,
  observables: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
  checkpoints: fc.array(
    fc.record({
      depth: count,
      survivorCount: count,
      extinctCount: count,
      moments: fc.array(fc.record({ mean: finite, m2: finite, m3: finite, m4: finite }), {
        maxLength: 3,
      }),
      coMoments: fc.array(finite, { maxLength: 3 }),
      quantileSketch: fc.record(
        {
          binWidth: finite,
          binIndexes: fc.array(fc.maxSafeInteger(), { maxLength: 5 }),
          binCounts: fc.array(count, { maxLength: 5 }),
          minimum: finite,
          maximum: finite,
        },
        { requiredKeys: ["binWidth", "binIndexes", "binCounts"] },
      ),
    }),
    { maxLength: 3 },
  ),
});

/** Partials of few values: many differ only in the list in which a number stands. */
const bit = fc.nat(1);
const small: fc.Arbitrary<ShardPartial> = fc.record({
  backend: fc.constant("simd"),
  generator: fc.constantFrom("", "\u{1f3b2}"),
  firstReplica: fc.constant(0),
  replicaCount: fc.constant(1),
  observables: fc.constant(["log_norm_growth"]),
  checkpoints: fc.array(
    fc.record({
      depth: bit,
      survivorCount: bit,
      extinctCount: bit,
      moments: fc.array(fc.record({ mean: bit, m2: bit, m3: bit, m4: bit }), { maxLength: 1 }),
      coMoments: fc.array(bit, { maxLength: 2 }),
      quantileSketch: fc.record(
        {
          binWidth: bit,
          binIndexes: fc.array(bit, { maxLength: 2 }),
          binCounts: fc.array(bit, { maxLength: 2 }),
          minimum: bit,
          maximum: bit,
        },
        { requiredKeys: ["binWidth", "binIndexes", "binCounts"] },
      ),
    }),
    { maxLength: 2 },
  ),
});

/** Sends a partial over the wire and returns what arrives. */
function sent(partial: ShardPartial): ShardPartial {
  const result = { leaseId: 1, run: "", partial: partialToMessage(partial) };
  const bytes = FleetService.service.Work.requestSerialize({ result });
  const arrived = readWorkRequest(bytes).result?.partial;
  assert(arrived);
  return arrived;
}

/** Sends a partial as other encoders do: of proto3's zeros and empty texts nothing is written. */
function sentWithoutZeros(partial: ShardPartial): ShardPartial {
  const result = withoutZeros({ leaseId: 0, run: "runs/a", shardIndex: 0, partial });
  const bytes = messageType("lyapunov.v1.WorkRequest").encode({ result }).finish();
  const arrived = readWorkRequest(Buffer.from(bytes)).result;
  assert(arrived?.partial);
  assert.deepEqual([arrived.lease, arrived.shardIndex, arrived.computeSeconds], [0, 0, 0]);
  return arrived.partial;
}

/** Fields declared `optional`: an encoder writes them whenever they are there. */
const PRESENT: ReadonlySet<string> = new Set(["minimum", "maximum"]);

function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros);
  if (typeof value !== "object" || value === null) return value;
  const written = Object.entries(value).filter(
    ([name, field]) => PRESENT.has(name) || (!Object.is(field, 0) && field !== ""),
  );
  return Object.fromEntries(written.map(([name, field]) => [name, withoutZeros(field)]));
}

/** Makes plain copies: the wire's objects have prototypes of their own. */
function plain(partial: ShardPartial): unknown {
  return structuredClone(partial);
}

describe("partials on the wire", () => {
  it("arrive with the bits that were sent", () => {
    fc.assert(
      fc.property(partials, (partial) => {
        assert.deepEqual(plain(sent(partial)), plain(partial));
        assert.equal(partialDigest(sent(partial)), partialDigest(partial));
      }),
      { seed: 1 },
    );
  });

  it("are the same in the ledger as on the wire", () => {
    fc.assert(
      fc.property(partials, (partial) => {
        assert.deepEqual(
          plain(deserializePartial(serializePartial(partial))),
          plain(sent(partial)),
        );
      }),
      { seed: 3 },
    );
  });

  it("are the same from an encoder that leaves zeros out", () => {
    fc.assert(
      fc.property(fc.oneof(partials, small), (partial) => {
        assert.deepEqual(plain(sentWithoutZeros(partial)), plain(partial));
        assert.equal(partialDigest(sentWithoutZeros(partial)), partialDigest(partial));
      }),
      { seed: 5 },
    );
  });

  it("have equal digests exactly if they are equal", () => {
    fc.assert(
      fc.property(fc.array(small, { minLength: 2, maxLength: 12 }), (list) => {
        const digests = new Set(list.map((partial) => partialDigest(partial)));
        const values = new Set(list.map((partial) => JSON.stringify(partial)));
        assert.equal(digests.size, values.size);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it("have another digest as soon as one bit of one sum differs", () => {
    fc.assert(
      fc.property(partials, fc.constantFrom("mean", "m2", "m3", "m4"), (partial, field) => {
        const [first, ...rest] = partial.checkpoints;
        const [moments, ...others] = first?.moments ?? [];
        fc.pre(first !== undefined && moments !== undefined && Math.abs(moments[field]) > 1e-300);
        const changed = { ...moments, [field]: nextDouble(moments[field]) };
        const other = {
          ...partial,
          checkpoints: [{ ...first, moments: [changed, ...others] }, ...rest],
        };
        assert.notEqual(partialDigest(other), partialDigest(partial));
      }),
      { seed: 2 },
    );
  });
});

/** The neighbour of a double, one unit in the last place away. */
function nextDouble(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0n) ^ 1n;
  return new Float64Array(bits.buffer)[0] ?? NaN;
}
