import assert from "node:assert/strict";
import { PROCESSOR_BACKENDS } from "../../../shared/specification/backends.ts";
import { GENERATOR } from "../../../shared/random/stream.ts";
import {
  loadKernel,
  RELAXED_SIMD_PROBE,
  SIMD_PROBE,
} from "../../../worker/backends/simd/kernel.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";

describe("loadBackend", () => {
  it("loads every backend, all with the same generator", async () => {
    for (const name of PROCESSOR_BACKENDS) {
      assert.equal((await loadBackend(name)).generator.split(" ")[0], GENERATOR);
    }
  });

  it("names in the generator of simd how this processor rounds", async () => {
    const { generator } = await loadBackend("simd");
    assert.match(generator, / (fused|unfused)$/);
    const kernel = await loadKernel();
    assert.equal(generator.endsWith(" fused"), Boolean(kernel.fusesMultiplyAdd()));
  });

  it("tells what this machine has from what it lacks", () => {
    // The probes are whole modules: if they were malformed, no machine would pass.
    for (const probe of [SIMD_PROBE, RELAXED_SIMD_PROBE]) {
      assert.equal(WebAssembly.validate(probe), true);
      assert.equal(WebAssembly.validate(probe.subarray(0, -2)), false);
    }
  });

  it("says in a sentence that there is no relaxed SIMD", async () => {
    const { validate } = WebAssembly;
    WebAssembly.validate = (bytes) => bytes !== RELAXED_SIMD_PROBE && validate(bytes);
    try {
      await assert.rejects(loadBackend("simd"), /^Error: backend simd: .* no relaxed WebAssembly/);
    } finally {
      WebAssembly.validate = validate;
    }
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
