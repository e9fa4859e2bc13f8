import assert from "node:assert/strict";

import { PROCESSOR_BACKENDS } from "../../shared/specification/backends.ts";
import { isIsotropic, parameterOf, WEIGHT_LAWS } from "../../shared/network/weights.ts";
import { lawInput } from "../support/laws.ts";
import { sharedCluster, type Cluster, type RunJson } from "./support/cluster.ts";

const FLAGS = { degreesOfFreedom: "--degrees-of-freedom", density: "--density" } as const;
const SHAPE = "--width 6 --depth 30 --replicas 400 --seed 7".split(" ");

describe("every weight law", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const weights of WEIGHT_LAWS) {
    it(`is estimated from the command line, by its own default sampling: ${weights}`, async () => {
      const parameter = parameterOf(weights);
      const { [parameter ?? "weights"]: value } = lawInput(weights) as Record<string, unknown>;
      const flags = parameter === undefined ? [] : [FLAGS[parameter], String(value)];
      const runs = await Promise.all(
        PROCESSOR_BACKENDS.map((backend) =>
          cluster.run([...SHAPE, "--weights", weights, ...flags, "--backend", backend]),
        ),
      );
      for (const run of runs) {
        assert.deepEqual(run.network, {
          width: 6,
          depth: 30,
          negativeSlope: 0.01,
          ...lawInput(weights),
          gain: Math.SQRT2 / Math.hypot(1, 0.01),
          namedGain: "he",
        });
        assert.equal(run.sampling, isIsotropic(weights) ? "isotropic" : "dense");
        assert.equal(run.exact === null, !isIsotropic(weights));
        assert.equal(run.lyapunovExponent?.extinct, Number(run.extinctCount) > 0);
      }
      // Backends draw the same weights: their λ̂ agree far closer than any error.
      const [reference, simd] = runs.map(exponentOf);
      assert.ok(Math.abs(Number(reference) - Number(simd)) < 1e-4, `${reference} and ${simd}`);
      assert.ok(Number(reference) < 1 && Number(reference) > -2, String(reference));
    });
  }
});

function exponentOf({ lyapunovExponent, survivors }: RunJson): number | null | undefined {
  return (lyapunovExponent?.extinct === true ? survivors?.lyapunovExponent : lyapunovExponent)
    ?.estimate;
}
