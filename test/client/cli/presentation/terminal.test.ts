import assert from "node:assert/strict";

import {
  canRedraw,
  drawingColumns,
  outputColumns,
} from "../../../../client/cli/presentation/terminal.ts";

describe("a line of a terminal", () => {
  it("can be drawn again, but not by a dumb one, nor in a file", () => {
    assert.equal(canRedraw({ isTTY: true }, { TERM: "xterm" }), true);
    assert.equal(canRedraw({ isTTY: true }, {}), true);
    assert.equal(canRedraw({ isTTY: true }, { TERM: "dumb" }), false);
    assert.equal(canRedraw({ isTTY: false }, { TERM: "xterm" }), false);
  });
});

describe("the width of the output", () => {
  const terminal = { isTTY: true, columns: 100 };

  it("is the terminal's, else COLUMNS, else without a limit", () => {
    assert.equal(outputColumns(terminal, { COLUMNS: "60" }), 100);
    assert.equal(outputColumns({ isTTY: false, columns: 100 }, { COLUMNS: "60" }), 60);
    assert.equal(outputColumns({}, {}), Infinity);
    assert.equal(drawingColumns({}, {}), 80);
    assert.equal(drawingColumns(terminal, {}), 100);
  });

  it("is usual where a terminal does not say it", () => {
    assert.equal(outputColumns({ isTTY: true, columns: 0 }, {}), 80);
    assert.equal(outputColumns({ isTTY: true }, { COLUMNS: "132" }), 132);
  });

  it("is never too small to read, and not what is no width", () => {
    assert.equal(outputColumns({ isTTY: true, columns: 12 }, {}), 40);
    assert.equal(outputColumns({}, { COLUMNS: "5" }), 40);
    for (const COLUMNS of ["0", "-3", "wide", "1e9", ""]) {
      assert.equal(outputColumns({}, { COLUMNS }), Infinity, COLUMNS);
    }
  });
});
