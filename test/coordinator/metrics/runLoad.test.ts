import assert from "node:assert/strict";

import { runLoad } from "../../../coordinator/metrics/runLoad.ts";
import { SchedulerScript } from "../../support/schedulerScript.ts";
import { SHARD_SIZE } from "../../support/specifications.ts";

describe("runLoad", () => {
  let script: SchedulerScript;
  beforeEach(() => {
    script = new SchedulerScript();
  });

  const load = () => {
    const { runs, recordingCount } = script.scheduler;
    return runLoad(runs.values(), recordingCount);
  };

  it("is nothing without runs", () => {
    assert.deepEqual(load(), {
      leased: 0,
      waiting: 0,
      parked: 0,
      foldLag: 0,
      errorRatio: undefined,
      extinctFraction: undefined,
    });
  });

  it("follows shards from waiting through a lease and the ledger into the fold", () => {
    script.submit("a", 6);
    const shards = () => {
      const { leased, waiting, foldLag } = load();
      return { leased, waiting, recording: script.scheduler.recordingCount, foldLag };
    };
    assert.deepEqual(shards(), { leased: 0, waiting: 6, recording: 0, foldLag: 0 });
    script.join("w", 2);
    const { leased } = shards();
    assert.ok(leased >= 2);
    assert.deepEqual(shards(), { leased, waiting: 6 - leased, recording: 0, foldLag: 0 });
    script.disconnect("w");
    script.tick(3600);
    assert.deepEqual(shards(), { leased: 0, waiting: 6, recording: 0, foldLag: 0 });
    script.join("v", 1);
    script.answer("v", "a#1");
    assert.equal(shards().recording, 1);
    assert.equal(shards().leased + shards().waiting, 5);
    script.durable("a#1");
    assert.equal(shards().recording, 0);
    // It waits for the first one.
    assert.equal(shards().foldLag, 1);
    script.answer("v", "a#0");
    script.durable("a#0");
    assert.equal(shards().foldLag, 0);
    assert.equal(shards().leased + shards().waiting, 4);
  });

  it("has the error that is farthest from its target, of runs that aim at one", () => {
    script.submit("fixed", 4);
    script.submit("near", { stoppingRule: { precision: { lyapunovExponent: 1e-6 } } });
    script.submit("far", { stoppingRule: { precision: { lyapunovExponent: 1e-9 } } });
    script.join("w", 8);
    assert.equal(load().errorRatio, undefined);
    for (const shard of ["fixed#0", "near#0"]) {
      script.answer("w", shard);
      script.durable(shard);
    }
    const ratio = (run: string, target: number) => {
      const estimates = script.scheduler.runs.get(run)?.progress.estimates();
      return Number(estimates?.["lyapunovExponent"]?.standardError) / target;
    };
    assert.equal(load().errorRatio, ratio("near", 1e-6));
    script.answer("w", "far#0");
    script.durable("far#0");
    assert.equal(load().errorRatio, ratio("far", 1e-9));
  });

  it("has the fraction that went extinct", () => {
    const shards = Array.from({ length: 12 }, (_, i) => i);
    script.submit("long", shards.length);
    const lost = shards.map((i) => script.partial(`long#${i}`).checkpoints[0]?.extinctCount ?? 0);
    // Some of these partials have lost a replica.
    assert.ok(lost.includes(0) && lost.includes(1));
    script.join("w", shards.length);
    let replicas = 0;
    let extinct = 0;
    for (const [i, count] of lost.entries()) {
      script.answer("w", `long#${i}`);
      script.durable(`long#${i}`);
      replicas += SHARD_SIZE;
      extinct += count;
      if (i < shards.length - 1) assert.equal(load().extinctFraction, extinct / replicas);
    }
  });
});
