import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

interface Package {
  readonly gypfile?: boolean;
}

function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(ROOT, ...path), "utf8"));
}

describe("package-lock.json", () => {
  /**
   * `npm ci` asks only the lockfile whether a package is to be compiled, and `npm install` does not
   * write the answer there. Without it, an installation needs Python and make, though better-sqlite3
   * brings its binaries along.
   */
  it("says of packages that bring their binaries along that they are not to be compiled", () => {
    const { packages } = readJson("package-lock.json") as {
      readonly packages: Readonly<Record<string, Package>>;
    };
    const uncompiled = Object.keys(packages).filter(
      (path) =>
        path !== "" &&
        existsSync(join(ROOT, path, "binding.gyp")) &&
        (readJson(path, "package.json") as Package).gypfile === false,
    );
    assert.ok(uncompiled.includes("node_modules/better-sqlite3"));
    for (const path of uncompiled) {
      assert.equal(packages[path]?.gypfile, false, `add "gypfile": false to ${path}`);
    }
  });
});
