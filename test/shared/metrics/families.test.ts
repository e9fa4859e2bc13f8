import assert from "node:assert/strict";

import { Registry } from "prom-client";

import { byLabel, registerFamilies, type Family } from "../../../shared/metrics/families.ts";

interface Kitchen {
  readonly cups: number | undefined;
  readonly plates: Readonly<Record<string, number>>;
}

const FAMILIES: readonly Family<Kitchen>[] = [
  { kind: "gauge", name: "cups", help: "Cups.", samples: ({ cups }) => [{ value: cups }] },
  {
    kind: "counter",
    name: "plates_total",
    help: "Plates.",
    labels: ["size"],
    samples: ({ plates }) => byLabel("size", plates),
  },
];

describe("registerFamilies", () => {
  it("asks at every scrape, and forgets what is not said again", async () => {
    const registry = new Registry();
    let kitchen: Kitchen | undefined;
    registerFamilies(registry, FAMILIES, () => kitchen);
    const samples = async () =>
      (await registry.metrics()).split("\n").filter((line) => /^[a-z]/.test(line));
    assert.deepEqual(await samples(), []);
    kitchen = { cups: 0, plates: { small: 2, large: 3 } };
    const first = ["cups 0", 'plates_total{size="small"} 2', 'plates_total{size="large"} 3'];
    assert.deepEqual(await samples(), first);
    assert.deepEqual(await samples(), first);
    kitchen = { cups: undefined, plates: { small: 4 } };
    assert.deepEqual(await samples(), ['plates_total{size="small"} 4']);
    kitchen = { cups: Number.NaN, plates: {} };
    assert.deepEqual(await samples(), []);
  });
});
