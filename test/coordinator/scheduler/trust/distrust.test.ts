import assert from "node:assert/strict";

import {
  checkSchedulerOptions,
  DEFAULT_SCHEDULER_OPTIONS,
  type SchedulerOptions,
} from "../../../../coordinator/scheduler/options.ts";
import { RunTrust } from "../../../../coordinator/scheduler/trust/runTrust.ts";
import { SchedulerScript } from "../../../support/schedulerScript.ts";
import { lieAbout } from "../../../support/syntheticPartials.ts";

/** Options that check the first shard of each new worker, and no other of so few. */
const FIRSTS = { doubleCheckInterval: 1000 };

function scriptOf(options: Partial<SchedulerOptions> = FIRSTS): SchedulerScript {
  return new SchedulerScript(options);
}

/** The worker lies about its newest lease of the shard. */
function lie(script: SchedulerScript, worker: string, shard: string): string[] {
  return script.answer(worker, shard, lieAbout(script.partial(shard)));
}

/** A script in which r#0 is recorded and b has it for a check. */
function checking(options: Partial<SchedulerOptions> = {}): SchedulerScript {
  const script = scriptOf({ ...FIRSTS, ...options });
  script.submit("r", 1);
  script.join("a");
  script.join("b");
  assert.deepEqual(script.answer("a", "r#0"), ["record r#0", "grant b r#0/2"]);
  assert.deepEqual(script.durable("r#0"), ["acknowledge a r#0", "run_advanced r"]);
  return script;
}

/** A script in which a and b disagree about r#0, of three; the ledger has r#1. */
function disputed(liar: "a" | "b"): SchedulerScript {
  const script = scriptOf();
  script.submit("r", 3);
  script.join("a");
  script.join("b");
  if (liar === "a") lie(script, "a", "r#0");
  else script.answer("a", "r#0");
  script.answer("a", "r#1");
  script.durable("r#0");
  script.durable("r#1");
  script.answer("b", "r#2");
  const answer = liar === "b" ? lie(script, "b", "r#0") : script.answer("b", "r#0");
  assert.deepEqual(answer.slice(0, 1), ["disagreement r#0 b"]);
  assert.equal(answer.at(-1), "retract r #0");
  assert.deepEqual(script.durable("r#2"), ["acknowledge b r#2"]);
  return script;
}

/** Shards of a run of twenty that are to be checked. */
function checked(run: string): number[] {
  const script = scriptOf({ doubleCheckInterval: 5, leasesPerSlot: 1 });
  script.submit(run, 20);
  script.join("a");
  for (let shard = 0; shard < 20; shard++) script.answer("a", `${run}#${shard}`);
  return [...(script.scheduler.runs.get(run)?.trust.checks ?? [])];
}

describe("Scheduler: a shard that is computed twice", () => {
  it("is the first of every worker, checked by another before anything else", () => {
    const script = scriptOf();
    script.submit("r", 9);
    script.join("a");
    script.join("b");
    script.answer("a", "r#0");
    assert.deepEqual(script.answer("b", "r#2"), ["record r#2", "grant b r#0/2"]);
    assert.deepEqual(script.answer("a", "r#1"), ["record r#1", "grant a r#2/2"]);
    assert.deepEqual(script.answer("b", "r#0"), ["grant b r#5"], "it waits for the ledger");
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "acknowledge b r#0/2",
      "run_advanced r",
    ]);
    assert.deepEqual(script.scheduler.distrustCounts, {
      checksGranted: 2,
      shardsVerified: 1,
      shardsVerifiedAcross: 0,
      disagreements: 0,
      workersQuarantined: 0,
      shardsRetracted: 0,
    });
  });

  it("is otherwise one in every interval, chosen only by the run", () => {
    const [first, ...others] = checked("runs/x").toSorted((a, b) => a - b);
    assert.equal(first, 0, "the worker's first");
    assert.equal(others.length, 4);
    assert.equal(new Set(others.map((shard) => shard % 5)).size, 1);
    assert.deepEqual(checked("runs/x"), checked("runs/x"));
    assert.notDeepEqual(checked("runs/x"), checked("runs/y"));
  });

  it("holds nothing up where there is one worker", () => {
    const script = scriptOf({ doubleCheckInterval: 1 });
    script.submit("r", 1);
    script.join("a");
    script.answer("a", "r#0");
    assert.deepEqual(script.durable("r#0"), [
      "acknowledge a r#0",
      "run_advanced r",
      "run_succeeded r after 1",
    ]);
  });

  it("is none if none is asked for", () => {
    const script = scriptOf({ doubleCheckInterval: 0 });
    script.submit("r", 1);
    script.join("a");
    script.join("b");
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    assert.equal(script.durable("r#0").at(-1), "run_succeeded r after 1");
  });

  it("keeps a copy that another has already", () => {
    const script = scriptOf();
    script.submit("r", 1);
    script.join("a");
    script.join("b");
    assert.deepEqual(script.tick(5), ["grant b r#0/2"], "a straggler's copy");
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    assert.deepEqual(script.durable("r#0"), ["acknowledge a r#0", "run_advanced r"]);
    assert.deepEqual(script.answer("b", "r#0"), ["acknowledge b r#0/2", "run_succeeded r after 1"]);
  });

  it("is checked only by workers that have its generator", () => {
    const script = scriptOf();
    script.submit("r", 1);
    script.join("a", 1, [], "synthetic");
    script.join("b", 1, [], "other");
    script.answer("a", "r#0");
    assert.equal(script.durable("r#0").at(-1), "run_succeeded r after 1");
  });

  describe("when nothing else is missing", () => {
    it("is waited for", () => {
      const script = checking();
      assert.deepEqual(script.answer("b", "r#0"), [
        "acknowledge b r#0/2",
        "run_succeeded r after 1",
      ]);
    });

    it("is not waited for longer than patience allows", () => {
      const script = checking({ doubleCheckPatienceSeconds: 10 });
      script.tick(5);
      script.heartbeat("b", "r#0");
      assert.deepEqual(script.tick(9.9), []);
      assert.deepEqual(script.tick(10), ["run_succeeded r after 1", "revoke b r#0/2"]);
    });

    it("is not waited for if the second worker hangs", () => {
      const script = checking({ leaseDurationSeconds: 20 });
      assert.deepEqual(script.tick(5.9), []);
      assert.deepEqual(script.tick(6), ["run_succeeded r after 1", "revoke b r#0/2"]);
    });

    it("is dropped with the only worker that could do it", () => {
      const script = checking({ reconnectGraceSeconds: 3 });
      script.disconnect("b");
      assert.deepEqual(script.tick(3), ["run_succeeded r after 1"]);
    });

    it("is granted to another if the second worker fails, a few times", () => {
      const script = checking();
      assert.deepEqual(script.join("c"), []);
      assert.deepEqual(script.fail("b", "r#0"), ["grant b r#0/3"]);
      assert.deepEqual(script.drain("b", "r#0"), ["grant c r#0/4"]);
      assert.deepEqual(script.fail("c", "r#0"), ["run_succeeded r after 1"]);
    });
  });
});

describe("Scheduler: two workers that contradict each other", () => {
  it("are both not believed: the shard waits, and nothing else does", () => {
    const script = disputed("b");
    assert.deepEqual([...script.scheduler.runs.keys()], []);
    // b keeps its answer until the ledger is rid of what it contradicts; r#2 was its first.
    assert.deepEqual(script.submit("r", 3, [1, 2]), [
      "acknowledge b r#0/2",
      "run_started r",
      "grant a r#2",
    ]);
    assert.equal(script.scheduler.runs.get("r")?.disagreementCount, 1);
    assert.deepEqual(script.scheduler.unsettledDispute("r"), {
      shardIndex: 0,
      workers: ["a", "b"],
    });
    assert.deepEqual(script.answer("a", "r#2"), ["acknowledge a r#2"]);
    assert.deepEqual(script.submit("s", 1), ["run_started s", "grant a s#0"]);
    script.answer("a", "s#0");
    assert.equal(script.durable("s#0").at(-1), "run_succeeded s after 1");
    assert.deepEqual([...script.scheduler.runs.keys()], ["r"]);
  });

  it("are told apart by a third, which shows that the second lies", () => {
    const script = disputed("b");
    script.submit("r", 3, [1, 2]);
    assert.deepEqual(script.join("c"), ["grant c r#0"]);
    assert.equal(script.scheduler.unsettledDispute("r"), undefined);
    assert.deepEqual(script.answer("c", "r#0"), [
      "record r#0",
      "quarantine b",
      "revoke a r#2",
      "retract r #2",
    ]);
    assert.match(script.scheduler.quarantineReason("b") ?? "", /shard 0 of r/);
    assert.deepEqual(script.submit("r", 3, [0, 1]), ["run_started r", "grant a r#2"]);
  });

  it("are told apart by a third, which shows that the first lies", () => {
    const script = disputed("a");
    script.submit("r", 3, [1, 2]);
    script.join("c");
    assert.deepEqual(script.answer("c", "r#0"), ["record r#0", "quarantine a", "retract r #1"]);
    assert.equal(script.scheduler.distrustCounts.shardsRetracted, 2);
    assert.equal(script.scheduler.distrustCounts.workersQuarantined, 1);
  });

  it("are told apart by a fourth, if the third says something else again", () => {
    const script = disputed("b");
    script.submit("r", 3, [1, 2]);
    script.join("c");
    const other = lieAbout(script.partial("r#0"), 7);
    assert.deepEqual(script.answer("c", "r#0", other), ["acknowledge c r#0"]);
    assert.deepEqual(script.join("d"), ["grant d r#0/2"]);
    assert.deepEqual(script.answer("d", "r#0"), [
      "record r#0",
      "quarantine b",
      "revoke a r#2",
      "retract r #2",
      "quarantine c",
    ]);
  });

  it("lose their claims with their good name, and the shard is anyone's again", () => {
    const script = disputed("b");
    script.submit("r", 3, [1, 2]);
    // b contradicts itself.
    const commands = script.feed(script.result("b", "r#0", script.partial("r#0")));
    assert.deepEqual(commands, [
      "disagreement r#0 b",
      "quarantine b",
      "revoke a r#2",
      "retract r #2",
    ]);
    assert.deepEqual(script.submit("r", 3, [1]), ["run_started r", "grant a r#0 r#2"]);
    assert.deepEqual(script.answer("a", "r#0"), ["record r#0"]);
    assert.deepEqual(script.join("c"), ["grant c r#0/2"], "it is checked when somebody comes");
  });

  it("are not compared where their bits are of two generators", () => {
    const script = scriptOf();
    script.submit("r", 2);
    script.join("a");
    script.join("b");
    script.answer("a", "r#0");
    assert.equal(lie(script, "b", "r#0").at(-1), "retract r #0");
    // a and b leave before they are granted anything else of the run.
    script.drain("a");
    script.drain("b");
    script.submit("r", 2);
    assert.deepEqual(script.join("c", 1, [], "plain"), ["run_started r", "grant c r#0 r#1"]);
    const plain = script.partial("r#0", "plain");
    assert.deepEqual(script.answer("c", "r#0", plain), ["record r#0"]);
    assert.equal(script.scheduler.runs.get("r")?.trust.disputes.size, 0);
  });
});

describe("Scheduler: a worker that is found out", () => {
  it("has its partials of all runs taken back, except those that others confirmed", () => {
    const script = scriptOf();
    script.submit("r", 5);
    script.submit("s", 5);
    script.join("a");
    script.join("b");
    script.answer("a", "r#0");
    script.answer("a", "s#0");
    script.answer("b", "r#1");
    script.answer("b", "r#0");
    const commands = script.feed(script.result("a", "s#0", lieAbout(script.partial("s#0"))));
    assert.deepEqual(
      commands.filter((command) => /quarantine|retract/.test(command)),
      ["quarantine a", "retract s #0"],
    );
  });

  it("has them taken back even from a run that was withdrawn at that time", () => {
    const script = scriptOf();
    script.submit("r", 5);
    script.submit("s", 5);
    script.join("a");
    script.answer("a", "r#0");
    script.answer("a", "s#0");
    script.durable("r#0");
    script.feed({ kind: "runs_withdrawn", runs: ["r"] });
    script.feed(script.result("a", "s#0", lieAbout(script.partial("s#0"))));
    assert.deepEqual(script.submit("r", 5, [0]), ["retract r #0"]);
    assert.deepEqual(script.submit("r", 5), []);
  });
});

describe("RunTrust", () => {
  it("knows the deliverer of any shard, however far along", () => {
    const trust = new RunTrust();
    trust.delivered(1_000_000, 3, false);
    trust.delivered(2, 4, false);
    assert.equal(trust.delivererOf(1_000_000), 3);
    assert.equal(trust.delivererOf(5), undefined);
    assert.equal(trust.delivererOf(2_000_000), undefined);
    assert.deepEqual(
      trust.deliveredBy((worker) => worker === 3),
      [1_000_000],
    );
  });
});

describe("scheduler options", () => {
  it("are taken as they are by default", () => {
    checkSchedulerOptions(DEFAULT_SCHEDULER_OPTIONS);
  });

  for (const [name, value] of [
    ["doubleCheckInterval", -1],
    ["doubleCheckInterval", 0.5],
    ["doubleCheckInterval", NaN],
    ["doubleCheckPatienceSeconds", Infinity],
    ["leasesPerSlot", 0],
    ["stragglerFactor", 0.5],
  ] as const) {
    it(`are refused: ${name} ${value}`, () => {
      assert.throws(
        () => new SchedulerScript({ [name]: value }),
        new RegExp(`${name}: ${value} is not allowed; give a .*number of at least`),
      );
    });
  }
});
