import assert from "node:assert/strict";

import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { Cluster } from "./support/cluster.ts";
import { refusal, Rpc } from "./support/rpc.ts";

const GOOD: Run = {
  network: {
    width: 4,
    depth: 10,
    negativeSlope: 0.01,
    weights: "WEIGHT_LAW_GAUSSIAN",
    namedGain: "NAMED_GAIN_HE",
  },
  stoppingRule: { replicaCount: 100 },
};

/** Bad runs: what is wrong, the change that makes it so, and the field that must be named. */
const BAD_RUNS: readonly (readonly [string, Run, string])[] = [
  ["no network at all", { network: null }, "network"],
  ["width 0", network({ width: 0 }), "network.width"],
  ["width 1,000,001", network({ width: 1_000_001 }), "network.width"],
  [
    "matrices of width 65,537",
    { ...network({ width: 65_537 }), sampling: "SAMPLING_DENSE" },
    "network.width",
  ],
  ["a negative width", network({ width: -4 }), "network.width"],
  ["depth 0", network({ depth: 0 }), "network.depth"],
  ["depth 10,000,001", network({ depth: 10_000_001 }), "network.depth"],
  ["a slope that is no number", network({ negativeSlope: NaN }), "network.negative_slope"],
  ["an infinite slope", network({ negativeSlope: Infinity }), "network.negative_slope"],
  ["no weight law", network({ weights: 0 }), "network.weights"],
  ["an unknown weight law", network({ weights: 77 as 0 }), "network.weights"],
  [
    "no degrees of freedom",
    network({ weights: "WEIGHT_LAW_STUDENT_T" }),
    "network.degrees_of_freedom",
  ],
  [
    "degrees of freedom that are no number",
    network({ weights: "WEIGHT_LAW_STUDENT_T", degreesOfFreedom: NaN }),
    "network.degrees_of_freedom",
  ],
  [
    "degrees of freedom of a law without",
    network({ degreesOfFreedom: 5 }),
    "network.degrees_of_freedom",
  ],
  ["a density of a law without", network({ density: 0 }), "network.density"],
  [
    "a density of 0",
    network({ weights: "WEIGHT_LAW_SPARSE_GAUSSIAN", density: 0 }),
    "network.density",
  ],
  [
    "a critical gain that is not known",
    network({ weights: "WEIGHT_LAW_UNIFORM", namedGain: "NAMED_GAIN_LYAPUNOV" }),
    "network.named_gain",
  ],
  [
    "isotropic sampling of other weights",
    { ...network({ weights: "WEIGHT_LAW_RADEMACHER" }), sampling: "SAMPLING_ISOTROPIC" },
    "sampling",
  ],
  ["no gain", network({ namedGain: 0 }), "network.gain"],
  ["an unknown named gain", network({ namedGain: 77 as 0 }), "network.named_gain"],
  [
    "an unknown named gain beside a gain",
    network({ namedGain: 77 as 0, gain: 1 }),
    "network.named_gain",
  ],
  ["a gain that is not the named one", network({ gain: 1.41 }), "network.gain"],
  ["parameters", { parameters: { fields: {} } }, "parameters"],
  [
    "a target in the map that has a field of its own",
    { stoppingRule: { precision: { lyapunovExponent: 1, targets: { variance: 0.1 } } } },
    "stopping_rule.precision.targets.variance",
  ],
  ["a negative gain", network({ namedGain: 0, gain: -1 }), "network.gain"],
  ["a gain that is no number", network({ namedGain: 0, gain: NaN }), "network.gain"],
  ["an unknown sampling", { sampling: 77 as 0 }, "sampling"],
  ["an unknown backend", { backend: 77 as 0 }, "backend"],
  ["an unknown kind", { kind: 77 as 0 }, "kind"],
  ["a checkpoint beyond the depth", { checkpointDepths: [5, 11] }, "checkpoint_depths[1]"],
  ["a checkpoint at 0", { checkpointDepths: [0] }, "checkpoint_depths[0]"],
  ["65 checkpoints", { checkpointDepths: Array<number>(65).fill(1) }, "checkpoint_depths"],
  ["a burn-in of the whole depth", { burnIn: 10 }, "burn_in"],
  ["a negative burn-in", { burnIn: -1 }, "burn_in"],
  ["no stopping rule", { stoppingRule: null }, "stopping_rule"],
  ["an empty stopping rule", { stoppingRule: {} }, "stopping_rule"],
  ["one replica", { stoppingRule: { replicaCount: 1 } }, "stopping_rule.replica_count"],
  [
    "2⁶⁴ − 1 replicas",
    { stoppingRule: { replicaCount: "18446744073709551615" } },
    "stopping_rule.replica_count",
  ],
  ["no target", { stoppingRule: { precision: {} } }, "stopping_rule.precision"],
  [
    "a target of 0",
    { stoppingRule: { precision: { variance: 0 } } },
    "stopping_rule.precision.variance",
  ],
  [
    "more replicas at least than at most",
    {
      stoppingRule: {
        precision: { lyapunovExponent: 1, minimumReplicaCount: 9, maximumReplicaCount: 5 },
      },
    },
    "stopping_rule.precision.minimum_replica_count",
  ],
  ["a level of 1", { level: 1 }, "level"],
  // PostgreSQL cannot keep text with this character.
  ["a name with a zero", { displayName: "a\0b" }, "display_name"],
  ["a name of 201 characters", { displayName: "x".repeat(201) }, "display_name"],
];

describe("bad requests over gRPC", () => {
  let cluster: Cluster;
  let rpc: Rpc;

  before(async () => {
    cluster = await Cluster.start(0, 1);
    rpc = new Rpc(cluster.address);
  });

  after(async () => {
    rpc.close();
    await cluster[Symbol.asyncDispose]();
  });

  for (const [what, change, field] of BAD_RUNS) {
    it(`refuses a run with ${what}: run.${field}`, async () => {
      const { code, reason, fields, message } = await refusal(createRun({ ...GOOD, ...change }));
      assert.equal(code, "INVALID_ARGUMENT");
      assert.equal(reason, "INVALID_FIELD");
      assert.equal(fields[0], `run.${field}`);
      assert.match(message, new RegExp(`run\\.${RegExp.escape(field)}: .*; (give|leave) `));
    });
  }

  it("shows a number as it was sent, however large", async () => {
    const call = createRun({ ...GOOD, stoppingRule: { replicaCount: "18446744073709551615" } });
    const { message } = await refusal(call);
    assert.match(message, /: 18446744073709551615 is not allowed; give an integer from 2 to 4,29/);
  });

  it("names all fields at fault at once", async () => {
    const call = createRun({ ...GOOD, ...network({ width: 0, depth: 0 }), burnIn: 1, level: 2 });
    const { fields } = await refusal(call);
    assert.deepEqual(fields, ["run.network.width", "run.network.depth", "run.level"]);
  });

  it("names the run of a sweep", async () => {
    const bad = { ...GOOD, ...network({ width: 0 }) };
    const call = createSweep([GOOD, bad, GOOD, { ...GOOD, level: 2 }]);
    const { code, fields } = await refusal(call);
    assert.equal(code, "INVALID_ARGUMENT");
    assert.deepEqual(fields, ["sweep.runs[1].network.width", "sweep.runs[3].level"]);
  });

  it("says how many fields it refuses where it cannot name them all", async () => {
    const runs = Array.from({ length: 2000 }, () => ({ ...GOOD, level: 2 }));
    const { fields, omittedCount, message } = await refusal(createSweep(runs));
    assert.equal(fields[0], "sweep.runs[0].level");
    assert.equal(fields.length + omittedCount, 2000);
    assert.ok(
      message.endsWith(`; and ${omittedCount.toLocaleString("en-US")} more refused fields`),
    );
  });

  it("takes a gain beside its name that a client has computed in single precision", async () => {
    const gain = Math.fround(Math.SQRT2 / Math.hypot(1, 0.01));
    const call = rpc.call<{ run: { network: { gain: number } | null } | null }>((client, done) =>
      client.createRun({ run: { ...GOOD, ...network({ gain }) }, validateOnly: true }, done),
    );
    assert.equal((await call).run?.network?.gain, Math.SQRT2 / Math.hypot(1, 0.01));
  });

  it("names the field of a rule that does not go further", async () => {
    const created = await createRun(GOOD);
    const name = created.run?.name ?? "";
    const extend = (stoppingRule: NonNullable<Run["stoppingRule"]>) =>
      rpc.call((client, done) => client.extendRun({ name, stoppingRule }, done));
    for (const [rule, field] of [
      [{ replicaCount: 99 }, "stopping_rule.replica_count"],
      [
        { precision: { variance: 1, minimumReplicaCount: 99 } },
        "stopping_rule.precision.minimum_replica_count",
      ],
    ] as const) {
      const { code, fields } = await refusal(extend(rule));
      assert.deepEqual([code, fields], ["INVALID_ARGUMENT", [field]]);
    }
    await rpc.call((client, done) => client.cancelRun({ name }, done));
  });

  it("refuses a sweep without runs, and one with too many", async () => {
    for (const runs of [[], Array.from({ length: 2001 }, () => GOOD)]) {
      const { code, fields } = await refusal(createSweep(runs));
      assert.deepEqual([code, fields], ["INVALID_ARGUMENT", ["sweep.runs"]]);
    }
  });

  it("refuses nothing at all", async () => {
    const run = await refusal(rpc.call((client, done) => client.createRun({}, done)));
    assert.deepEqual([run.code, run.fields], ["INVALID_ARGUMENT", ["run"]]);
    const sweep = await refusal(rpc.call((client, done) => client.createSweep({}, done)));
    assert.deepEqual([sweep.code, sweep.fields], ["INVALID_ARGUMENT", ["sweep"]]);
  });

  it("refuses bad names, page sizes, page tokens and long request ids", async () => {
    const calls = {
      name: rpc.call((client, done) => client.getRun({ name: "frob" }, done)),
      page_size: rpc.call((client, done) => client.listRuns({ pageSize: 1001 }, done)),
      page_token: rpc.call((client, done) => client.listRuns({ pageToken: "frob" }, done)),
      request_id: rpc.call((client, done) =>
        client.createRun({ run: GOOD, requestId: "x".repeat(129) }, done),
      ),
    };
    for (const [field, call] of Object.entries(calls)) {
      const { code, reason, fields } = await refusal(call);
      assert.deepEqual([code, reason, fields], ["INVALID_ARGUMENT", "INVALID_FIELD", [field]]);
    }
  });

  it("refuses request ids and names of sweeps that no ledger can keep", async () => {
    const calls = {
      request_id: rpc.call((client, done) =>
        client.createRun({ run: GOOD, requestId: "a\0b" }, done),
      ),
      "sweep.display_name": rpc.call((client, done) =>
        client.createSweep({ sweep: { displayName: "a\0b", runs: [GOOD] } }, done),
      ),
    };
    for (const [field, call] of Object.entries(calls)) {
      const { code, fields } = await refusal(call);
      assert.deepEqual([code, fields], ["INVALID_ARGUMENT", [field]]);
    }
  });

  it("has created nothing in all of this", async () => {
    const { runs } = await cluster.api.listRuns(10, "");
    assert.deepEqual(
      runs.map(({ state }) => state),
      ["RUN_STATE_CANCELLED"],
      "only the run that was to be extended",
    );
    assert.ok((await createRun(GOOD)).run?.name, "the good one is accepted");
  });

  function createRun(run: Run) {
    return rpc.call<{ run: { name: string } | null }>((client, done) =>
      client.createRun({ run }, done),
    );
  }

  function createSweep(runs: readonly Run[]) {
    return rpc.call((client, done) => client.createSweep({ sweep: { runs: [...runs] } }, done));
  }
});

function network(change: NonNullable<Run["network"]>): Run {
  return { network: { ...GOOD.network, ...change } };
}
