import assert from "node:assert/strict";
import { rowsOfStrip } from "../../../../shared/random/stream.ts";
import { chunksOf } from "../../../../worker/backends/webgpu/orthogonal/chunks.ts";

describe("chunks of an orthogonal layer", () => {
  it("are whole strips, cover the layer, and take a bounded memory", () => {
    for (const width of [33, 63, 64, 65, 256, 257, 512, 513, 530, 1024, 1025, 4096]) {
      const { stripsPerChunk, rowsPerChunk, firstRows } = chunksOf(width);
      assert.equal(rowsPerChunk, stripsPerChunk * rowsOfStrip(width));
      for (const [chunk, firstRow] of firstRows.entries()) {
        assert.equal(firstRow, chunk * rowsPerChunk);
        assert.ok(firstRow < width);
      }
      assert.ok(firstRows.length * rowsPerChunk >= width);
      assert.ok(4 * rowsPerChunk * width <= 256 * 1024);
    }
  });

  it("are one as far as a width of 256", () => {
    assert.equal(chunksOf(256).firstRows.length, 1);
    assert.equal(chunksOf(257).firstRows.length, 2);
  });
});
