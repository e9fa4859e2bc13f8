import assert from "node:assert/strict";

import { sharedCluster, type Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { runHere } from "./support/inProcess.ts";

const NETWORK = "--width 7 --depth 4 --seed 21".split(" ");
const SHARD = 65_536;

/** Compares every extended run with one that had the last rule from the start. */
describe("lyapunov runs extend", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const [what, first, then] of [
    ["a whole number of shards", `--replicas ${2 * SHARD}`, `--replicas ${4 * SHARD}`],
    ["a last, short shard", `--replicas ${2 * SHARD + 7}`, `--replicas ${4 * SHARD + 4093}`],
    ["a last shard that stays short", `--replicas ${SHARD + 3}`, `--replicas ${SHARD + 5}`],
    ["less than one shard", "--replicas 1000", `--replicas ${SHARD + 1000}`],
    ["a precision", "--precision 0.0009", "--precision 0.00045"],
    ["two precisions", "--precision 0.0009", "--precision 0.0009 --variance-precision 0.0018"],
    ["a precision by a fixed number", "--precision 0.0009", `--replicas ${6 * SHARD + 11}`],
    [
      "a fixed number by a precision",
      `--replicas ${SHARD + 9}`,
      `--precision 0.0006 --minimum-replicas ${SHARD + 9}`,
    ],
  ] as const) {
    it(`continues ${what} to the same bytes as a run that was longer from the start`, async () => {
      const long = cluster.run([...NETWORK, ...then.split(" ")]);
      const short = await cluster.run([...NETWORK, ...first.split(" ")]);
      const extended = await extend(short.name, then.split(" "));
      assert.equal(answerOf(extended), answerOf(await long));
      assert.equal(extended.name, short.name);
      assert.ok(Number(extended.replicaCount) > Number(short.replicaCount));
    });
  }

  it("refuses to shorten a run, and leaves it as it was", async () => {
    const run = await cluster.run([...NETWORK, "--replicas", "5000"]);
    const { code, stdout, stderr } = await runHere([
      ..."runs extend --replicas 4999 --coordinator".split(" "),
      cluster.address,
      run.name,
    ]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^lyapunov: --replicas: .*4999.*5000.*\n$/);
    const shown = await jsonHere(["runs", "show", run.name, "--coordinator", cluster.address]);
    assert.deepEqual(shown, run);
  });

  async function extend(name: string, rule: readonly string[]): Promise<RunJson> {
    return jsonHere(["runs", "extend", name, ...rule, "--coordinator", cluster.address]);
  }
});
