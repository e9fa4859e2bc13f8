import assert from "node:assert/strict";

import { uniformCriticalGain } from "../../shared/initialization/uniformGain.ts";
import { resolveGain } from "../../shared/network/gains.ts";
import { gainPoint } from "../../tools/gains/point.ts";
import { slow } from "../support/tiers/tiers.ts";
import { sharedCluster, type Cluster } from "./support/cluster.ts";

/** Standard error of the runs, of the logarithm of a gain. */
const PRECISION = 2.5e-4;
/** Largest error of interpolation, which docs/initialization.md states. */
const INTERPOLATION = 1.5e-4;
/** One of the comparisons fails by chance for one choice of seeds in 50,000 at most. */
const Z_LIMIT = 5;

/** Checks the table where it has no value of its own, by runs of other seeds than its own. */
describe("the table of uniform weights' critical gains", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  const more = slow("run networks at more places between the table's");
  for (const [declare, width, slope, seed] of [
    [more.it, 2, 0.125, 9001],
    [more.it, 3, 0.45, 9002],
    [more.it, 9, 0.03, 9003],
    [more.it, 14, 0.01, 9004],
    [it, 20, 0.35, 9005],
    [more.it, 6, 0.82, 9006],
    [more.it, 9, 0, 9007],
  ] as const) {
    declare(`agrees with a run between its places: width ${width}, slope ${slope}`, async () => {
      const place = { width, slope, seed, precision: PRECISION };
      const run = await gainPoint(cluster.api, place);
      const { gain, standardError } = uniformCriticalGain(width, slope);
      const layer = { width, weights: "gaussian", negativeSlope: slope } as const;
      const difference = Math.log(gain / resolveGain("lyapunov", layer));
      const error = Math.hypot(run.standardError, standardError / gain);
      const distance = Math.abs(difference - run.difference);
      assert.ok(distance < Z_LIMIT * error + INTERPOLATION, `${distance} of ${error}`);
    });
  }
});
