import assert from "node:assert/strict";
import { BACKENDS } from "../../../shared/network/backends.ts";
import { GENERATOR } from "../../../shared/random/stream.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";

describe("loadBackend", () => {
  it("loads every backend, all with the same generator", async () => {
    for (const name of BACKENDS) assert.equal((await loadBackend(name)).generator, GENERATOR);
  });

  it("says in a sentence that there is no SIMD, rather than use another backend", async () => {
    const { validate } = WebAssembly;
    WebAssembly.validate = () => false;
    try {
      await assert.rejects(loadBackend("simd"), /^Error: backend simd: .* no WebAssembly SIMD;/);
    } finally {
      WebAssembly.validate = validate;
    }
  });
});
