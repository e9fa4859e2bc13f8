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

/** Lets time pass with a sign of life from workers now and then, who hold on to these leases. */
function live(
  script: SchedulerScript,
  until: number,
  held: Readonly<Record<string, readonly string[]>>,
): string[] {
  const commands: string[] = [];
  while (script.at < until) {
    const at = Math.min(until, script.at + 5);
    for (const [worker, shards] of Object.entries(held)) script.heartbeat(worker, ...shards);
    commands.push(...script.tick(at));
  }
  return commands;
}

/** The workers that are silent, and those that could do the run instead. */
function waitOf(script: SchedulerScript, run: string) {
  const { silent, standby, supersededInSeconds } = script.scheduler.generatorWait(run) ?? {};
  return { silent, standby, supersededInSeconds };
}

/** A run of three shards; `own` has delivered the first in a second, and keeps the others. */
function oneDelivered(): SchedulerScript {
  const script = new SchedulerScript({ generatorPatienceSeconds: 60 });
  script.submit("r", 3);
  join(script, "own", "own");
  script.tick(1);
  answer(script, "own", "r#0", "own");
  script.durable("r#0");
  return script;
}

describe("Scheduler: workers of two random generators", () => {
  it("may all begin with a run; the first partial decides between them", () => {
    const script = new SchedulerScript();
    script.submit("r", 9);
    assert.deepEqual(join(script, "a", "fused"), ["run_started r", "grant a r#0 r#1"]);
    assert.deepEqual(join(script, "b", "plain"), ["grant b r#2 r#3"]);
    assert.deepEqual(answer(script, "b", "r#2", "plain"), [
      "revoke a r#0",
      "revoke a r#1",
      "record r#2",
      "grant b r#0/2",
    ]);
    assert.deepEqual(join(script, "c", "fused"), []);
    assert.deepEqual(script.submit("s", 9), [
      "run_started s",
      "grant a s#0 s#1",
      "grant c s#2 s#3",
    ]);
  });

  it("do not wait for one that has the first leases and delivers nothing", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    join(script, "silent", "own");
    assert.deepEqual(join(script, "a", "fused"), ["grant a r#1/2"], "what it has not begun");
    assert.deepEqual(answer(script, "a", "r#1", "fused"), [
      "revoke silent r#0",
      "revoke silent r#1",
      "record r#1",
      "grant a r#0/2",
    ]);
    answer(script, "a", "r#0", "fused");
    script.durable("r#1");
    assert.equal(script.durable("r#0").at(-1), "run_succeeded r after 2");
  });

  it("are acknowledged, and not blamed, for what comes after the first partial", () => {
    const script = new SchedulerScript({ maximumErrors: 1 });
    script.submit("r", 9);
    join(script, "a", "fused");
    join(script, "b", "plain");
    answer(script, "b", "r#2", "plain");
    assert.deepEqual(answer(script, "a", "r#0", "fused"), ["acknowledge a r#0"]);
    assert.equal(script.scheduler.runs.get("r")?.hasFailedAt(0, "a"), false);
    assert.deepEqual(script.refusals, ["its generator is fused, not the run's plain"]);
    const { impossible, needless } = script.scheduler.counts.partials;
    assert.deepEqual([impossible, needless], [0, 1]);
  });

  it("are held to that of the ledger's partials", () => {
    const script = new SchedulerScript();
    script.submit("r", 3, [1]);
    assert.deepEqual(join(script, "a", "fused"), []);
    assert.deepEqual(waitOf(script, "r"), {
      silent: [],
      standby: ["a"],
      supersededInSeconds: undefined,
    });
    assert.deepEqual(live(script, 1e4, { a: [] }), []);
    assert.deepEqual(join(script, "b", "synthetic"), ["run_started r", "grant b r#0 r#2"]);
    assert.equal(script.scheduler.generatorWait("r"), undefined);
  });

  it("are held to one that two of them have delivered, whoever comes and goes", () => {
    const script = new SchedulerScript({ reconnectGraceSeconds: 3 });
    script.submit("r", 3);
    join(script, "a", "fused");
    join(script, "b", "fused");
    answer(script, "a", "r#0", "fused");
    answer(script, "b", "r#2", "fused");
    join(script, "c", "plain");
    script.drain("a", "r#1");
    script.disconnect("a");
    script.disconnect("b");
    assert.deepEqual(live(script, 1e4, { c: [] }), []);
    const { standby, supersededInSeconds } = waitOf(script, "r");
    assert.deepEqual([standby, supersededInSeconds], [["c"], undefined]);
    assert.deepEqual(join(script, "d", "fused"), ["grant d r#1/3"]);
  });

  describe("if only one has delivered, and falls silent", () => {
    const HELD = { own: ["r#1", "r#2"], a: [] };

    it("have all its shards retracted at once, and compute the run anew", () => {
      const script = oneDelivered();
      join(script, "a", "fused");
      assert.deepEqual(live(script, 60.9, HELD), []);
      assert.deepEqual(waitOf(script, "r").silent, undefined, "it may still come");
      assert.deepEqual(script.tick(61), ["revoke own r#1", "revoke own r#2", "retract r #0"]);
      assert.deepEqual(script.submit("r", 3), ["run_started r", "grant a r#0 r#1"]);
      assert.deepEqual(answer(script, "a", "r#0", "fused"), ["record r#0", "grant a r#2"]);
      assert.equal(script.scheduler.runs.get("r")?.generator, "fused");
    });

    it("take no partial of the generator that was given up", () => {
      const script = oneDelivered();
      join(script, "a", "fused");
      live(script, 61, HELD);
      script.submit("r", 3);
      assert.deepEqual(answer(script, "own", "r#1", "own"), ["acknowledge own r#1"]);
      assert.deepEqual(script.refusals, ["its generator own was given up for this run"]);
    });

    it("do not blame it for a ledger that is slow", () => {
      const script = oneDelivered();
      answer(script, "own", "r#1", "own");
      join(script, "a", "fused");
      assert.deepEqual(live(script, 100, { own: ["r#2"], a: [] }), []);
      script.durable("r#1");
      assert.deepEqual(live(script, 159, { own: ["r#2"], a: [] }), []);
      assert.deepEqual(live(script, 160, { own: ["r#2"], a: [] }), [
        "revoke own r#2",
        "retract r #0 #1",
      ]);
    });

    it("say what the run waits for, and how long", () => {
      const script = oneDelivered();
      live(script, 300, { own: ["r#1", "r#2"] });
      assert.deepEqual(waitOf(script, "r"), {
        silent: ["own"],
        standby: [],
        supersededInSeconds: undefined,
      });
      script.disconnect("own");
      join(script, "a", "fused");
      assert.deepEqual(waitOf(script, "r"), {
        silent: [],
        standby: ["a"],
        supersededInSeconds: 0,
      });
    });

    it("give it twice the time that it has worked so far", () => {
      const script = new SchedulerScript({ generatorPatienceSeconds: 60 });
      script.submit("r", 3);
      join(script, "slow", "own");
      live(script, 600, { slow: ["r#0", "r#1"] });
      answer(script, "slow", "r#0", "own");
      script.durable("r#0");
      join(script, "a", "fused");
      assert.deepEqual(live(script, 1799, { slow: ["r#1", "r#2"], a: [] }), []);
      assert.deepEqual(live(script, 1800, { slow: ["r#1", "r#2"], a: [] }), [
        "revoke slow r#1",
        "revoke slow r#2",
        "retract r #0",
      ]);
    });

    it("have the run only once they have nothing else to do", () => {
      const script = oneDelivered();
      script.submit("s", 2);
      join(script, "a", "fused");
      const held = { own: HELD.own, a: ["s#0", "s#1"] };
      assert.deepEqual(live(script, 61, held), []);
      script.answer("a", "s#0", script.partial("s#0", "fused"));
      assert.deepEqual(live(script, 70, { ...held, a: ["s#1"] }), []);
      script.answer("a", "s#1", script.partial("s#1", "fused"));
      assert.deepEqual(live(script, 71, { ...held, a: [] }), [
        "revoke own r#1",
        "revoke own r#2",
        "retract r #0",
      ]);
    });

    it("leave the run to it if they are silent themselves", () => {
      const script = oneDelivered();
      script.submit("s", 1);
      join(script, "a", "fused");
      assert.deepEqual(live(script, 300, { own: HELD.own, a: ["s#0"] }), []);
      assert.equal(script.scheduler.runs.get("r")?.generator, "own");
    });

    it("let it come back if they are gone before they have delivered anything", () => {
      const script = oneDelivered();
      join(script, "a", "fused");
      live(script, 61, HELD);
      script.submit("r", 3);
      script.drain("a", "r#0", "r#1");
      script.disconnect("a");
      assert.deepEqual(live(script, 66, { own: [] }), ["grant own r#0/2 r#1/2"]);
    });

    it("may come back once the one that replaced them has been given up, too", () => {
      const script = oneDelivered();
      join(script, "a", "fused");
      live(script, 61, HELD);
      script.submit("r", 3);
      answer(script, "a", "r#0", "fused");
      script.durable("r#0");
      assert.deepEqual(live(script, 121, { own: [], a: ["r#1", "r#2"] }), [
        "revoke a r#1",
        "revoke a r#2",
        "retract r #0",
      ]);
      assert.deepEqual(script.submit("r", 3), ["run_started r", "grant own r#0 r#1"]);
    });

    it("leave a generator alone on which two workers agree", () => {
      const script = new SchedulerScript({ doubleCheckInterval: 1, generatorPatienceSeconds: 60 });
      script.submit("r", 3);
      join(script, "own", "own");
      answer(script, "own", "r#0", "own");
      join(script, "own-2", "own");
      answer(script, "own-2", "r#0", "own");
      script.disconnect("own-2");
      join(script, "a", "fused");
      assert.deepEqual(
        live(script, 1e3, { own: ["r#1", "r#2"], a: [] }).filter((one) => /retract/.test(one)),
        [],
      );
    });
  });

  it("do not forget what a shard did to workers of a generator that was given up", () => {
    const script = new SchedulerScript({ maximumLosses: 2, reconnectGraceSeconds: 0 });
    script.submit("r", 2);
    join(script, "own", "own");
    answer(script, "own", "r#0", "own");
    script.durable("r#0");
    script.disconnect("own");
    script.tick(1);
    join(script, "a", "fused");
    assert.deepEqual(live(script, 60, { a: [] }), ["retract r #0"]);
    script.submit("r", 2);
    answer(script, "a", "r#0", "fused");
    script.disconnect("a");
    // Otherwise each generator in turn would lose one worker to the shard, for ever.
    assert.deepEqual(script.tick(script.at + 1), ["shard_parked r#1"]);
  });

  it("take a run over that somebody has cancelled and extended", () => {
    const script = new SchedulerScript({ generatorPatienceSeconds: 60 });
    join(script, "a", "fused");
    assert.deepEqual(script.submit("r", 3, [0, 2], true), []);
    assert.equal(waitOf(script, "r").supersededInSeconds, 60);
    assert.deepEqual(live(script, 60, { a: [] }), ["retract r #0 #2"]);
    assert.deepEqual(script.submit("r", 3), ["run_started r", "grant a r#0 r#1"]);
  });

  it("copy only shards of their own generator, once it is known", () => {
    const script = new SchedulerScript();
    script.submit("r", 2);
    join(script, "a", "fused");
    answer(script, "a", "r#0", "fused");
    join(script, "b", "plain");
    assert.deepEqual(script.tick(15), []);
    assert.deepEqual(join(script, "c", "fused"), ["grant c r#1/2"]);
  });

  it("leave a shard that one failed to it where nobody else has its generator", () => {
    const script = new SchedulerScript();
    script.submit("r", 3);
    join(script, "a", "fused");
    answer(script, "a", "r#0", "fused");
    join(script, "b", "plain");
    assert.deepEqual(script.fail("a", "r#1"), ["grant a r#1/2"]);
  });

  describe("if one of them does not name its generator", () => {
    it("are asked, and known by their first partial", () => {
      const script = new SchedulerScript();
      script.submit("r", 9);
      join(script, "a", "fused");
      answer(script, "a", "r#0", "fused");
      assert.deepEqual(script.join("b"), ["grant b r#3 r#4"]);
      assert.deepEqual(answer(script, "b", "r#3", "fused"), ["record r#3", "grant b r#5"]);
      // If a worker's generator is known, a different one is an error like any other.
      assert.deepEqual(answer(script, "b", "r#4", "plain"), ["acknowledge b r#4", "grant b r#6"]);
      assert.equal(script.scheduler.runs.get("r")?.hasFailedAt(4, "b"), true);
    });

    it("are told apart by it without harm to the run, and given what they can do", () => {
      const script = new SchedulerScript({ maximumErrors: 1 });
      script.submit("r", 5);
      join(script, "a", "fused");
      answer(script, "a", "r#0", "fused");
      assert.deepEqual(script.join("b"), ["grant b r#3 r#4"]);
      assert.deepEqual(answer(script, "b", "r#3", "plain"), ["revoke b r#4", "acknowledge b r#3"]);
      assert.deepEqual(answer(script, "b", "r#4", "plain"), ["acknowledge b r#4"], "on its way");
      assert.deepEqual(join(script, "c", "fused"), ["grant c r#3/2 r#4/2"]);
      assert.deepEqual(script.submit("s", 1), ["run_started s", "grant b s#0"]);
    });
  });
});
