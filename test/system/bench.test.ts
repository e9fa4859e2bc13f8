import assert from "node:assert/strict";

import type { NetworkRate } from "../../client/cli/presentation/rateTable.ts";
import { commandJson, runCommand, startCommand } from "./support/command.ts";
import { processTree, survivors } from "./support/processTree.ts";

interface Answer {
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly threads: number;
  readonly backend: string;
  readonly rates: readonly NetworkRate[];
}

const SHORT = ["--seconds", "0.01"];

/** The laws that a short measurement with the flags is of, with their parameters and samplings. */
async function measured(flags: string): Promise<string[]> {
  const line = `bench --width 8 --replicas 10 --depth 2 --threads 1 ${flags}`;
  const { rates } = await commandJson<Answer>([...line.trim().split(" "), ...SHORT]);
  return rates.map(({ network, sampling, run }) => {
    assert.ok(run.seconds !== null && run.secondsRange !== null);
    assert.ok(run.secondsRange.lower <= run.seconds && run.seconds <= run.secondsRange.upper);
    return [network.weights, network.degreesOfFreedom ?? network.density, sampling].join(" ");
  });
}

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

  it("takes each of its own defaults when it is given, and parameters for the laws that have them", async () => {
    const all = await measured("");
    assert.equal(all.length, 7 + 2);
    assert.ok(all.includes("student_t 5 dense") && all.includes("sparse_gaussian 0.25 dense"));
    assert.deepEqual(await measured("--degrees-of-freedom 5 --density 0.25 --backend simd"), all);
    const other = all.map((name) => name.replace("t 5", "t 3").replace("0.25", "0.5"));
    assert.deepEqual(await measured("--degrees-of-freedom 3 --density 0.5"), other);
    const isotropic = ["gaussian  isotropic", "orthogonal  isotropic"];
    assert.deepEqual(await measured("--sampling isotropic"), isotropic);
  });

  it("refuses a parameter that none of the laws that are named has", async () => {
    for (const flags of [
      "--density 0.5 --weights gaussian",
      "--degrees-of-freedom 3 --weights uniform",
    ]) {
      const { code, stdout, stderr } = await runCommand(["bench", ...flags.split(" ")]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^lyapunov: --\S+: \S+ is not allowed with \w+ weights/);
    }
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
