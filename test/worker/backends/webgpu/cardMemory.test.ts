import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cardMemory } from "../../../../worker/backends/webgpu/cardMemory.ts";
import { machineFiles } from "../../../../worker/backends/webgpu/machineFiles.ts";

describe("cardMemory", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "lyapunov-cards-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const plugIn = (name: string, memory?: string) => {
    const folder = join(root, "sys/class/drm", name, "device");
    mkdirSync(folder, { recursive: true });
    if (memory !== undefined) writeFileSync(join(folder, "mem_info_vram_total"), memory);
  };

  it("is what AMD's driver says of its only card", () => {
    plugIn("card0");
    plugIn("card1", "17163091968\n");
    plugIn("card1-DP-1", "1\n");
    assert.equal(cardMemory(machineFiles(root), "amd"), 17_163_091_968);
    assert.equal(cardMemory(machineFiles(root), "nvidia"), undefined);
  });

  it("is unknown where two cards might be meant, or none says it", () => {
    assert.equal(cardMemory(machineFiles(root), "amd"), undefined);
    plugIn("card0", "17163091968\n");
    plugIn("card1", "8573157376\n");
    assert.equal(cardMemory(machineFiles(root), "amd"), undefined);
  });
});
