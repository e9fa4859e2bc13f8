import assert from "node:assert/strict";

import type { initJson } from "../../client/cli/presentation/initJson.ts";
import { FRAMEWORKS } from "../../client/sdk/snippets/snippet.ts";
import { present } from "../support/present.ts";
import { slow } from "../support/tiers/tiers.ts";
import { sharedCluster, type Cluster } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

type Initialization = ReturnType<typeof initJson>;

/** Two estimates differ by 5 of their standard errors once in 1.7 million choices of seeds. */
const Z_LIMIT = 5;

function asked(line: string): Promise<Initialization> {
  return jsonHere<Initialization>(["init", ...line.split(" ")]);
}

async function printed(line: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(["--quiet", "init", ...line.split(" ")]);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe("lyapunov init", () => {
  // docs/theory.md#reference-values, digit for digit.
  for (const [width, slope, gaussian, orthogonal] of [
    [2, 0.01, "5.938751", "4.449942"],
    [4, 0.2, "1.922327", "1.679263"],
    [16, 0.01, "1.544552", "1.496059"],
    [256, 0.2, "1.392963", "1.390242"],
  ] as const) {
    it(`knows the exact gains of width ${width}, slope ${slope}`, async () => {
      for (const [weights, gain] of Object.entries({ gaussian, orthogonal })) {
        const found = await asked(
          `--width ${width} --negative-slope ${slope} --weights ${weights}`,
        );
        assert.equal(found.criticalGain?.toFixed(6), gain);
        assert.equal(found.standardError, null);
        assert.equal(found.standardDeviation, present(found.criticalGain) / Math.sqrt(width));
      }
    });
  }

  it("says what the usual initializations would do instead", async () => {
    const { alternatives, verdict, spread } = await asked("--width 16 --depth 200");
    const he = present(alternatives.find(({ name }) => name === "he"));
    assert.equal(he.lyapunovExponent?.toFixed(6), "-0.088211");
    assert.deepEqual([he.fate, he.typicalGrowth], ["vanishes", 200 * he.lyapunovExponent]);
    const orthogonal = present(alternatives.find(({ name }) => name === "orthogonal_he"));
    assert.equal(orthogonal.lyapunovExponent?.toFixed(6), "-0.056311");
    const gains = alternatives.map(({ name, gain }) => `${name} ${gain.toFixed(3)}`);
    assert.deepEqual(gains, [
      "he 1.414",
      "xavier 1.000",
      "lecun 1.000",
      "orthogonal_he 1.414",
      "orthogonal 1.000",
      "pytorch 0.577",
    ]);
    assert.match(verdict, /^Scatters: .* with He's gain it would shrink 4\.6·10\^7-fold\.$/);
    // σ√200 times the quantile of the normal law.
    const upper = present(spread).growthQuantiles.at(-1)?.value;
    assert.equal(upper?.toFixed(4), (1.6448536 * Math.sqrt(200 * 0.104965751)).toFixed(4));
  });

  it("goes layer by layer where the width changes", async () => {
    const found = await asked("--widths 4,16,16,1 --weights gaussian --negative-slope 0.2");
    assert.equal(found.criticalGain, null);
    assert.deepEqual([found.widths, found.depth], [[4, 16, 16, 1], 3]);
    const shapes = present(found.layers).map(({ fanIn, fanOut }) => [fanIn, fanOut]);
    assert.deepEqual(shapes, [
      [4, 16],
      [16, 16],
      [16, 1],
    ]);
    // Of one unit: log|z| of a normal z has the mean −½(γ + log 2), and half of all lose log 5.
    const log = (0.5772156649015329 + Math.LN2 + Math.log(5)) / 2 + Math.log(4);
    assert.equal(found.layers?.[2]?.criticalGain.toFixed(9), Math.exp(log).toFixed(9));
    const he = found.alternatives.find(({ name }) => name === "he");
    assert.equal(typeof he?.typicalGrowth, "number");
    // Of uniform weights there is no table for such layers.
    const pytorch = found.alternatives.find(({ name }) => name === "pytorch");
    assert.equal(pytorch?.typicalGrowth, null);
    assert.match(await printed("--widths 4,16,16,1"), /16 → 1 /);
  });

  it("takes a list of equal widths for what it is", async () => {
    assert.deepEqual(await asked("--widths 8,8,8"), await asked("--width 8 --depth 2"));
  });

  it("speaks of survivors, and of how many there are, for ReLU", async () => {
    const text = await printed("--width 4 --depth 200 --negative-slope 0");
    assert.match(text, /critical gain of survivors/);
    assert.match(text, /Dies: .* extinct over 200 layers/);
    const { survival } = await asked("--width 10 --depth 100 --negative-slope 0");
    assert.equal(survival.toFixed(12), ((1 - 2 ** -10) ** 100).toFixed(12));
  });

  it("prints code and nothing else for a framework", async () => {
    for (const framework of FRAMEWORKS) {
      for (const weights of ["gaussian", "orthogonal"]) {
        const line = `--width 16 --depth 200 --negative-slope 0.01 --weights ${weights} --framework ${framework}`;
        const code = await printed(line);
        const comment = framework === "tfjs" ? "//" : "#";
        assert.ok(code.startsWith(`${comment} Made by: lyapunov init ${line}\n`), code);
        assert.match(code, /Usage:/);
      }
    }
  });

  it("says of the last layer, and of survivors, what its numbers are of", async () => {
    const text = await printed("--widths 4,16,1");
    assert.match(
      text,
      /for a last layer without it, ask for its two widths with --negative-slope 1/,
    );
    assert.match(text, /gain of the first layer/);
    assert.match(
      await printed("--width 4 --negative-slope 0"),
      /typical survivor after 200 layers/,
    );
  });

  for (const [line, sentence] of [
    ["--widths 4,,4", /--widths: '4,,4' is not allowed, as a width is missing in it; give 2 to/],
    [
      "--width 4 --negative-slope 1e-200 --framework jax",
      /--negative-slope: 1e-200 is not allowed with --framework, .*; give 0, or a number/,
    ],
    ["--width 4 --negative-slope 1e300 --framework tfjs", /--negative-slope: 1e\+300 is not/],
  ] as const) {
    it(`refuses init ${line} in a sentence`, async () => {
      const { stderr, code } = await runHere(["init", ...line.split(" ")]);
      assert.match(stderr, sentence);
      assert.equal(code, 2);
    });
  }

  describe("of a law without closed form", () => {
    let cluster: Cluster;

    before(async () => {
      cluster = await sharedCluster();
    });

    for (const [declare, network, seed] of [
      [it, "--width 8 --depth 40 --negative-slope 0.3 --weights uniform", 11],
      [it, "--width 8 --depth 40 --negative-slope 0.3 --weights rademacher", 12],
      [
        slow("its numbers take long to draw").it,
        "--width 4 --depth 40 --negative-slope 0.9 --weights student_t --degrees-of-freedom 5",
        13,
      ],
    ] as const) {
      declare(`finds a gain at which an independent run has λ = 0: ${network}`, async () => {
        const found = await asked(`${network} --coordinator ${cluster.address}`);
        const { criticalGain, standardError } = found;
        assert.ok(Number(standardError) / Number(criticalGain) <= 1e-4, String(standardError));
        const first = await cluster.api.getRun(present(found.run));
        assert.notEqual(first.seed, String(seed));
        const run = await cluster.run([
          ...network.split(" "),
          ...`--gain ${criticalGain} --seed ${seed} --replicas 20000 --level 0.9999`.split(" "),
        ]);
        const { estimate, standardError: error, lower, upper } = present(run.lyapunovExponent);
        const z =
          Number(estimate) /
          Math.hypot(Number(error), Number(standardError) / Number(criticalGain));
        assert.ok(Math.abs(z) < Z_LIMIT, `z = ${z}`);
        // The first run's error is far smaller than this one's: zero lies in 0.9999 of intervals.
        assert.ok(Number(lower) < 0 && Number(upper) > 0, `[${lower}, ${upper}]`);
      });
    }

    it("prints the gain with its error, and code that holds it", async () => {
      const line = `--width 8 --depth 40 --negative-slope 0.3 --weights uniform --coordinator ${cluster.address}`;
      const { criticalGain, bound, standardDeviation, standardError } = await asked(line);
      assert.equal(bound, Math.sqrt(3) * Number(standardDeviation));
      const text = await printed(line);
      assert.match(text, new RegExp(`critical gain +│ ${criticalGain?.toFixed(3)}\\d* ± 0\\.000`));
      const code = await printed(`${line} --framework pytorch --precision 9e-5`);
      assert.match(
        code,
        /^# Made by: .* --weights uniform --precision 0\.00009 --framework pytorch\n/,
      );
      // More replicas of the same random numbers: within five of the first's errors.
      const [, written] = /return ([\d.]+)\n/.exec(code) ?? [];
      assert.ok(Math.abs(Number(written) - Number(criticalGain)) < 5 * Number(standardError), code);
    });
  });
});
