import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { present } from "../support/present.ts";
import { runHere } from "./support/inProcess.ts";

/** The ledger that version 0.1.0 wrote. */
const EARLIER = new URL("../coordinator/ledger/fixtures/before-kinds.sqlite.gz", import.meta.url);
/** One of its runs, a shard that was not full; and what it was asked for. */
const SHORT = "runs/270766b36054";
const SHORT_FLAGS =
  "--width 4 --depth 50 --negative-slope 0.01 --weights uniform --gain he --seed 7";
/** Another one, a full shard that stays as it is when the run is extended. */
const FULL = "runs/195d21d72881";
const FULL_FLAGS =
  "--width 5 --depth 20 --negative-slope 0.01 --weights student_t --degrees-of-freedom 5 --gain he --seed 4 --sampling dense";

/** Runs of version 0.1.0 had no burn-in by rule, and keep what they have. */
describe("a run that version 0.1.0 has finished", () => {
  let folder: string;
  let cluster: Cluster;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-earlier-"));
    const path = join(folder, "ledger.sqlite");
    writeFileSync(path, gunzipSync(readFileSync(EARLIER)));
    cluster = await Cluster.start(1, 2, ["--ledger", path]);
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function extendedAndNew(name: string, flags: string, replicas: number) {
    const rule = ["--replicas", String(replicas)];
    const extend = ["runs", "extend", name, ...rule, "--coordinator", cluster.address];
    const extended = await jsonHere<RunJson>(extend);
    const fromScratch = await cluster.run([...flags.split(" "), "--burn-in", "0", ...rule]);
    return { extended, fromScratch };
  }

  it("is extended to the same bytes as a new run without burn-in", async () => {
    const { extended, fromScratch } = await extendedAndNew(SHORT, SHORT_FLAGS, 150_000);
    assert.equal(extended.name, SHORT);
    assert.equal(answerOf(extended), answerOf(fromScratch));
  });

  it("keeps a full shard, whose sums and histogram are those of a new one", async () => {
    const { extended, fromScratch } = await extendedAndNew(FULL, FULL_FLAGS, 100_000);
    const earlier = extended.checkpoints.at(-1)?.histogram;
    const { minimum, maximum, ...bins } = present(fromScratch.checkpoints.at(-1)?.histogram);
    // Version 0.1.0 did not keep the least and the greatest of what it saw.
    assert.ok(Number(minimum) < Number(maximum));
    assert.deepEqual({ ...earlier }, { ...bins });
    assert.deepEqual(momentsOf(extended), momentsOf(fromScratch));
    const sums = { ...fromScratch, checkpoints: extended.checkpoints };
    assert.equal(answerOf(extended), answerOf(sums));
  });

  it("says that it has no burn-in, where a new one would have", async () => {
    const shown = await runHere(["runs", "show", SHORT, "--coordinator", cluster.address]);
    assert.match(shown.stdout, /burn-in +│ none/);
  });
});

/** All checkpoints without their histograms. */
function momentsOf({ checkpoints }: RunJson) {
  return checkpoints.map(({ histogram: _histogram, ...rest }) => rest);
}
