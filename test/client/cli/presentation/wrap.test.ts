import assert from "node:assert/strict";

import { widthOf, wrapped, wrappedItems } from "../../../../client/cli/presentation/wrap.ts";

describe("lines that fit", () => {
  const TEXT =
    "−0.21380 ± 0.00043, 95 % in [−0.21464, −0.21295] (student_t); " +
    "exact −0.214328, z 1.24 or (0.3 ± 1.2)·10^−6 after 33 layers";

  it("break between words, never within a number, its error, an interval or a percentage", () => {
    for (let columns = 24; columns <= 130; columns++) {
      const lines = wrapped(TEXT, columns);
      for (const line of lines) assert.ok(widthOf(line) <= columns, line);
      assert.equal(lines.join(" "), TEXT);
      for (const whole of ["−0.21380 ± 0.00043", "95 %", "(0.3 ± 1.2)·10^−6", "z 1.24"]) {
        assert.ok(
          lines.some((line) => line.includes(whole)),
          `${whole} in ${columns} columns`,
        );
      }
    }
    assert.equal(wrapped(TEXT, Infinity).length, 1);
  });

  it("are as wide as a terminal shows them: a hat takes no column", () => {
    assert.equal(widthOf("λ̂"), 1);
    assert.equal(widthOf("−0.1 ± 0.2"), 10);
    assert.deepEqual(wrapped("λ̂ λ̂ λ̂", 5), ["λ̂ λ̂ λ̂"]);
  });

  it("break a word only where it is longer than a line", () => {
    assert.deepEqual(wrapped("a gap-free-name", 8), ["a", "gap-free", "-name"]);
  });

  it("have items with a dot between two of a line", () => {
    assert.deepEqual(wrappedItems(["z 1.2", "σ̂ 0.6 ± 0.1", "never"], 19), [
      "z 1.2 · σ̂ 0.6 ± 0.1",
      "never",
    ]);
  });
});
