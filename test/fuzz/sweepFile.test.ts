import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import * as fc from "fast-check";
import { stringify } from "yaml";

import { InputError } from "../../client/sdk/errors.ts";
import { readSweepFile } from "../../client/sweepFile/readSweepFile.ts";
import { parseSweep } from "../../client/sweepFile/sweepFile.ts";
import { MAXIMUM_SWEEP_RUNS } from "../../shared/specification/commonFields.ts";
import { anyDouble, anyText, cases, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";

/** Twenty problems, and the number of the others. */
const MAXIMUM_LINES = 21;

/** Reads runs, or returns the sentence that refuses the file. Other errors are thrown. */
function outcome(text: string): { readonly runs: number } | { readonly sentence: string } {
  try {
    return { runs: parseSweep("sweep.yaml", text).runs.length };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { sentence: error.message };
  }
}

function assertSound(text: string): void {
  const result = outcome(text);
  if ("runs" in result) assert.ok(result.runs >= 1 && result.runs <= MAXIMUM_SWEEP_RUNS);
  else {
    const lines = result.sentence.split("\n");
    assert.ok(lines.length <= MAXIMUM_LINES);
    for (const line of lines) assert.match(line, /^sweep\.yaml:(\d+:\d+:)? \P{Cc}{5,600}$/u);
    assert.ok(result.sentence.isWellFormed());
  }
}

/** Draws the pieces of YAML in any order. */
const TOKENS: readonly string[] =
  `[|]|{|}|,|:|?|-|#|&|*|!|>|'|"|%|@|~|<|=|- |: |? |&a |*a|!!binary |!!set |
  <<: *a|name|grids|width|defaults|gain|1e999|0x10|.nan|.inf`
    .split("|")
    .concat("|", "`", "\n", "\t", "\r", " ", "\n  ", "---\n", "...\n", "%YAML 1.1\n");

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyDouble,
  anyText,
  fc.constantFrom(null, true, "he", "lyapunov", "gaussian", "student_t", "sparse_gaussian", "relu"),
  fc.array(fc.oneof(anyDouble, fc.constantFrom("gaussian", "he", 2)), { maxLength: 4 }),
  fc.object({ maxDepth: 2, maxKeys: 3 }),
);

const FIELDS =
  "width depth negativeSlope weights degreesOfFreedom density gain sampling backend seed replicas precision variancePrecision minimumReplicas maximumReplicas burnIn level checkpoints widht".split(
    " ",
  );
const sensible = fc.constantFrom<unknown>(1, 2, 64, 0.5, [2, 4], [1, 2, 3], "gaussian", ["he", 1]);
const anyBlock = fc.dictionary(
  fc.constantFrom(...FIELDS),
  fc.oneof({ weight: 3, arbitrary: sensible }, { weight: 1, arbitrary: anyValue }),
  { maxKeys: 6 },
);
const documents = fc.record(
  {
    name: fc.oneof(fc.constant("a"), anyText),
    firstSeed: fc.oneof(fc.constant(0), fc.maxSafeInteger(), anyValue),
    defaults: fc.oneof(anyBlock, anyValue),
    grids: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.array(
          anyBlock.map((fields) => ({ width: 2, ...fields })),
          { maxLength: 3 },
        ),
      },
      { weight: 1, arbitrary: anyValue },
    ),
  },
  { requiredKeys: ["name", "grids"] },
);

/** Files that are small but cost much, or are large, with the sentence that must refuse each. */
const BOMBS: readonly (readonly [what: string, text: string, sentence: RegExp])[] = [
  ["a billion laughs", laughs(10), /its aliases expand to too much/],
  ["an alias within itself", "&a {name: x, grids: [*a]}", /grids\.0\.name: there is no such field/],
  ["lists in lists", "[".repeat(100_000), /it is nested too deeply/],
  ["blocks in blocks", "{a: ".repeat(30_000), /it is nested too deeply/],
  [
    "blocks below blocks",
    Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    /nested too deeply/,
  ],
  ["keys that are blocks", "? ".repeat(5000), /it is nested too deeply/],
  ["a hundred megabytes", "x".repeat(100_000_000), /it is too long/],
  [
    "many keys",
    `{ ${Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join()} }`,
    /it has too many entries/,
  ],
  [
    "a long list",
    `{ name: a, grids: [{ width: [${"~,".repeat(100_000)}] }] }`,
    /it has too many entries/,
  ],
  [
    "many lists",
    `name: a\ngrids:\n${`- [${"~,".repeat(1900)}]\n`.repeat(50)}`,
    /it has too many entries/,
  ],
  ["16 axes of 100 values", `{ name: a, grids: [{ ${axes(100)} }] }`, /1e\+32 runs are too many/],
  [
    "a grid of a run too many",
    `{ name: a, grids: [{ width: [${numbers(3)}], depth: [${numbers(667)}] }] }`,
    /2001 runs are too many/,
  ],
  [
    "a value of many lines",
    "{ name: {a: 1, b: [1,2,3,4,5,6,7,8,9,10,11,12,13]}, grids: [{ width: 2 }] }",
    /name: \{.* is not allowed; give a text/,
  ],
  [
    "a text of two lines",
    '{ name: a, grids: [{ width: "a\\nb" }] }',
    /width: 'a\\nb' is not allowed/,
  ],
  [
    "a field of two lines",
    '{ name: a, grids: [{ "a\\nb": 2 }] }',
    /grids\.0\.a b: there is no such field/,
  ],
  [
    "a name of two lines",
    '{ name: "a\\nb", grids: [{ width: 2 }] }',
    /name: 'a\\nb' is not allowed; give one line/,
  ],
];

function laughs(levels: number): string {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < levels; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`);
  return lines.join("\n");
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join();
}

function axes(count: number): string {
  return FIELDS.filter((field) => !["checkpoints", "widht", "density", "weights"].includes(field))
    .map((field) => `${field}: [${numbers(count)}]`)
    .concat(`density: [${numbers(count)}]`, `weights: [gaussian]`)
    .join(", ");
}

describe("fuzzing: sweep files", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  for (const [what, text, sentence] of BOMBS) {
    it(`refuses ${what} at once, in a sentence`, () => {
      const heap = process.memoryUsage().heapUsed;
      const start = performance.now();
      const result = outcome(text);
      assert.ok("sentence" in result);
      assert.match(result.sentence, sentence);
      assertSound(text);
      // Twice, on a machine that others use, too. Without bounds these took minutes or gigabytes.
      assert.ok(performance.now() - start < 20_000);
      assert.ok(process.memoryUsage().heapUsed - heap < 400 * 2 ** 20);
    });
  }

  it("reads no more of an endless file than it needs to refuse it", async () => {
    assert.throws(
      () => readSweepFile("/dev/zero"),
      /^InputError: \/dev\/zero: the sweep file is a device; give a file$/,
    );
  });

  it("reads a file that is no text", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-fuzz-"));
    try {
      const path = join(folder, "sweep.yaml");
      await writeFile(path, Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80]));
      assert.throws(() => readSweepFile(path), InputError);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("any text is a sweep or refused in a sentence", () => {
    const texts = fc.oneof(
      anyText,
      fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join("")),
      fc.json({ maxDepth: 4 }),
    );
    fc.assert(fc.property(texts, assertSound), cases(3000, 5));
  });

  it("so is any document that is nearly one", () => {
    let taken = 0;
    fc.assert(
      fc.property(documents, (document) => {
        const text = stringify(document);
        assertSound(text);
        if ("runs" in outcome(text)) taken += 1;
      }),
      cases(2000, 6),
    );
    assert.ok(taken > 0, "all were refused: what is taken was not tried");
  });
});
