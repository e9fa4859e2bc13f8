import assert from "node:assert/strict";

import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";
import type { Observable } from "../../../shared/statistics/observable.ts";
import type { Backend, PropagationTask } from "../../../worker/backends/backend.ts";
import { computeShard } from "../../../worker/pool/shard.ts";
import { specificationWith } from "../../support/specifications.ts";
import { taskOf } from "../../support/runShards.ts";

/** Layer after which the last replica of every shard dies out. */
const END_OF_THE_LAST = 50;

/** Yields growth (r + 1) l of replica r after l layers, and its square; the last one dies out. */
class CountingBackend implements Backend {
  readonly generator = "counting-1";
  readonly asked: PropagationTask[] = [];

  async propagate(task: PropagationTask) {
    this.asked.push(task);
    const { depths, firstReplica, replicaCount } = task;
    const replicas = Array.from({ length: replicaCount }, (_, i) => firstReplica + i);
    const growthAt = (depth: number) =>
      replicas.map((replica, i) =>
        i === replicaCount - 1 && depth > END_OF_THE_LAST ? -Infinity : (replica + 1) * depth,
      );
    const values = depths.flatMap((depth) => [
      ...growthAt(depth),
      ...replicas.map((replica) => ((replica + 1) * depth) ** 2),
    ]);
    return { names: ["log_norm_growth", "square"], values: Float64Array.from(values) };
  }
}

/** An observable for the square of the growth, from the burn-in on or from the start. */
const SQUARE: Observable = { ...LOG_NORM_GROWTH, name: "square" };
const WHOLE_SQUARE: Observable = { ...SQUARE, sinceBurnIn: false, keptAt: "last_checkpoint" };

async function compute(
  input: Omit<PropagationInput, "network">,
  observables: readonly Observable[] = [LOG_NORM_GROWTH],
) {
  const planned = taskOf(
    specificationWith({
      network: { depth: 100 },
      checkpointDepths: [40, 80],
      stoppingRule: { replicaCount: 3 },
      ...input,
    }),
  );
  const task = { ...planned, observables };
  const backend = new CountingBackend();
  return { task, backend, partial: await computeShard(backend, task) };
}

describe("computeShard", () => {
  it("asks for the task's replicas and depths, and says who answered", async () => {
    const { task, backend, partial } = await compute({ seed: 5n, sampling: "dense" });
    assert.deepEqual(backend.asked, [
      {
        network: task.network,
        sampling: "dense",
        seed: 5n,
        depths: [40, 80, 100],
        firstReplica: 0,
        replicaCount: 3,
      },
    ]);
    assert.equal(partial.backend, "simd");
    assert.equal(partial.generator, "counting-1");
    assert.equal(partial.firstReplica, 0);
  });

  it("sums the growth at each checkpoint, the extinct apart", async () => {
    const { checkpoints } = (await compute({})).partial;
    assert.deepEqual(
      checkpoints.map((at) => [at.depth, at.survivorCount, at.extinctCount, at.moments[0]?.mean]),
      [
        [40, 3, 0, 80],
        [80, 2, 1, 120],
        [100, 2, 1, 150],
      ],
    );
  });

  it("takes off what each replica had grown in the burn-in, and looks there for nothing else", async () => {
    const { backend, partial } = await compute({ burnIn: 30 }, [LOG_NORM_GROWTH, SQUARE]);
    assert.deepEqual(backend.asked[0]?.depths, [30, 40, 80, 100]);
    assert.deepEqual(
      partial.checkpoints.map((at) => [at.depth, at.moments[0]?.mean, at.moments[1]?.mean]),
      [
        // Growth 1, 2, 3 a layer over 10 layers; squares (r + 1)² (40² − 30²).
        [40, 20, (700 * (1 + 4 + 9)) / 3],
        [80, 75, (5500 * (1 + 4)) / 2],
        [100, 105, (9100 * (1 + 4)) / 2],
      ],
    );
    assert.deepEqual(
      partial.checkpoints.map(({ extinctCount }) => extinctCount),
      [0, 1, 1],
    );
  });

  it("takes nothing off an observable that counts from the first layer, and keeps it at the end", async () => {
    const { partial } = await compute({ burnIn: 30 }, [LOG_NORM_GROWTH, WHOLE_SQUARE]);
    assert.deepEqual(partial.observables, ["log_norm_growth", "square"]);
    assert.deepEqual(
      partial.checkpoints.map(({ moments }) => moments.slice(1).map(({ mean }) => mean)),
      [[], [], [(10_000 * (1 + 4)) / 2]],
    );
  });

  it("picks what the task asks for, in its order, from what the backend observes", async () => {
    const { partial } = await compute({ burnIn: 1 }, [SQUARE]);
    assert.deepEqual(partial.observables, ["square"]);
    assert.equal(partial.checkpoints[0]?.moments[0]?.mean, ((40 ** 2 - 1) * (1 + 4 + 9)) / 3);
  });

  it("fails where the backend does not observe what the task asks for", async () => {
    const unheard = { ...SQUARE, name: "cube" };
    await assert.rejects(compute({}, [LOG_NORM_GROWTH, unheard]), /does not observe cube/);
  });

  it("takes off a single layer, too", async () => {
    const { backend, partial } = await compute({ burnIn: 1 });
    assert.deepEqual(backend.asked[0]?.depths, [1, 40, 80, 100]);
    assert.equal(partial.checkpoints[0]?.moments[0]?.mean, 2 * 39);
  });

  it("counts replicas that died out in the burn-in as extinct, and makes no NaN of them", async () => {
    const both = [LOG_NORM_GROWTH, SQUARE];
    const { partial } = await compute({ burnIn: 60, checkpointDepths: [80] }, both);
    for (const { survivorCount, extinctCount, moments, coMoments } of partial.checkpoints) {
      assert.deepEqual([survivorCount, extinctCount], [2, 1]);
      const sums = moments.flatMap(({ mean, m2, m3, m4 }) => [mean, m2, m3, m4]);
      assert.ok([...coMoments, ...sums].every(Number.isFinite));
    }
  });
});
