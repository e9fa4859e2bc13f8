import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { samplingToRun } from "../../shared/kinds/samplingInitialization/messages.ts";
import { samplingShardSize } from "../../shared/kinds/samplingInitialization/costs.ts";
import {
  parseSamplingFields,
  type SamplingFields,
} from "../../shared/kinds/samplingInitialization/specification.ts";
import { SAMPLING_INITIALIZATION } from "../../shared/kinds/samplingInitialization/samplingInitialization.ts";
import { championOf } from "../../shared/statistics/champion.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { loadBackend } from "../../worker/backends/registry.ts";
import { PYTHON_PACKAGES } from "../support/tiers/frameworks.ts";
import { needingPython, slow } from "../support/tiers/tiers.ts";
import { Cluster, sharedCluster } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

const NETWORK = { width: 8, depth: 100, negativeSlope: 0.1, weights: "gaussian" } as const;

/** What `lyapunov init --json` says of a candidate. */
interface InitJson {
  readonly criticalGain: number;
  readonly candidate: {
    readonly seed: string;
    readonly replica: string;
    readonly distance: number;
    readonly finalGrowth: number;
    readonly medianDistance: number | null;
    readonly growthDeviation: number | null;
    readonly reduction: number | null;
    readonly candidateCount: number | null;
    readonly growths: readonly { readonly depth: number; readonly growth: number }[];
  };
}

function fieldsOf(replicaCount: number, seed: bigint): SamplingFields {
  return parseSamplingFields({ network: NETWORK, seed, stoppingRule: { replicaCount } });
}

/** The champion of an exhaustive search in this process. */
async function searched(fields: SamplingFields, replicaCount: number) {
  const backend = await loadBackend("simd");
  const { values } = (await backend.sample?.({ ...fields, firstReplica: 0, replicaCount })) ?? {};
  assert.ok(values !== undefined);
  return championOf(2, 0, replicaCount, values);
}

function championIn({ chosenCandidate }: Run__Output) {
  const { replica, distance, finalGrowth } = chosenCandidate ?? {};
  return { replica: Number(replica), values: [distance, finalGrowth] };
}

describe("sampling initialization", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-sampling-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  slow("kills a coordinator and a worker under way").it(
    "chooses what an exhaustive search finds, on two workers, whoever is killed meanwhile",
    async () => {
      const fields = fieldsOf(2, 5n);
      const shardSize = samplingShardSize({ ...fields, kind: SAMPLING_INITIALIZATION });
      const count = 3 * shardSize;
      const ledger = ["--ledger", join(folder, "ledger.sqlite")];
      await using cluster = await Cluster.start(2, 1, ledger);
      const { name } = await cluster.api.createRun(samplingToRun(fieldsOf(count, 5n)), "");
      const reached = async (shards: number): Promise<Run__Output> => {
        for (;;) {
          const run = await cluster.api.getRun(name);
          if (hasEnded(stateOf(run))) return run;
          if ((run.progress?.completedShardCount ?? 0) >= shards) return run;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      await reached(1);
      cluster.workers[0]?.signal("SIGKILL");
      await cluster.replaceCoordinator(ledger);
      const run = await reached(Infinity);
      assert.equal(stateOf(run), "SUCCEEDED", run.error);
      assert.equal(run.shardCount, 3);
      assert.deepEqual(championIn(run), await searched(fields, count));
      const { distance = NaN, medianDistance = NaN, reduction } = run.chosenCandidate ?? {};
      assert.ok(distance < medianDistance);
      assert.equal(reduction, 1 - distance / medianDistance);
      // At the critical gain the mean growth is zero: |z| > 5 once in two million seeds.
      const { estimate = NaN, standardError = NaN } = run.estimates["finalGrowth"] ?? {};
      assert.ok(Math.abs(estimate) < 5 * standardError);
    },
  );

  const flags = "--width 8 --depth 100 --negative-slope 0.1 --ledger memory --quiet --threads 1";

  it("is a command that draws √depth candidates, and reproduces its choice by name", async () => {
    const found = await jsonHere<InitJson>(
      `init ${flags} --candidates auto --seed 9 --json`.split(" "),
    );
    assert.equal(found.candidate.candidateCount, 10);
    const champion = await searched(fieldsOf(10, 9n), 10);
    assert.equal(found.candidate.replica, String(champion?.replica));
    assert.equal(found.candidate.distance, champion?.values[0]);
    const again = await jsonHere<InitJson>(
      `init ${flags} --replica 9:${found.candidate.replica} --json`.split(" "),
    );
    assert.ok(Math.abs(again.candidate.distance - found.candidate.distance) < 1e-10);
    assert.equal(again.candidate.medianDistance, null);
    assert.deepEqual(again.candidate.growths, found.candidate.growths);
    assert.equal(again.candidate.growths.at(-1)?.depth, 100);
  });

  it("writes the same file for a candidate that is chosen and one that is named", async () => {
    const [chosen, named] = ["chosen", "named"].map((name) => join(folder, `${name}.safetensors`));
    const found = await jsonHere<InitJson>(
      `init ${flags} --candidates 20 --json --output ${chosen}`.split(" "),
    );
    const again = `--replica 0:${found.candidate.replica} --output ${named}`;
    await jsonHere<InitJson>(`init ${flags} ${again} --json`.split(" "));
    assert.deepEqual(await readFile(String(chosen)), await readFile(String(named)));
  });

  it("takes nothing away where all networks are alike", async () => {
    const line = "--width 4 --depth 20 --weights orthogonal --negative-slope 1 --candidates 5";
    const { candidate } = await jsonHere<InitJson>(
      `init ${line} --ledger memory --quiet --threads 1 --json`.split(" "),
    );
    assert.deepEqual([candidate.growthDeviation, candidate.reduction], [0, null]);
  });

  needingPython("numpy").it("writes weights whose growth NumPy finds again", async () => {
    const path = join(folder, "network.safetensors");
    const found = await jsonHere<InitJson>(
      `init ${flags} --candidates 20 --weights orthogonal --json --output ${path}`.split(" "),
    );
    const script = join(import.meta.dirname, "support/read_safetensors.py");
    const output = execFileSync("python3", [script, path, "0.1"], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: PYTHON_PACKAGES },
    });
    const { shape, growths, metadata } = JSON.parse(output) as {
      readonly shape: readonly number[];
      readonly growths: readonly number[];
      readonly metadata: Readonly<Record<string, string>>;
    };
    assert.deepEqual(shape, [100, 8, 8]);
    assert.equal(metadata["replica"], found.candidate.replica);
    // NumPy shows 2,000 inputs of its own: activations align, so that all grow about alike. Their mean
    // differs from that of the 16 probe inputs by the first layers, a few tenths.
    for (const { depth, growth } of found.candidate.growths) {
      assert.ok(Math.abs((growths[depth - 1] ?? NaN) - growth) < 0.5, `depth ${depth}`);
    }
  });

  for (const [args, sentence] of [
    ["--candidates 1", /--candidates: 1 is not allowed; give an integer from 2 to/],
    ["--candidates many", /--candidates: 'many' is not allowed; give an integer/],
    ["--candidates 9 --probes 0", /--probes: 0 is not allowed; give an integer from 1 to 1,024/],
    ["--probes 4", /--probes: '4' is not allowed here; give it with --candidates or --replica/],
    ["--replica 7", /--replica: '7' is not allowed; give a seed and the index/],
    [
      "--candidates 9 --framework jax",
      /--framework: 'jax' is not allowed beside --candidates or --replica; give --output/,
    ],
    ["--candidates 9 --output weights.bin", /does not end in \.safetensors/],
    [
      "--candidates 9 --backend webgpu",
      /--backend: 'webgpu' is not allowed; give one of simd, reference, any/,
    ],
  ] as const) {
    it(`refuses init ${args} in a sentence`, async () => {
      const { stderr, code } = await runHere(["init", "--width", "8", ...args.split(" ")]);
      assert.match(stderr, sentence);
      assert.equal(code, 2);
    });
  }

  it("refuses layers whose width changes, and what is too large, in a sentence", async () => {
    const rectangular = await runHere("init --widths 2,4,2 --candidates 9".split(" "));
    assert.match(rectangular.stderr, /--candidates: candidates with layers whose width changes/);
    const large = await runHere("init --width 8 --depth 10000000 --candidates 9".split(" "));
    assert.match(large.stderr, /--depth: 10000000 is not allowed .* give at most 1,000,000/);
    const dead = await runHere(
      "init --width 1 --negative-slope 0 --candidates 9 --ledger memory".split(" "),
    );
    assert.match(dead.stderr, /all 9 candidates are extinct; give more candidates, fewer --probes/);
    assert.equal(dead.code, 1);
  });

  it("is shown by runs show as what it is", async () => {
    const cluster = await sharedCluster();
    const { name } = await cluster.api.createRun(samplingToRun(fieldsOf(20, 3n)), "");
    await runHere(["runs", "watch", name, "--coordinator", cluster.address]);
    const { stdout } = await runHere(["runs", "show", name, "--coordinator", cluster.address]);
    assert.match(stdout, /sampling initialization with 16 probe inputs; gaussian/);
    assert.match(stdout, /candidate \d+ of seed 3/);
    assert.match(stdout, /% taken away/);
  });
});
