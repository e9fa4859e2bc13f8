import assert from "node:assert/strict";

import { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import { SchedulerScript } from "../../support/schedulerScript.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

describe("Scheduler", () => {
  it("leads a run from its first grant to its end", () => {
    const script = new SchedulerScript();
    assert.deepEqual(script.submit("r", 2), []);
    assert.deepEqual(script.join("a"), ["run_started r", "grant a r#0 r#1"]);
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    assert.deepEqual(script.answer("a", "r#1"), ["record r#1"]);
    assert.deepEqual(script.durable("r#1"), ["acknowledge a r#1", "run_advanced r"]);
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "run_advanced r",
      "run_succeeded r after 2",
    ]);
    assert.equal(script.scheduler.runs.size, 0);
    assert.equal(script.scheduler.leases.size, 0);
  });

  it("goes on from what the ledger has, and ends at once if that is enough", () => {
    const script = new SchedulerScript();
    assert.deepEqual(script.submit("done", 2, [0, 1]), ["run_succeeded done after 2"]);
    assert.deepEqual(script.submit("half", 3, [0, 2]), []);
    assert.deepEqual(script.join("a"), ["run_started half", "grant a half#1"]);
  });

  it("refuses a run that is active already", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    assert.throws(() => script.submit("r", 2), /r is active already/);
  });

  it("numbers leases from where it is told", () => {
    const scheduler = new Scheduler(undefined, 500);
    const specification = specificationWith();
    scheduler.handle({ kind: "run_submitted", run: "r", specification, recorded: [] }, 0);
    const devices = [{ backends: [{ name: "simd", generator: "" } as const], slotCount: 1 }];
    scheduler.handle({ kind: "worker_joined", worker: "a", devices, heldLeases: [] }, 0);
    assert.deepEqual([...scheduler.leases.keys()], [500]);
  });

  describe("shares the fleet", () => {
    it("between runs by the work that is out, then in shard order", () => {
      const script = new SchedulerScript();
      script.submit("p", 9);
      script.submit("q", 9);
      assert.deepEqual(script.join("a", 2), [
        "run_started p",
        "run_started q",
        "grant a p#0 q#0 p#1 q#1",
      ]);
    });

    it("only with those that have the run's backend", () => {
      const script = new SchedulerScript();
      script.submit("r", { backend: "reference", stoppingRule: { replicaCount: 8 } });
      assert.deepEqual(script.join("a"), []);
    });

    it("giving a few seconds of work ahead, by the measured rate", () => {
      const script = new SchedulerScript({ prefetchSeconds: 3 });
      script.submit("r", 99);
      assert.deepEqual(script.join("a"), ["run_started r", "grant a r#0 r#1"]);
      script.answer("a", "r#0", undefined, 1);
      // r#1 was granted before anything was known; once it is gone, three of a second each.
      assert.deepEqual(script.answer("a", "r#1", undefined, 1), ["record r#1", "grant a r#3 r#4"]);
    });

    it("never beyond the limit of a device, however fast it is", () => {
      const script = new SchedulerScript({ leasesPerSlot: 4 });
      script.submit("r", 99);
      script.join("a", 2);
      for (const shard of ["r#0", "r#1", "r#2", "r#3"]) script.answer("a", shard, undefined, 1e-6);
      assert.equal(script.scheduler.leases.size, 8);
    });
  });

  describe("when a worker leaves", () => {
    it("grants its leases again after the grace time, as new attempts", () => {
      const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
      script.submit("r", 2);
      script.join("a");
      script.disconnect("a");
      assert.deepEqual(script.tick(2.9), []);
      assert.deepEqual(script.join("b"), ["grant b r#1/2"], "a copy of what waits in a's queue");
      assert.deepEqual(script.tick(3), ["grant b r#0/2"]);
      assert.deepEqual([...script.scheduler.workers.keys()], ["b"]);
    });

    it("leaves it what it still holds if it comes back in time, and no more", () => {
      const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
      script.submit("r", 4);
      script.join("a");
      script.disconnect("a");
      script.tick(2);
      assert.deepEqual(script.join("a", 1, ["r#0"]), ["grant a r#1/2"], "its grant was lost");
      assert.deepEqual(script.tick(10), []);
    });

    it("takes a late answer from it as any other", () => {
      const script = new SchedulerScript();
      script.submit("r", 1);
      script.join("a");
      script.disconnect("a");
      script.tick(100);
      assert.equal(script.scheduler.leases.size, 0);
      script.join("a");
      script.join("b");
      assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
      assert.deepEqual(script.durable("r#0"), [
        "acknowledge a r#0/2",
        "run_advanced r",
        "run_succeeded r after 1",
      ]);
    });

    it("forgets it even if others settled its last lease", () => {
      const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
      script.submit("r", 1);
      script.join("a");
      script.disconnect("a");
      script.feed({ kind: "runs_withdrawn", runs: ["r"] });
      script.tick(1);
      assert.deepEqual([...script.scheduler.workers.keys()], []);
    });

    it("gives what a draining worker hands back to others, and it no more", () => {
      const script = new SchedulerScript();
      script.submit("r", 2);
      script.join("a");
      assert.deepEqual(script.drain("a", "r#1"), []);
      assert.deepEqual(script.join("b"), ["grant b r#1/2"]);
      assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    });
  });

  describe("when a worker hangs", () => {
    it("takes its leases back and gives it none until it is heard again", () => {
      const script = new SchedulerScript({ leaseDurationSeconds: 20 });
      script.submit("r", 1);
      script.join("a");
      assert.deepEqual(script.tick(20), ["revoke a r#0"]);
      assert.deepEqual(script.tick(40), []);
      script.heartbeat("a");
      assert.deepEqual(script.tick(41), ["grant a r#0/2"]);
    });

    it("renews what a heartbeat holds", () => {
      const script = new SchedulerScript({ leaseDurationSeconds: 20 });
      script.submit("r", 2);
      script.join("a");
      script.tick(15);
      script.heartbeat("a", "r#0", "r#1");
      assert.deepEqual(script.tick(34), []);
      assert.deepEqual(script.tick(35), ["revoke a r#0 r#1"]);
    });

    it("holds a clock that jumps back", () => {
      const script = new SchedulerScript({ leaseDurationSeconds: 20 });
      script.submit("r", 1);
      script.tick(100);
      script.join("a");
      assert.deepEqual(script.tick(0), []);
      assert.deepEqual(script.tick(119), []);
      assert.deepEqual(script.tick(120), ["revoke a r#0"]);
    });
  });

  describe("near the end of a run", () => {
    it("copies what waits in a queue, the last in line first, and takes the first answer", () => {
      const script = new SchedulerScript();
      script.submit("r", 4);
      script.join("a", 2);
      assert.deepEqual(script.join("b"), ["grant b r#3/2"]);
      assert.deepEqual(script.answer("b", "r#3"), ["revoke a r#3", "record r#3", "grant b r#2/2"]);
    });

    it("copies a shard that takes much longer than expected, once", () => {
      const script = new SchedulerScript({ stragglerFactor: 2, stragglerSeconds: 1 });
      script.submit("r", 1);
      script.join("a");
      script.join("b");
      script.join("c");
      assert.deepEqual(script.tick(1.9), []);
      assert.deepEqual(script.tick(2), ["grant b r#0/2"]);
      assert.deepEqual(script.tick(9), []);
    });

    it("expects by the measured rate, and not less than a second", () => {
      for (const [seconds, patience] of [
        [5, 10],
        [0.1, 1],
      ] as const) {
        const script = new SchedulerScript({ stragglerFactor: 2, stragglerSeconds: 1 });
        script.submit("r", 3);
        script.join("a");
        script.answer("a", "r#0", undefined, seconds);
        script.answer("a", "r#1", undefined, seconds);
        script.join("b");
        assert.deepEqual(script.tick(0.99 * patience), []);
        assert.deepEqual(script.tick(patience), ["grant b r#2/2"]);
      }
    });

    it("copies to nobody what they cannot propagate", () => {
      const script = new SchedulerScript();
      script.submit("r", { backend: "reference", stoppingRule: { replicaCount: 4 } });
      const devices = [{ backends: [{ name: "reference", generator: "" } as const], slotCount: 1 }];
      script.feed({ kind: "worker_joined", worker: "a", devices, heldLeases: [] });
      script.join("b");
      assert.deepEqual(script.tick(15), []);
    });
  });

  describe("a run that is withdrawn", () => {
    it("is taken back from everyone, and its answers are not needed", () => {
      const script = new SchedulerScript();
      script.submit("r", 2);
      script.join("a");
      assert.deepEqual(script.feed({ kind: "runs_withdrawn", runs: ["r"] }), [
        "revoke a r#0",
        "revoke a r#1",
      ]);
      assert.deepEqual(script.answer("a", "r#0"), [], "it may be submitted anew");
      assert.deepEqual(script.feed({ kind: "runs_cancelled", runs: ["r"] }), ["acknowledge a r#0"]);
      assert.deepEqual(script.answer("a", "r#1"), ["acknowledge a r#1"]);
    });

    it("keeps the promise of what was on its way to the ledger", () => {
      const script = new SchedulerScript();
      script.submit("r", 2);
      script.join("a");
      script.answer("a", "r#0");
      script.feed({ kind: "runs_withdrawn", runs: ["r"] });
      assert.deepEqual(script.durable("r#0"), ["acknowledge a r#0"]);
    });

    it("drops answers of a last, short shard that the longer plan has in full", () => {
      const script = new SchedulerScript();
      script.submit("r", { stoppingRule: { replicaCount: SHARD_SIZE + 5 } });
      script.join("a");
      const short = script.result("a", "r#1", script.partial("r#1"));
      script.feed({ kind: "runs_withdrawn", runs: ["r"] });
      script.submit("r", 2);
      assert.deepEqual(script.feed(short), ["acknowledge a r#1"]);
      assert.deepEqual(script.answer("a", "r#1"), ["record r#1"]);
    });
  });

  it("grants what a precision will probably need and ends at the prefix that meets it", () => {
    const script = new SchedulerScript();
    script.submit("r", {
      stoppingRule: {
        precision: { variance: 1, minimumReplicaCount: 2, maximumReplicaCount: 9 * SHARD_SIZE },
      },
    });
    // One shard is enough for so loose a target; nothing beyond it is granted.
    assert.deepEqual(script.join("a", 4), ["run_started r", "grant a r#0"]);
    script.answer("a", "r#0");
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "run_advanced r",
      "run_succeeded r after 1",
    ]);
  });
});
