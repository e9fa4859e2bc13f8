import assert from "node:assert/strict";

import { rateTable, type NetworkRate } from "../../../../client/cli/presentation/rateTable.ts";

const RATE: NetworkRate = {
  network: { width: 1024, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: 1 },
  sampling: "dense",
  replicaLayersPerSecond: 1234.5,
  weightsPerSecond: 1_294_467_072,
  run: { replicaCount: 65_536, seconds: 3700, variance: null },
};

/** The cells of the rows, without the head. */
function rows(rates: readonly NetworkRate[]): string[][] {
  return rateTable(rates)
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .slice(1)
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("the table of rates", () => {
  it("shows what the machine does and how long a run takes", () => {
    assert.deepEqual(rows([RATE]), [
      ["gaussian", "dense", "1,024", "1,290,000,000", "1,230", "65,536", "1 h 1 min"],
    ]);
  });

  it("shows no weights where none are drawn, and two digits of short times", () => {
    const run = { ...RATE.run, seconds: 0.4567 };
    const [row] = rows([{ ...RATE, sampling: "isotropic", weightsPerSecond: null, run }]);
    assert.deepEqual([row?.[1], row?.[3], row?.at(-1)], ["isotropic", "–", "0.46 s"]);
  });

  it("says where replicas are a guess, or not known", () => {
    const variance = { value: 0.1, source: "measured" } as const;
    const guess = { replicaCount: 12_345, seconds: 12, variance };
    const unknown = { replicaCount: null, seconds: null, variance: null };
    const shown = rows([
      { ...RATE, run: guess },
      { ...RATE, run: unknown },
    ]);
    assert.deepEqual(
      shown.map((row) => row.slice(-2)),
      [
        ["≈ 12,300", "12 s"],
        ["–", "–"],
      ],
    );
  });
});
