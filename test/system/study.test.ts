import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { present } from "../support/present.ts";
import { sharedCluster, type Cluster } from "./support/cluster.ts";
import { startCommand } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

interface StudyJson {
  readonly name: string;
  readonly runs: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly seed: string;
    readonly training: { readonly learningRate: number };
    readonly estimates: Readonly<Record<string, { readonly estimate: number }>>;
  }[];
  readonly study: {
    readonly armCount: number;
    readonly trainingCount: number;
    readonly rules: readonly {
      readonly verdict: string;
      readonly choices: readonly {
        readonly initialization: string;
        readonly run: string;
        readonly learningRate: number;
        readonly loss: { readonly estimate: number };
      }[];
    }[];
  };
}

const INITIALIZATIONS = ["he_normal", "sampled_lyapunov_normal", "lyapunov_uniform"];
const RATES = [0.001, 0.03];

/** A study of tiny networks. */
function studyFile(steps: number): string {
  return `
name: tiny
task: iris
width: 2
depth: 3
steps: ${steps}
seeds: 8
seed: 5
initializations:
  - he_normal
  - sampled_lyapunov_normal
  - lyapunov_uniform
learningRates: [${RATES.join(", ")}]
`;
}

function estimatesOf({ stdout }: { readonly stdout: string }) {
  return (JSON.parse(stdout) as StudyJson).runs.map(({ estimates }) => estimates);
}

describe("lyapunov study", () => {
  let cluster: Cluster;
  let folder: string;
  let file: string;
  let study: StudyJson;
  let stderr: string;

  before(async () => {
    cluster = await sharedCluster();
    folder = await mkdtemp(join(tmpdir(), "lyapunov-study-"));
    file = join(folder, "study.yaml");
    await writeFile(file, studyFile(10));
    const ended = await here("study", file, "--json", "--plot", join(folder, "curves.svg"));
    study = JSON.parse(ended.stdout) as StudyJson;
    ({ stderr } = ended);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function here(...args: readonly string[]) {
    const ended = await runHere([...args, "--coordinator", cluster.address]);
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  }

  it("trains each initialization with each setting, from one seed", () => {
    assert.deepEqual(
      study.runs.map(({ displayName, training }) => [displayName, training.learningRate]),
      INITIALIZATIONS.flatMap((name) => RATES.map((rate) => [name, rate])),
    );
    assert.deepEqual([...new Set(study.runs.map(({ seed }) => seed))], ["5"]);
    assert.match(stderr, /submitted sweeps\/\w+ "tiny"/);
  });

  it("chooses the best setting of each by both rules", () => {
    const { armCount, trainingCount, rules } = study.study;
    assert.deepEqual([armCount, trainingCount], [6, 48]);
    for (const [i, quantity] of ["bestMedianTestLoss", "medianTestLoss"].entries()) {
      const { choices, verdict } = present(rules[i]);
      assert.deepEqual(
        choices.map(({ initialization, loss }) => [initialization, loss.estimate]),
        INITIALIZATIONS.map((name) => {
          const arms = study.runs.filter(({ displayName }) => displayName === name);
          return [name, Math.min(...arms.map((run) => Number(run.estimates[quantity]?.estimate)))];
        }),
      );
      assert.match(verdict, /has the lowest median test loss/);
    }
  });

  it("draws its learning curves", async () => {
    const svg = await readFile(join(folder, "curves.svg"), "utf8");
    for (const name of [...INITIALIZATIONS, "test loss"]) assert.ok(svg.includes(name), name);
  });

  it("is shown, watched, plotted and exported by its name", async () => {
    const shown = await here("sweeps", "show", study.name);
    const watched = await here("sweeps", "watch", study.name);
    assert.equal(shown.stdout, watched.stdout);
    assert.match(shown.stdout, /^sweeps\/\w+ "tiny": SUCCEEDED, 6 of 6 runs have ended\n/);
    assert.match(shown.stdout, /\n6 arms × 8 seeds: 48 networks trained\.\n/);
    const { stdout: json } = await here("sweeps", "show", study.name, "--json");
    assert.deepEqual((JSON.parse(json) as StudyJson).study, study.study);
    const plotted = await here("sweeps", "plot", study.name, "--text");
    assert.match(plotted.stdout, /● he_normal/);
    const single = await here("runs", "plot", present(study.runs[0]).name, "--text");
    assert.match(single.stdout, /Learning iris: he_normal/);
    const exported = await here("sweeps", "export", study.name, "--format", "csv");
    // A header, and a row for each checkpoint of each arm: before the first step, and after ten.
    assert.equal(exported.stdout.trim().split("\r\n").length, 1 + 6 * 11);
  });

  it("says of what it cannot do with trainings what can be done", async () => {
    const arm = present(study.runs[0]).name;
    for (const [command, remedy] of [
      [["runs", "plot", arm, "--kind", "depth"], /a training does not estimate; leave --kind out/],
      [
        ["runs", "extend", arm, "--precision", "0.1"],
        /estimates neither λ nor σ²; give --replicas/,
      ],
      [["sweeps", "extend", study.name, "--precision", "0.1"], /σ²; give --replicas/],
    ] as const) {
      const ended = await runHere([...command, "--coordinator", cluster.address]);
      assert.deepEqual([ended.code === 0, ended.stdout], [false, ""]);
      assert.match(ended.stderr, remedy);
    }
  });

  it("is refused before anything is started, with the place in the file", async () => {
    const bad = join(folder, "bad.yaml");
    await writeFile(bad, studyFile(10).replace("he_normal", "he_normal_"));
    const { code, stdout, stderr: said } = await runHere(["study", bad]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(
      said,
      /bad\.yaml:10:5: initializations\.0: 'he_normal_' is not allowed; did you mean he_normal\?/,
    );
  });

  it("goes on after kill -9, to the same bits", async () => {
    const longer = join(folder, "longer.yaml");
    await writeFile(longer, studyFile(3000));
    const command = ["study", longer, "--json", "--threads", "1", "--ledger"];
    const ledger = join(folder, "killed.sqlite");
    await using killed = startCommand(["--log-level", "info", ...command, ledger]);
    await killed.said(/"msg":"run ended"/);
    killed.signal("SIGKILL");
    assert.equal((await killed.ended).signal, "SIGKILL");
    const [resumed, whole] = await Promise.all(
      [ledger, join(folder, "whole.sqlite")].map((each) => runHere([...command, each])),
    );
    assert.equal(resumed?.code, 0, resumed?.stderr);
    assert.deepEqual(estimatesOf(present(resumed)), estimatesOf(present(whole)));
  });
});
