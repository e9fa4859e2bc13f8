import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { replaceFolder } from "../../tools/replaceFolder.ts";

type Files = Readonly<Record<string, string>>;

describe("replacing a folder", () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "lyapunov-tests-"));
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });

  function folder(name: string, files: Files): string {
    const path = join(parent, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    }
    return path;
  }

  it("puts the new one in its place, without files of the old one", () => {
    const place = folder("dist", { "a.js": "old", "gone/b.js": "old" });
    replaceFolder(folder("next", { "a.js": "new", "c/d.js": "new" }), place);
    assert.deepEqual(
      new Set(readdirSync(place, { recursive: true, encoding: "utf8" })),
      new Set(["a.js", "c", "c/d.js"]),
    );
    assert.equal(readFileSync(join(place, "a.js"), "utf8"), "new");
    assert.deepEqual(readdirSync(parent), ["dist"]);
  });

  it("leaves one alone that holds the same", () => {
    const place = folder("dist", { "a.js": "same", "b/c.js": "same" });
    const { ino } = statSync(place);
    replaceFolder(folder("next", { "a.js": "same", "b/c.js": "same" }), place);
    assert.equal(statSync(place).ino, ino);
    assert.deepEqual(readdirSync(parent), ["dist"]);
  });

  it("needs no old one", () => {
    const place = join(parent, "dist");
    replaceFolder(folder("next", { "a.js": "new" }), place);
    assert.deepEqual(readdirSync(place), ["a.js"]);
  });
});
