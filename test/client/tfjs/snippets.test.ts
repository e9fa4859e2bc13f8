import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { tidy } from "@tensorflow/tfjs";

import type { Initializer } from "../../../client/tfjs/index.ts";
import { GROWTH_CASES, MOST_ERRORS, NEGATIVE_SLOPE } from "../../support/growthCases.ts";
import { printedInitializer } from "../../support/printedInitializer.ts";
import { slow } from "../../support/tiers/tiers.ts";
import { meanGrowth } from "./growth.ts";

const NAMES = {
  gaussian: "lyapunovNormal",
  orthogonal: "lyapunovOrthogonal",
  uniform: "lyapunovUniform",
} as const;

/** What a snippet exports, by its function's name. */
type Snippet = Readonly<
  Record<string, (options: { fanIn: number; fanOut: number; seed: number }) => Initializer>
>;

describe("initializers that are printed for TensorFlow.js", () => {
  for (const each of GROWTH_CASES) {
    slow("build 10,000 networks with what is printed for TensorFlow.js").it(
      `keep the mean log-norm of 10,000 networks of ${each.law} weights`,
      async () => {
        const make = (await pasted(await printedInitializer("tfjs", each)))[NAMES[each.law]];
        assert.ok(make !== undefined);
        let seed = 0;
        const { mean, standardError } = meanGrowth(each.sizes, NEGATIVE_SLOPE, (fanIn, fanOut) =>
          tidy(() => make({ fanIn, fanOut, seed: ++seed }).apply([fanIn, fanOut]).dataSync()),
        );
        assert.ok(Math.abs(mean) <= MOST_ERRORS * standardError, `${mean} ± ${standardError}`);
      },
    );
  }
});

/** Imports a snippet from a file of its own, outside the checkout, where no package has a name. */
async function pasted(snippet: string): Promise<Snippet> {
  const folder = mkdtempSync(join(tmpdir(), "lyapunov-snippets-"));
  try {
    const place = import.meta.resolve("@tensorflow/tfjs");
    const source = snippet.replace('"@tensorflow/tfjs"', JSON.stringify(place));
    assert.notEqual(source, snippet);
    const file = join(folder, "snippet.mjs");
    writeFileSync(file, source);
    return (await import(file)) as Snippet;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
