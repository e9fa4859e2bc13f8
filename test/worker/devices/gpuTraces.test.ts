import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { mayHaveGpu } from "../../../worker/devices/gpuTraces.ts";

describe("mayHaveGpu", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "lyapunov-dev-"));
    for (const name of ["null", "nvme0", "dri-like"]) writeFileSync(join(root, name), "");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("sees none where no driver has left a trace", () => {
    assert.equal(mayHaveGpu("linux", root), false);
    mkdirSync(join(root, "dri"));
    // A screen without anything that computes.
    writeFileSync(join(root, "dri", "card0"), "");
    assert.equal(mayHaveGpu("linux", root), false);
    assert.equal(mayHaveGpu("linux", join(root, "missing")), false);
  });

  for (const name of ["nvidia0", "nvidiactl", "kfd", "dxg", "dri/renderD128"]) {
    it(`sees one by /dev/${name}`, () => {
      mkdirSync(join(root, "dri"));
      writeFileSync(join(root, name), "");
      assert.equal(mayHaveGpu("linux", root), true);
    });
  }

  it("does not know other systems", () => {
    assert.equal(mayHaveGpu("darwin", root), true);
  });
});
