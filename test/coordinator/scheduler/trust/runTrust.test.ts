import assert from "node:assert/strict";

import { KEPT_DIGESTS, RunTrust } from "../../../../coordinator/scheduler/trust/runTrust.ts";

describe("RunTrust", () => {
  it("forgets checks with the digests that an answer would be compared with", () => {
    const trust = new RunTrust();
    const accept = (shardIndex: number) => {
      trust.delivered(shardIndex, 1, shardIndex % 500 === 0);
      return trust.keepDigest(shardIndex, `digest ${shardIndex}`);
    };
    for (let shard = 0; shard < 5 * KEPT_DIGESTS; shard++) {
      assert.equal(accept(shard), shard < KEPT_DIGESTS ? undefined : shard - KEPT_DIGESTS);
    }
    const due = [...trust.checks];
    assert.equal(due.length, Math.floor(KEPT_DIGESTS / 500));
    for (const shard of due) assert.equal(trust.digestOf(shard), `digest ${shard}`);
    assert.equal(trust.isDue(0), false);
    // The worker stays known: it may yet be found to lie.
    assert.equal(trust.delivererOf(0), 1);
    assert.equal(trust.deliveredBy((worker) => worker === 1).length, 5 * KEPT_DIGESTS);
    trust.verified(3);
    assert.deepEqual([trust.isVerified(3), trust.delivererOf(3)], [true, undefined]);
    assert.equal(trust.deliveredBy(() => true).length, 5 * KEPT_DIGESTS - 1);
  });

  it("treats what is accepted again after it was taken back as new", () => {
    const trust = new RunTrust();
    for (let shard = 0; shard < KEPT_DIGESTS; shard++) trust.keepDigest(shard, "once");
    assert.equal(trust.keepDigest(1, "the same"), undefined);
    trust.retracted(0);
    assert.equal(trust.keepDigest(0, "again"), undefined);
    assert.equal(trust.keepDigest(KEPT_DIGESTS, "once"), 1);
    assert.equal(trust.keepDigest(KEPT_DIGESTS + 1, "once"), 2);
    assert.deepEqual(
      [0, 1, 2, 3].map((shard) => trust.digestOf(shard)),
      ["again", undefined, undefined, "once"],
    );
  });
});
