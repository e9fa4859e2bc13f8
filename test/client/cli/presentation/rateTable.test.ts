import assert from "node:assert/strict";

import {
  machineText,
  rateTable,
  type NetworkRate,
} from "../../../../client/cli/presentation/rateTable.ts";

const RATE: NetworkRate = {
  network: { width: 1024, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: 1 },
  sampling: "dense",
  replicaLayersPerSecond: 1234.5,
  weightsPerSecond: 1_294_467_072,
  replicaLayersPerSecondRange: { lower: 1200, upper: 1250 },
  run: {
    replicaCount: 65_536,
    seconds: 3700,
    secondsRange: { lower: 3690, upper: 3710 },
    variance: null,
  },
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
    const run = { ...RATE.run, seconds: 0.4567, secondsRange: { lower: 0.45, upper: 0.46 } };
    const [row] = rows([{ ...RATE, sampling: "isotropic", weightsPerSecond: null, run }]);
    assert.deepEqual([row?.[1], row?.[3], row?.at(-1)], ["isotropic", "–", "0.46 s"]);
  });

  it("says where replicas are a guess, or not known, and how sure the time is", () => {
    const variance = { value: 0.1, source: "measured" } as const;
    const guess = {
      replicaCount: 12_345,
      seconds: 12,
      secondsRange: { lower: 8.1, upper: 72 },
      variance,
    };
    const unknown = { replicaCount: null, seconds: null, secondsRange: null, variance: null };
    const shown = rows([
      { ...RATE, run: guess },
      { ...RATE, run: unknown },
    ]);
    assert.deepEqual(
      shown.map((row) => row.slice(-2)),
      [
        ["≈ 12,300", "12 s (8.1 s to 1 min 12 s)"],
        ["–", "–"],
      ],
    );
  });

  it("stands below a warning where the machine had other work", () => {
    const machine = { processor: "a CPU", cores: 2, load: 0.1 };
    assert.equal(machineText(machine, "2 threads, simd"), "a CPU, 2 threads, simd");
    assert.equal(
      machineText({ ...machine, load: 2.44 }, "2 threads, simd"),
      "a CPU, 2 threads, simd\n" +
        "the machine was busy before (load 2.4 on 2 processors): an idle one is faster",
    );
  });
});
