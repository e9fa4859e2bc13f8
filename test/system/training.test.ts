import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { trainingToRun } from "../../shared/kinds/training/messages.ts";
import {
  parseTrainingFields,
  type TrainingInput,
} from "../../shared/kinds/training/specification.ts";
import { readDetails } from "../../shared/wire/errorDetails.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { specificationWith } from "../support/specifications.ts";
import { slow } from "../support/tiers/tiers.ts";
import { Cluster, sharedCluster } from "./support/cluster.ts";
import { runHere } from "./support/inProcess.ts";

const INPUT = {
  network: { width: 2, depth: 8, negativeSlope: 0.01, weights: "gaussian", gain: "lyapunov" },
  training: { task: "quintic_polynomial", learningRate: 0.01, stepCount: 40 },
  checkpointSteps: [0, 20],
  stoppingRule: { replicaCount: 64 },
  seed: 5,
} satisfies TrainingInput;

/** A training of ten shards, which take some tenths of a second each. */
const LONG = {
  ...INPUT,
  training: { ...INPUT.training, stepCount: 8000 },
  stoppingRule: { replicaCount: 160 },
} satisfies TrainingInput;
const LONGER_RULE = { kind: "replicas", replicaCount: 192 } as const;

async function create(cluster: Cluster, input: TrainingInput): Promise<string> {
  return (await cluster.api.createRun(trainingToRun(parseTrainingFields(input)), "")).name;
}

/** Resolves once the run has as many shards recorded, or has ended. */
async function watched(cluster: Cluster, name: string, shards = Infinity): Promise<Run__Output> {
  for (;;) {
    const run = await cluster.api.getRun(name);
    const recorded = run.progress?.completedShardCount ?? 0;
    if (recorded >= shards || hasEnded(stateOf(run))) return run;
    await delay(20);
  }
}

async function train(cluster: Cluster, input: TrainingInput): Promise<Run__Output> {
  return watched(cluster, await create(cluster, input));
}

/** The parts of a training that must not depend on what happened on the way. */
function answerOf({
  state,
  replicaCount,
  shardCount,
  estimates,
  trainingCheckpoints,
}: Run__Output) {
  return { state, replicaCount, shardCount, estimates, trainingCheckpoints };
}

describe("a training", () => {
  it("answers with losses at each checkpoint, and with estimates after the last step", async () => {
    const run = await train(await sharedCluster(), INPUT);
    assert.deepEqual([run.state, run.error], ["RUN_STATE_SUCCEEDED", ""]);
    assert.deepEqual([run.kind, run.replicaCount], ["RUN_KIND_TRAINING", "64"]);
    assert.deepEqual(
      run.trainingCheckpoints.map(({ step, replicaCount }) => [step, replicaCount]),
      [
        [0, "64"],
        [20, "64"],
        [40, "64"],
      ],
    );
    const [first, , last] = run.trainingCheckpoints.map((at) => at.medianTrainingLoss?.estimate);
    assert.ok((last ?? NaN) < (first ?? NaN), `the loss went from ${first} to ${last}`);
    const { medianTestLoss, bestMedianTestLoss } = run.estimates;
    assert.deepEqual(run.trainingCheckpoints.at(-1)?.medianTestLoss, medianTestLoss);
    assert.equal(medianTestLoss?.method, "order_statistics");
    assert.ok((bestMedianTestLoss?.estimate ?? NaN) <= (medianTestLoss.estimate ?? NaN));
    assert.deepEqual([run.lyapunovExponent, run.checkpoints], [null, []]);
  });

  it("is shown, listed and exported", async () => {
    const cluster = await sharedCluster();
    const { name } = await train(cluster, { ...INPUT, displayName: "an arm" });
    const at = ["--coordinator", cluster.address];
    const shown = (await runHere(["runs", "show", name, ...at])).stdout;
    assert.match(shown, /quintic_polynomial by adam at 0\.01, 40 steps/);
    assert.match(shown, /median test loss +│ \d.* ± .*, 95 % in \[.*\] \(order_statistics\)/);
    const listed = (await runHere(["runs", "list", ...at])).stdout;
    assert.match(listed, /quintic_polynomial by adam at 0\.01, 40 steps; gaussian 2×8/);
    const exported = (await runHere(["runs", "export", name, "--format", "json", ...at])).stdout;
    const rows = JSON.parse(exported) as Record<string, unknown>[];
    assert.deepEqual(
      rows.map((row) => [row["kind"], row["training_task"], row["training_checkpoint_step"]]),
      [0, 20, 40].map((step) => ["training", "quintic_polynomial", step]),
    );
  });

  it("stops at the shortest prefix of shards that meets a precision", async () => {
    const cluster = await sharedCluster();
    const run = await train(cluster, {
      ...INPUT,
      training: { ...INPUT.training, stepCount: 4000 },
      stoppingRule: {
        precision: {
          targets: { medianLogTestLoss: 0.25 },
          minimumReplicaCount: 32,
          maximumReplicaCount: 1024,
        },
      },
    });
    assert.equal(run.targetMet, true, JSON.stringify(run.estimates["medianLogTestLoss"]));
    assert.ok((run.estimates["medianLogTestLoss"]?.standardError ?? NaN) <= 0.25);
    assert.ok(run.shardCount > 1 && Number(run.replicaCount) < 1024, run.replicaCount);
  });

  it("is refused field by field", async () => {
    const cluster = await sharedCluster();
    const good = trainingToRun(parseTrainingFields(INPUT));
    const error = await cluster.api
      .createRun({ ...good, burnIn: 3, training: { ...good.training, stepCount: 0 } }, "")
      .then(
        () => assert.fail("it was taken"),
        (refusal: unknown) => refusal as ServiceError,
      );
    assert.equal(error.code, Code.INVALID_ARGUMENT);
    assert.deepEqual(
      readDetails(error).violations.map(({ field }) => field),
      ["run.burn_in", "run.training.step_count"],
    );
  });

  it("stands in a sweep beside random networks", async () => {
    const cluster = await sharedCluster();
    const trained = trainingToRun(parseTrainingFields(INPUT));
    const propagated = specificationToMessage(
      specificationWith({ stoppingRule: { replicaCount: 64 } }),
    );
    const { name } = await cluster.api.createSweep({ runs: [trained, propagated] }, "");
    for (;;) {
      const sweep = await cluster.api.getSweep(name);
      if (sweep.endedRunCount < 2) {
        await delay(20);
        continue;
      }
      assert.equal(sweep.state, "RUN_STATE_SUCCEEDED");
      return;
    }
  });

  const elsewhere = slow("train through the deaths of coordinators and workers, on three fleets");
  elsewhere.describe("comes to the same bits", () => {
    let folder: string;
    let expected: Run__Output;
    let expectedLonger: Run__Output;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "lyapunov-training-"));
      await using alone = await Cluster.start(1, 1);
      expected = await train(alone, LONG);
      const { replicaCount } = LONGER_RULE;
      expectedLonger = await train(alone, { ...LONG, stoppingRule: { replicaCount } });
      assert.equal(expected.shardCount, 10);
    });
    after(async () => {
      await rm(folder, { recursive: true });
    });

    for (const workers of [2, 4]) {
      it(`with ${workers} workers as with one`, async () => {
        await using cluster = await Cluster.start(workers, 1);
        assert.deepEqual(answerOf(await train(cluster, LONG)), answerOf(expected));
      });
    }

    it("killed and resumed, and extended", async () => {
      const flags = ["--ledger", join(folder, "ledger.sqlite")];
      await using cluster = await Cluster.start(1, 1, flags);
      const name = await create(cluster, LONG);
      await watched(cluster, name, 1);
      await cluster.replaceCoordinator(flags);
      await cluster.killWorkers();
      const resumed = await cluster.api.getRun(name);
      assert.ok(!hasEnded(stateOf(resumed)), "it ended before its worker could be killed");
      await cluster.addWorker(1);
      assert.deepEqual(answerOf(await watched(cluster, name)), answerOf(expected));
      // A run that has ended is read from the ledger again, and goes on from there.
      await cluster.replaceCoordinator(flags);
      await cluster.api.extendRun(name, LONGER_RULE);
      assert.deepEqual(answerOf(await watched(cluster, name)), answerOf(expectedLonger));
    });
  });
});
