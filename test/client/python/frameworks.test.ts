import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Framework } from "../../../client/sdk/snippets/snippet.ts";
import type { PythonPackage } from "../../support/tiers/frameworks.ts";
import { needingPython } from "../../support/tiers/tiers.ts";
import { printedInitializer } from "../../support/printedInitializer.ts";
import { GROWTH_CASES, MOST_ERRORS, NEGATIVE_SLOPE } from "../../support/growthCases.ts";
import { scriptJson } from "./support.ts";

/** What initializers of a framework run in. */
interface Real {
  readonly framework: Framework;
  readonly packages: readonly PythonPackage[];
  readonly script: string;
}

const FRAMEWORKS: readonly Real[] = [
  { framework: "pytorch", packages: ["numpy", "torch"], script: "pytorch.py" },
  { framework: "jax", packages: ["numpy", "jax"], script: "jax_arrays.py" },
  { framework: "keras", packages: ["numpy", "keras"], script: "keras_kernels.py" },
];

/** The mean growth of 10,000 networks. */
interface Measured {
  readonly mean: number;
  readonly standardError: number;
}

describe("initializers in the frameworks that they are for", () => {
  for (const { framework, packages, script } of FRAMEWORKS) {
    // The seeds are fixed: with others, one run in 2,500 of each would raise a false alarm.
    needingPython(...packages).it(
      `keep the mean log-norm of 10,000 networks in ${framework}, shipped or printed`,
      async function (this: Mocha.Context) {
        this.timeout(600_000);
        const folder = mkdtempSync(join(tmpdir(), "lyapunov-snippets-"));
        try {
          const shipped = GROWTH_CASES.map((each) => ({ ...each, snippet: null }));
          const printed = await Promise.all(
            GROWTH_CASES.map(async (each) => {
              const snippet = join(folder, `${each.name}.py`);
              writeFileSync(snippet, await printedInitializer(framework, each));
              return { ...each, snippet };
            }),
          );
          const cases = [...shipped, ...printed].map((each) => ({
            ...each,
            negativeSlope: NEGATIVE_SLOPE,
            // What is printed for uniform weights is for one slope.
            takesSlope: each.law !== "uniform" || each.snippet === null,
          }));
          const measured = (await scriptJson(script, JSON.stringify(cases))) as Measured[];
          assert.equal(measured.length, cases.length);
          for (const [index, { mean, standardError }] of measured.entries()) {
            assert.ok(standardError > 0);
            const errors = mean / standardError;
            assert.ok(
              Math.abs(errors) <= MOST_ERRORS,
              `${errors}: ${JSON.stringify(cases[index])}`,
            );
          }
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    );
  }
});
