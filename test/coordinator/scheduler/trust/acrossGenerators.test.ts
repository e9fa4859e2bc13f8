import assert from "node:assert/strict";

import { GENERATOR } from "../../../../shared/random/stream.ts";
import type { BackendName } from "../../../../shared/specification/backends.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";
import { ShardPlan } from "../../../../coordinator/plan/shardPlan.ts";
import { SchedulerScript } from "../../../support/schedulerScript.ts";
import { SHARD_SIZE, specificationWith } from "../../../support/specifications.ts";
import { lieAbout, syntheticPartial } from "../../../support/syntheticPartials.ts";

/** Options that check the first shard of each new worker, and no other of so few. */
const FIRSTS = { doubleCheckInterval: 1000 };
/** A lie that no rounding explains. */
const GREAT = 0.5;

/** Workers by name: what they compute with, and the generator of their partials. */
const WORKERS = {
  simd: ["simd", `${GENERATOR} fused`],
  "second simd": ["simd", `${GENERATOR} fused`],
  "third simd": ["simd", `${GENERATOR} fused`],
  gpu: ["webgpu", `${GENERATOR} fused webgpu card, driver 1 plain`],
  "second gpu": ["webgpu", `${GENERATOR} fused webgpu card, driver 1 plain`],
  stranger: ["tensorflow", "other cuda"],
  "second stranger": ["tensorflow", "other cuda"],
} as const satisfies Record<string, readonly [BackendName, string]>;

type WorkerName = keyof typeof WORKERS;

const INPUT = {
  backend: "any",
  sampling: "dense",
  stoppingRule: { replicaCount: 2 * SHARD_SIZE },
} as const;

/** A cluster that works on one run of any backend, whose shards the first worker computes. */
class Cluster {
  readonly script = new SchedulerScript(FIRSTS);

  constructor(first: WorkerName, answer: (truth: ShardPartial) => ShardPartial = (truth) => truth) {
    this.script.submit("r", INPUT);
    this.join(first);
    this.answer(first, "r#0", answer);
    this.script.durable("r#0");
  }

  join(worker: WorkerName): string[] {
    const [backend, generator] = WORKERS[worker];
    return this.script.join(worker, 1, [], generator, backend);
  }

  answer(
    worker: WorkerName,
    shard: string,
    answer: (truth: ShardPartial) => ShardPartial = (truth) => truth,
  ): string[] {
    const [backend, generator] = WORKERS[worker];
    return this.script.answer(
      worker,
      shard,
      answer(this.script.partial(shard, generator, backend)),
    );
  }

  /** A lie about r#0 that shows beside any partial of the stream. */
  great(worker: WorkerName): () => ShardPartial {
    const [backend, generator] = WORKERS[worker];
    const plan = new ShardPlan(specificationWith(INPUT));
    return () => syntheticPartial(plan.task(0, backend), generator, GREAT);
  }
}

describe("trust across generators", () => {
  it("takes partials of one stream that are equal but for rounding as equal", () => {
    const cluster = new Cluster("simd");
    assert.deepEqual(cluster.join("gpu"), ["grant gpu r#0/2"]);
    const answered = cluster.answer("gpu", "r#0");
    assert.ok(!answered.some((command) => command.startsWith("disagreement")), String(answered));
    const { distrustCounts } = cluster.script.scheduler;
    assert.equal(distrustCounts.shardsVerified, 1);
    assert.equal(distrustCounts.shardsVerifiedAcross, 1);
  });

  it("finds out a lie that rounding does not explain, by any third worker of the stream", () => {
    const cluster = new Cluster("simd");
    cluster.join("gpu");
    const answered = cluster.answer("gpu", "r#0", cluster.great("gpu"));
    assert.equal(answered[0], "disagreement r#0 gpu");
    assert.equal(answered.at(-1), "retract r #0");
    cluster.script.submit("r", INPUT, []);
    cluster.join("second simd");
    const settled = cluster.answer("second simd", "r#0");
    assert.ok(settled.includes("quarantine gpu"), String(settled));
  });

  it("asks no worker of another stream for a check", () => {
    const cluster = new Cluster("simd");
    assert.deepEqual(cluster.join("stranger"), []);
    assert.deepEqual(cluster.join("gpu"), ["grant gpu r#0/2"]);
  });

  it("has a stream of its own checked by its like, bit for bit", () => {
    const cluster = new Cluster("stranger");
    assert.deepEqual(cluster.join("simd"), []);
    assert.deepEqual(cluster.join("second stranger"), ["grant second stranger r#0/2"]);
    const answered = cluster.answer("second stranger", "r#0", (truth) => lieAbout(truth));
    assert.equal(answered[0], "disagreement r#0 second stranger");
  });

  it("calls no worker a liar for bits for which another generator has vouched", () => {
    // A small lie is within what rounding explains, so that the card cannot see it.
    const cluster = new Cluster("simd", (truth) => lieAbout(truth));
    cluster.join("gpu");
    cluster.answer("gpu", "r#0");
    const { scheduler } = cluster.script;
    assert.equal(scheduler.distrustCounts.shardsVerifiedAcross, 1);
    cluster.join("second simd");
    const truth = cluster.script.partial("r#0", ...swapped("second simd"));
    const answered = cluster.script.feed({
      ...cluster.script.result("simd", "r#0", truth),
      worker: "second simd",
      lease: 999,
    });
    assert.equal(answered[0], "disagreement r#0 second simd");
    assert.ok(!answered.some((command) => command.startsWith("quarantine")), String(answered));
    assert.equal(answered.at(-1), "retract r #0");
  });

  it("leaves a dispute to those who can settle it, and to others if there are none", () => {
    const cluster = new Cluster("simd");
    cluster.join("gpu");
    cluster.answer("gpu", "r#0", cluster.great("gpu"));
    cluster.join("second simd");
    cluster.join("stranger");
    const submitted = cluster.script.submit("r", INPUT, []);
    const grants = submitted.filter((command) => command.startsWith("grant"));
    assert.ok(
      grants.some((grant) => grant.startsWith("grant second simd r#0")),
      String(grants),
    );

    const alone = new Cluster("simd");
    alone.join("gpu");
    alone.answer("gpu", "r#0", alone.great("gpu"));
    alone.join("stranger");
    const left = alone.script.submit("r", INPUT, []);
    assert.ok(
      left.some((command) => command.startsWith("grant stranger r#0")),
      String(left),
    );
  });

  it("refuses a generator that the device has not named", () => {
    const cluster = new Cluster("simd");
    cluster.join("second simd");
    const [backend] = WORKERS["second simd"];
    const partial = cluster.script.partial("r#0", "mine", backend);
    cluster.script.answer("second simd", "r#0", partial);
    assert.match(
      String(cluster.script.refusals),
      /its generator is mine, which its device has not/,
    );
  });
});

function swapped(worker: WorkerName): readonly [generator: string, backend: BackendName] {
  const [backend, generator] = WORKERS[worker];
  return [generator, backend];
}
