import assert from "node:assert/strict";

import { runBlock } from "./support/blockRun.ts";
import { codeBlocks, readDocument, userDocuments, type CodeBlock } from "./support/documents.ts";
import { Scratch } from "./support/scratch.ts";
import { World } from "./support/surroundings.ts";
import { needing } from "../support/tiers/tiers.ts";

const documents = new Map<string, readonly CodeBlock[]>();
for (const document of await userDocuments()) {
  documents.set(document, codeBlocks(document, await readDocument(document)));
}
const blocks = [...documents.values()].flat();

/** Debian packages of the programs that the commands call, besides lyapunov. */
const PACKAGES = [
  "bash",
  "curl",
  "libprotobuf-dev",
  "openssl",
  "postgresql",
  "protobuf-compiler",
  "python3-grpcio",
  "python3-protobuf",
  "sqlite3",
] as const;

/** Runs the commands of the documents. docs/README.md says how a block tells what it needs. */
needing(...PACKAGES).describe("the commands in the documents", () => {
  let world: World;
  before(() => {
    world = new World();
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    for (const { place, notRun } of blocks) {
      if (notRun !== undefined) process.stdout.write(`      not run: ${place}: ${notRun}\n`);
    }
  });

  it("stand in blocks of the language bash, and nowhere else", async () => {
    const known = new Set(["bash", "js", "json", "python", "text", "yaml"]);
    for (const { place, language, file } of blocks) {
      assert.ok(known.has(language), `${place}: '${language}' is not one of ${[...known].join()}`);
      assert.ok(language !== "bash" || file === undefined, `${place}: a file is not run`);
    }
    for (const document of documents.keys()) {
      const indented = /^(?: {4}|\t)(?:npx|npm|(?:\.\/)?lyapunov|docker|curl) .*/m.exec(
        await readDocument(document),
      );
      assert.equal(indented, null, `${document}: give '${indented?.[0]}' a bash block`);
    }
  });

  for (const [document, own] of documents) {
    describe(document, () => {
      let scratch: Scratch;
      before(async () => {
        scratch = await Scratch.make();
      });
      after(async () => {
        await scratch[Symbol.asyncDispose]();
      });

      for (const block of own) {
        const { place, language, file, notRun, text } = block;
        if (file !== undefined) {
          it(`${place} is a file`, async () => {
            await scratch.write(file, text);
          });
        } else if (language === "bash" && notRun === undefined) {
          it(`${place} runs`, async () => {
            await runBlock(block, scratch, await world.surround(block));
          }).timeout(600_000);
        }
      }
    });
  }
});
