import assert from "node:assert/strict";

import { SchedulerScript } from "../../support/schedulerScript.ts";

/** Joins a worker of one slot that says what its generator is. */
function join(script: SchedulerScript, worker: string, generator: string): string[] {
  return script.join(worker, 1, [], generator);
}

/** The worker answers with a partial of its generator. */
function answer(script: SchedulerScript, worker: string, shard: string, generator: string) {
  return script.answer(worker, shard, script.partial(shard, generator));
}

describe("Scheduler: workers of two random generators", () => {
  it("work on a run of theirs each, not on the same", () => {
    const script = new SchedulerScript();
    script.submit("r", 9);
    assert.deepEqual(join(script, "a", "fused"), ["run_started r", "grant a r#0 r#1"]);
    assert.deepEqual(join(script, "b", "plain"), []);
    assert.deepEqual(join(script, "c", "fused"), ["grant c r#2 r#3"]);
    assert.deepEqual(script.submit("s", 9), ["run_started s", "grant b s#0 s#1"]);
  });

  it("are held to the generator of the first partial, whoever comes and goes", () => {
    const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
    script.submit("r", 3);
    join(script, "a", "fused");
    answer(script, "a", "r#0", "fused");
    join(script, "b", "plain");
    script.disconnect("a");
    assert.deepEqual(script.tick(3), [], "b is there and must not be asked");
    assert.equal(script.scheduler.generatorMissing("r"), "fused");
    assert.deepEqual(join(script, "c", "fused"), ["grant c r#1/2 r#2/2"]);
    assert.equal(script.scheduler.generatorMissing("r"), undefined);
  });

  it("are held to that of the ledger's partials", () => {
    const script = new SchedulerScript();
    script.submit("r", 3, [1]);
    assert.deepEqual(join(script, "a", "fused"), []);
    assert.equal(script.scheduler.generatorMissing("r"), "synthetic");
    assert.deepEqual(join(script, "b", "synthetic"), ["run_started r", "grant b r#0 r#2"]);
  });

  it("may take over a run that others have left without a partial", () => {
    const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
    script.submit("r", 2);
    join(script, "a", "fused");
    join(script, "b", "plain");
    script.disconnect("a");
    assert.deepEqual(script.tick(2.9), []);
    assert.deepEqual(script.tick(3), ["grant b r#0/2 r#1/2"]);
    assert.equal(script.scheduler.generatorMissing("r"), undefined);
    // A late answer of the first no longer fits the run, and that is nobody's fault.
    join(script, "a", "fused");
    assert.deepEqual(answer(script, "a", "r#0", "fused"), ["acknowledge a r#0"]);
    assert.deepEqual(answer(script, "b", "r#0", "plain"), ["record r#0"]);
  });

  it("may take it over once its last lease has failed there", () => {
    const script = new SchedulerScript({ maximumErrors: 1 });
    script.submit("r", 3);
    join(script, "a", "fused");
    join(script, "b", "plain");
    assert.deepEqual(script.drain("a", "r#0"), []);
    assert.deepEqual(script.fail("a", "r#1"), ["shard_parked r#1", "grant b r#0/2 r#2"]);
  });

  it("copy only shards of their own generator", () => {
    const script = new SchedulerScript();
    script.submit("r", 1);
    join(script, "a", "fused");
    join(script, "b", "plain");
    assert.deepEqual(script.tick(15), []);
    assert.deepEqual(join(script, "c", "fused"), ["grant c r#0/2"]);
  });

  it("leave a shard that one failed to it where nobody else has its generator", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    join(script, "a", "fused");
    join(script, "b", "plain");
    assert.deepEqual(script.fail("a", "r#1"), ["grant a r#1/2"]);
  });

  describe("if one of them does not name its generator", () => {
    it("are asked, and known by their first partial", () => {
      const script = new SchedulerScript();
      script.submit("r", 9);
      join(script, "a", "fused");
      assert.deepEqual(script.join("b"), ["grant b r#2 r#3"]);
      assert.deepEqual(answer(script, "b", "r#2", "fused"), ["record r#2", "grant b r#4"]);
      // If a worker's generator is known, a different one is an error like any other.
      assert.deepEqual(answer(script, "b", "r#3", "plain"), ["acknowledge b r#3", "grant b r#5"]);
      assert.equal(script.scheduler.runs.get("r")?.hasFailedAt(3, "b"), true);
    });

    it("are told apart by it without harm to the run, and given what they can do", () => {
      const script = new SchedulerScript({ maximumErrors: 1 });
      script.submit("r", 4);
      join(script, "a", "fused");
      assert.deepEqual(script.join("b"), ["grant b r#2 r#3"]);
      assert.deepEqual(answer(script, "b", "r#2", "plain"), ["revoke b r#3", "acknowledge b r#2"]);
      assert.deepEqual(answer(script, "b", "r#3", "plain"), ["acknowledge b r#3"], "on its way");
      assert.deepEqual(join(script, "c", "fused"), ["grant c r#2/2 r#3/2"]);
      assert.deepEqual(script.submit("s", 1), ["run_started s", "grant b s#0"]);
    });

    it("are not blamed for it either where the run is set free by it", () => {
      const script = new SchedulerScript({ maximumErrors: 1 });
      script.submit("r", 3);
      join(script, "a", "fused");
      assert.deepEqual(script.join("b"), ["grant b r#2"]);
      assert.deepEqual(script.drain("a", "r#0", "r#1"), ["grant b r#0/2"]);
      assert.deepEqual(script.scheduler.runs.get("r")?.generator, "fused");
      assert.deepEqual(answer(script, "b", "r#2", "plain"), [
        "revoke b r#0/2",
        "acknowledge b r#2",
        "grant b r#0/3 r#1/2",
      ]);
      assert.equal(script.scheduler.runs.get("r")?.hasFailedAt(2, "b"), false);
    });
  });

  it("bind no run that is granted to workers that do not name theirs", () => {
    const script = new SchedulerScript();
    script.submit("r", 9);
    script.join("a");
    assert.equal(script.scheduler.runs.get("r")?.generator, undefined);
    assert.deepEqual(join(script, "b", "plain"), ["grant b r#2 r#3"]);
    assert.equal(script.scheduler.runs.get("r")?.generator, "plain");
  });

  it("are not waited for by a run that has not begun, or is served", () => {
    const script = new SchedulerScript();
    assert.equal(script.scheduler.generatorMissing("nothing"), undefined);
    script.submit("r", 2);
    assert.equal(script.scheduler.generatorMissing("r"), undefined);
    join(script, "a", "fused");
    answer(script, "a", "r#0", "fused");
    script.drain("a", "r#1");
    assert.equal(script.scheduler.generatorMissing("r"), "fused", "a leaves");
    assert.deepEqual(join(script, "b", ""), ["grant b r#1/2"]);
    assert.equal(script.scheduler.generatorMissing("r"), undefined);
  });
});
