import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { reportToJson } from "../../client/reproduce/reportJson.ts";
import { slow } from "../support/tiers/tiers.ts";
import { runHere } from "./support/inProcess.ts";

describe("lyapunov reproduce", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-reproduce-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /*
   * The seeds are fixed. With others the claim, which is true, would be said not to hold once in a
   * thousand.
   */
  it("computes a claim, and reports it with figures, verdict and every number", async () => {
    const output = join(folder, "report");
    const { code, stdout, stderr } = await runHere([
      ..."reproduce --quick --only lyapunov --strict --quiet --json --threads 2".split(" "),
      "--ledger",
      "memory",
      "--output",
      output,
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, `written: ${join(output, "report.md")}\n`);
    type Report = ReturnType<typeof reportToJson>;
    const [printed, written] = [stdout, await readFile(join(output, "report.json"), "utf8")].map(
      (text) => JSON.parse(text) as Report,
    );
    assert.deepEqual(printed, written);
    assert.equal(printed?.command, "lyapunov reproduce --quick --only lyapunov");
    const [claim, ...others] = printed?.claims ?? [];
    assert.equal(others.length, 0);
    assert.equal(claim?.verdict, "holds", JSON.stringify(claim?.checks));
    // Runs come in the order in which they were asked for.
    const seeds = claim?.runs.map(({ seed }) => Number(seed)) ?? [];
    assert.deepEqual(
      seeds.slice(0, 20),
      Array.from({ length: 20 }, (_, i) => 60_000 + i),
    );
    const text = await readFile(join(output, "report.md"), "utf8");
    assert.match(text, /Holds: 1 of 1 claim\. Does not hold: 0\. Cannot be told: 0\./);
    for (const [, file = ""] of text.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)) {
      assert.match(await readFile(join(output, file), "utf8"), /^<svg /);
    }
  }).timeout(120_000);

  slow("train hundreds of networks").describe("with a claim about learning", () => {
    it("trains a study, and says what came out, whatever that is", async () => {
      const output = join(folder, "learning");
      const { code, stdout, stderr } = await runHere([
        ..."reproduce --quick --only score --quiet --threads 2 --ledger memory --output".split(" "),
        output,
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Learning the score[^\n]*(?:holds|does not hold|cannot be told)/);
      const text = await readFile(join(output, "report.md"), "utf8");
      assert.match(text, /32 arms of 15 seeds each: 480 networks were trained\./);
      assert.match(text, /\| test loss of he_normal over that of \w*lyapunov\w* \| [\d.]+ \|/);
      assert.match(await readFile(join(output, "score.svg"), "utf8"), /^<svg /);
    }).timeout(300_000);
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    [
      "a claim that there is not",
      "--only lln,frob",
      /--only: 'lln,frob' is not allowed; give some of lln, clt,/,
    ],
    [
      "a folder that is a file",
      "--output FILE",
      /--output: no files can be written to '.*' \(.*\); give a writable folder/,
    ],
  ];
  for (const [what, flags, sentence] of refusals) {
    it(`refuses ${what}`, async () => {
      const file = join(folder, "a-file");
      if (!existsSync(file)) await writeFile(file, "");
      const args = flags.replace("FILE", file).split(" ");
      const { code, stdout, stderr } = await runHere(["reproduce", "--quick", ...args]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, sentence);
    });
  }
});
