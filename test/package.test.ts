import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { posix } from "node:path";

import type * as Sdk from "../client/sdk/index.ts";
import { readDocument } from "./docs/support/documents.ts";
import { relativeLinks } from "./docs/support/links.ts";
import { ROOT } from "./system/support/command.ts";

/** Pages and pictures; a link to a source file leads to the repository. */
const SHOWN = /\.(?:md|svg|png|proto|ya?ml)$/;

/** Files that `npm pack` would put into the package. */
function packedFiles(): ReadonlySet<string> {
  const pack = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout, status } = spawnSync("npm", pack, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0);
  const packages = JSON.parse(stdout) as readonly Packed[] | Readonly<Record<string, Packed>>;
  return new Set(Object.values(packages).flatMap(({ files }) => files.map(({ path }) => path)));
}

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

describe("the package", () => {
  const packed = packedFiles();

  it("holds the command, what it serves and the contract", () => {
    for (const file of [
      "lyapunov",
      "dist/client/main.js",
      "dist/client/page/index.html",
      "dist/worker/backends/simd/kernel.wasm",
      "proto/lyapunov/v1/fleet_service.proto",
      "examples/headline.yaml",
      "dist/tools/tensorflow/setUp.js",
      "tools/tensorflow/package.json",
      "dist/client/tfjs/index.js",
      "client/python/pyproject.toml",
      "client/python/README.md",
      "client/python/lyapunov_init/__init__.py",
      "client/python/lyapunov_init/_gains.py",
      "client/python/lyapunov_init/py.typed",
      "tools/tensorflow/package-lock.json",
    ]) {
      assert.ok(packed.has(file), `${file} is not packed`);
    }
    for (const file of packed) assert.doesNotMatch(file, /^test\/|\.map$|\.binpb$|\.pyc$/);
  });

  it("holds the pages and pictures that its own pages show", async () => {
    const pages = [...packed].filter((file) => file.endsWith(".md"));
    assert.ok(pages.length > 10);
    for (const page of pages) {
      for (const { path } of relativeLinks(await readDocument(page))) {
        const linked = path === "" ? page : posix.join(posix.dirname(page), path);
        if (SHOWN.test(linked)) assert.ok(packed.has(linked), `${page} links ${linked}`);
      }
    }
  });

  it("can be imported by its name, and its contract found", async () => {
    const name = "lyapunov-cluster";
    const { SimulationApi } = (await import(name)) as typeof Sdk;
    using closing = new DisposableStack();
    const api = closing.adopt(new SimulationApi("127.0.0.1:1"), (each) => each.close());
    assert.equal(api.address, "127.0.0.1:1");
    const contract = import.meta.resolve(`${name}/proto/lyapunov/v1/run.proto`);
    assert.equal(contract, new URL("../proto/lyapunov/v1/run.proto", import.meta.url).href);
  });
});
