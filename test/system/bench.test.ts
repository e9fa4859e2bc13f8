import assert from "node:assert/strict";

import type { NetworkRate } from "../../client/cli/presentation/rateTable.ts";
import { commandJson, startCommand } from "./support/command.ts";
import { processTree, survivors } from "./support/processTree.ts";

interface Answer {
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly threads: number;
  readonly backend: string;
  readonly rates: readonly NetworkRate[];
}

const SHORT = ["--seconds", "0.01"];

describe("lyapunov bench", () => {
  it("measures every law at every width, and predicts what a run takes", async () => {
    const { threads, backend, machine, rates } = await commandJson<Answer>([
      ..."bench --width 8,12 --depth 10 --precision 1e-3 --threads 2".split(" "),
      ...SHORT,
    ]);
    assert.deepEqual([threads, backend, machine.node], [2, "simd", process.versions.node]);
    // Seven laws drawn as matrices, two of them as norms too.
    assert.equal(rates.length, 2 * (7 + 2));
    for (const { network, sampling, run, ...rate } of rates) {
      const where = `${network.weights} ${sampling} ${network.width}`;
      assert.ok(rate.replicaLayersPerSecond > 0, where);
      if (sampling === "isotropic") assert.equal(rate.weightsPerSecond, null, where);
      else {
        assert.equal(rate.weightsPerSecond, rate.replicaLayersPerSecond * network.width ** 2);
      }
      assert.ok(run.replicaCount !== null && run.replicaCount >= 1024, where);
      assert.equal(run.seconds, (run.replicaCount * 10) / rate.replicaLayersPerSecond, where);
      const hasClosedForm = ["gaussian", "orthogonal"].includes(network.weights);
      assert.equal(run.variance?.source, hasClosedForm ? "exact" : "measured", where);
    }
  });

  it("measures what is named, and takes the replicas that are given", async () => {
    const { rates } = await commandJson<Answer>([
      ..."bench --weights student_t --degrees-of-freedom 3 --width 4 --replicas 77".split(" "),
      ..."--depth 5 --threads 1 --backend reference".split(" "),
      ...SHORT,
    ]);
    assert.equal(rates.length, 1);
    const [{ network, run } = {}] = rates;
    assert.deepEqual([network?.degreesOfFreedom, network?.depth], [3, 5]);
    assert.deepEqual([run?.replicaCount, run?.variance], [77, null]);
  });

  it("ends at once on Ctrl-C and leaves nothing behind", async () => {
    await using started = startCommand(["bench", "--seconds", "60", "--threads", "1"], {
      group: true,
    });
    await started.said(/bench/);
    const tree = await processTree(started.pid);
    started.signal("SIGINT");
    assert.deepEqual(await survivors(tree, 2000), []);
    const { code, stdout, stderr } = await started.ended;
    assert.deepEqual([code, stdout], [130, ""]);
    assert.match(stderr, /\ninterrupted\n$/);
  });
});
