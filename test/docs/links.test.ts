import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { posix } from "node:path";

import { ROOT } from "../system/support/command.ts";
import { readDocument, userDocuments } from "./support/documents.ts";
import { headingAnchors, relativeLinks } from "./support/links.ts";

const DOCUMENTS = [
  ...(await userDocuments()),
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "bench/README.md",
  "bench/testu01/README.md",
];

/** Largest README in bytes, so that a newcomer reads it to the end. */
const MAXIMUM_README_SIZE = 8000;

/** Matches files of these folders that a document names in inline code. */
const SOURCES =
  /`((?:shared|coordinator|worker|client|test|bench|deploy|proto|examples)\/[\w./-]+)`/g;

describe("the documents", () => {
  for (const document of DOCUMENTS) {
    it(`${document} links what is there`, async () => {
      const markdown = await readDocument(document);
      for (const { path, anchor } of relativeLinks(markdown)) {
        const target = posix.join(posix.dirname(document), path);
        const linked = path === "" ? document : target;
        assert.ok(existsSync(`${ROOT}${linked}`), `${document} links ${path}, which is not there`);
        if (anchor === undefined) continue;
        const anchors = headingAnchors(await readDocument(linked));
        assert.ok(
          anchors.has(anchor),
          `${document} links ${linked}#${anchor}, which is no heading`,
        );
      }
    });

    it(`${document} names files that are there`, async () => {
      for (const [, path] of (await readDocument(document)).matchAll(SOURCES)) {
        assert.ok(existsSync(`${ROOT}${path}`), `${document} names ${path}, which is not there`);
      }
    });
  }

  it("are all linked from the README, and from their own index", async () => {
    for (const index of ["README.md", "docs/README.md"]) {
      const links = relativeLinks(await readDocument(index));
      const linked = links.map(({ path }) => posix.join(posix.dirname(index), path));
      for (const document of await userDocuments()) {
        if (document.endsWith("README.md")) continue;
        assert.ok(linked.includes(document), `${index} does not link ${document}`);
      }
    }
  });

  it("begin with a README that a newcomer reads to the end", async () => {
    const readme = await readDocument("README.md");
    const size = Buffer.byteLength(readme);
    assert.ok(size <= MAXIMUM_README_SIZE, `README.md has ${size} bytes`);
    for (const command of ["npm ci && npm start", "npm ci && npm test"]) {
      assert.ok(readme.includes(`\n${command}\n`), `README.md does not say '${command}'`);
    }
  });
});
