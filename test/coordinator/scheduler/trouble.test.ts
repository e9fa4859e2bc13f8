import assert from "node:assert/strict";

import { SchedulerScript } from "../../support/schedulerScript.ts";
import { IMPOSSIBLE_PARTIALS, lieAbout } from "../../support/syntheticPartials.ts";

const impossible = IMPOSSIBLE_PARTIALS[0];
assert.ok(impossible !== undefined);

describe("Scheduler: a shard in trouble", () => {
  it("goes to others first, and back only if nobody else is left", () => {
    const script = new SchedulerScript();
    script.submit("r", 1);
    script.join("a");
    script.join("b");
    assert.deepEqual(script.fail("a", "r#0"), ["grant b r#0/2"]);
    assert.deepEqual(script.drain("b", "r#0"), ["grant a r#0/3"]);
  });

  it("is parked after so many errors, which fails the run that waits for it and no other", () => {
    const script = new SchedulerScript({ maximumErrors: 2 });
    script.submit("r", 1);
    script.submit("s", 1);
    script.join("a");
    assert.deepEqual(script.fail("a", "r#0"), ["grant a r#0/2"]);
    assert.deepEqual(script.fail("a", "r#0"), ["shard_parked r#0", "run_failed r after 0"]);
    assert.deepEqual([...script.scheduler.runs.keys()], ["s"]);
  });

  it("says how it came about", () => {
    const script = new SchedulerScript({ maximumErrors: 1 });
    script.submit("r", 2);
    script.join("a");
    const lease = [...script.scheduler.leases.values()].find(({ shardIndex }) => shardIndex === 1);
    assert.ok(lease !== undefined);
    const event = {
      kind: "shard_failed",
      worker: "a",
      lease: lease.id,
      error: "no more disk",
    } as const;
    const parked = script.scheduler.handle(event, 0).find(({ kind }) => kind === "shard_parked");
    assert.equal(
      parked?.kind === "shard_parked" && parked.error,
      "shard 1 (replicas 32 to 63) was given up after 1 errors and 0 lost workers; " +
        "the last: no more disk",
    );
  });

  it("is parked after so many lost workers; what waited in their queues is innocent", () => {
    const script = new SchedulerScript({ maximumLosses: 2, leaseDurationSeconds: 10 });
    script.submit("r", 3);
    script.join("a");
    assert.deepEqual(script.tick(10), ["revoke a r#0 r#1"]);
    script.join("b");
    // Twice r#0 was being propagated and r#1 was waiting behind it.
    assert.deepEqual(script.tick(20), [
      "revoke b r#0/2 r#1/2",
      "shard_parked r#0",
      "run_failed r after 0",
    ]);
  });

  it("lets the run go on to it before the run fails", () => {
    const script = new SchedulerScript({ maximumErrors: 1 });
    script.submit("r", 2);
    script.join("a");
    assert.deepEqual(script.fail("a", "r#1"), ["shard_parked r#1"]);
    assert.equal(script.scheduler.runs.get("r")?.parkedCount, 1);
    script.answer("a", "r#0");
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "run_advanced r",
      "run_failed r after 1",
    ]);
  });

  it("is taken up again by a late answer, though the fold comes to wait for it", () => {
    const script = new SchedulerScript({ maximumErrors: 1, reconnectGraceSeconds: 1 });
    script.submit("r", 2);
    script.join("a");
    script.disconnect("a");
    script.tick(1);
    script.join("b");
    script.answer("b", "r#0");
    assert.deepEqual(script.fail("b", "r#1"), ["shard_parked r#1"]);
    assert.deepEqual(script.answer("a", "r#1"), ["record r#1"]);
    assert.deepEqual(script.durable("r#0"), ["acknowledge b r#0/2", "run_advanced r"]);
    assert.deepEqual(script.durable("r#1"), [
      "acknowledge a r#1",
      "run_advanced r",
      "run_succeeded r after 2",
    ]);
  });

  it("is not parked while another worker has it still", () => {
    const script = new SchedulerScript({ maximumErrors: 1 });
    script.submit("r", 1);
    script.join("a");
    script.join("b");
    assert.deepEqual(script.tick(5), ["grant b r#0/2"]);
    assert.deepEqual(script.fail("b", "r#0"), []);
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
  });

  it("goes to a third worker if both that have it have long been silent", () => {
    const script = new SchedulerScript({ generatorPatienceSeconds: 60 });
    script.submit("r", 1);
    const commands: string[] = [];
    const held: Record<string, string[]> = { a: ["r#0"], b: [], c: [] };
    for (const worker of Object.keys(held)) script.join(worker);
    while (script.at < 100) {
      for (const [worker, shards] of Object.entries(held)) script.heartbeat(worker, ...shards);
      for (const command of script.tick(script.at + 5)) {
        commands.push(`${script.at} ${command}`);
        const [, granted = ""] = /^grant (\w)/.exec(command) ?? [];
        held[granted]?.push("r#0");
      }
    }
    assert.deepEqual(commands, ["5 grant b r#0/2", "65 revoke a r#0", "65 grant c r#0/3"]);
    assert.deepEqual(script.answer("c", "r#0"), ["revoke b r#0/2", "record r#0"]);
  });

  it("is not copied to a worker that failed it", () => {
    const script = new SchedulerScript();
    script.submit("r", 1);
    script.join("a");
    script.join("b");
    script.fail("a", "r#0");
    assert.deepEqual(script.tick(15), []);
  });

  it("does not take partials of two random generators", () => {
    const script = new SchedulerScript();
    script.submit("r", 3);
    script.join("a");
    script.answer("a", "r#0");
    const other = { ...script.partial("r#1"), generator: "dice" };
    assert.deepEqual(script.answer("a", "r#1", other), ["acknowledge a r#1", "grant a r#1/2"]);
  });

  it("does not take partials of another generator than the ledger's", () => {
    const script = new SchedulerScript();
    script.submit("r", 2, [0]);
    script.join("a", 1, [], "synthetic");
    const other = { ...script.partial("r#1"), generator: "dice" };
    assert.deepEqual(script.answer("a", "r#1", other), ["acknowledge a r#1", "grant a r#1/2"]);
  });

  it("counts an impossible partial as one error, however often it is sent", () => {
    const script = new SchedulerScript({ maximumErrors: 2 });
    script.submit("r", 1);
    script.join("a");
    const nonsense = script.result("a", "r#0", impossible(script.partial("r#0")));
    assert.deepEqual(script.feed(nonsense), ["acknowledge a r#0", "grant a r#0/2"]);
    assert.deepEqual(script.feed(nonsense), ["acknowledge a r#0"]);
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
  });

  for (const [i, spoil] of IMPOSSIBLE_PARTIALS.entries()) {
    it(`does not take an impossible partial: kind ${i}`, () => {
      const script = new SchedulerScript();
      script.submit("r", 1);
      script.join("a");
      assert.deepEqual(script.answer("a", "r#0", spoil(script.partial("r#0"))), [
        "acknowledge a r#0",
        "grant a r#0/2",
      ]);
    });
  }
});

describe("Scheduler: a shard answered more than once", () => {
  it("is recorded once, and every answer acknowledged when it is durable", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    script.join("a");
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    assert.deepEqual(script.answer("a", "r#0"), []);
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "acknowledge a r#0",
      "run_advanced r",
    ]);
    assert.deepEqual(script.answer("a", "r#0"), ["acknowledge a r#0"]);
  });

  for (const durable of [false, true]) {
    const state = durable ? "durable" : "on its way to the ledger";
    it(`exposes a worker that contradicts what is ${state}, and shuts it out`, () => {
      const script = new SchedulerScript();
      script.submit("r", 3);
      script.join("a");
      script.answer("a", "r#0");
      if (durable) script.durable("r#0");
      const lie = script.result("a", "r#0", lieAbout(script.partial("r#0")));
      assert.deepEqual(script.feed(lie), ["disagreement r#0 a", "quarantine a", "retract r #0"]);
      assert.match(script.scheduler.quarantineReason("a") ?? "", /shard 0 of r differs in bits/);
      script.submit("r", 3);
      assert.equal(script.scheduler.runs.get("r")?.disagreementCount, 1);
      assert.equal(script.scheduler.leases.size, 0, "its leases are for others");
      assert.deepEqual(script.answer("a", "r#1"), [], "its word counts no more");
      assert.deepEqual(script.tick(1), []);
    });
  }

  it("by two that agree exposes at once any worker that contradicts them", () => {
    const script = new SchedulerScript();
    script.submit("r", 3);
    for (const worker of ["a", "b", "c"]) script.join(worker);
    script.answer("a", "r#0");
    const second = { ...script.result("b", "r#2", script.partial("r#0")), shardIndex: 0 };
    assert.deepEqual(script.feed(second), []);
    const lie = script.result("b", "r#2", lieAbout(script.partial("r#0")));
    assert.deepEqual(script.feed({ ...lie, worker: "c", shardIndex: 0 }), [
      "disagreement r#0 c",
      "quarantine c",
    ]);
  });

  it("is compared with what the ledger has from before", () => {
    const script = new SchedulerScript();
    script.submit("r", 2, [0]);
    script.join("a");
    const lie = script.result("a", "r#1", lieAbout(script.partial("r#0")));
    // Nobody knows any more which worker said that: it is computed again.
    assert.deepEqual(script.feed({ ...lie, shardIndex: 0 }), [
      "disagreement r#0 a",
      "revoke a r#1",
      "retract r #0",
    ]);
    assert.equal(script.scheduler.quarantineReason("a"), undefined);
  });

  it("does not touch a lease that the answer is not about", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    script.join("a");
    const answer = script.result("a", "r#1", script.partial("r#0"));
    // The lease is of r#1, the partial of r#0: r#0's own lease is settled, r#1's stays.
    assert.deepEqual(script.feed({ ...answer, shardIndex: 0 }), ["revoke a r#0", "record r#0"]);
    assert.deepEqual(
      [...script.scheduler.leases.values()].map(({ shardIndex }) => shardIndex),
      [1],
    );
  });

  it("is not needed if nobody knows its run", () => {
    const script = new SchedulerScript();
    script.submit("r", 1);
    script.join("a");
    const answer = script.result("a", "r#0", script.partial("r#0"));
    assert.deepEqual(script.feed({ ...answer, run: "nobody's" }), ["acknowledge a r#0"]);
    for (const shardIndex of [-1, 0.5, 1, 7]) {
      assert.deepEqual(script.feed({ ...answer, shardIndex }), ["acknowledge a r#0"]);
    }
  });
});
