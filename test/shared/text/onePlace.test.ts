import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

/** What writes a number in a way of its own. */
const FORMATTERS = /\.to(?:Fixed|Precision|Exponential|LocaleString)\(|Intl\.NumberFormat/;

/** Places in pictures, which nobody reads as numbers. */
const COORDINATES = new Set(["client/page/fluctuationChart.ts", "client/page/phaseDiagram.ts"]);

describe("the sources", () => {
  it("write numbers for people in one room only, so that all of them look alike", () => {
    const files = globSync("{shared,coordinator,client}/**/*.ts", { cwd: ROOT })
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => !file.startsWith("shared/text/") && !COORDINATES.has(file));
    assert.ok(files.length > 100);
    for (const file of files) {
      assert.doesNotMatch(readFileSync(join(ROOT, file), "utf8"), FORMATTERS, file);
    }
  });
});
