import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import { isIsotropic, type Sampling } from "../../../shared/network/weights.ts";
import type { Backend } from "../../../worker/backends/backend.ts";
import { assertExactGrowths, EXACT_DEPTH } from "./exactGrowths.ts";
import { KINDS, loadBackends } from "./tasks.ts";

/** The number of replicas that take about a tenth of a second. */
function replicaCount(backend: ProcessorBackend, sampling: Sampling, width: number): number {
  const operations = sampling === "dense" ? width * width : 10;
  const budget = backend === "simd" ? 20_000_000 : 2_000_000;
  return Math.min(50_000, Math.floor(budget / (EXACT_DEPTH * operations)));
}

// 72 thresholds at 4 standard errors, with fixed seeds: a correct backend would fail for one choice
// of seeds in 200.
describe("mean and variance of the log-norm growth", () => {
  let backends: Record<ProcessorBackend, Backend>;
  before(async () => {
    backends = await loadBackends();
  });

  for (const name of PROCESSOR_BACKENDS) {
    for (const { weights, sampling } of KINDS) {
      if (!isIsotropic(weights)) continue;
      it(`are exact: ${name}, ${weights}, ${sampling}`, async () => {
        const countOf = (width: number) => replicaCount(name, sampling, width);
        await assertExactGrowths(backends[name], { weights, sampling }, countOf);
      });
    }
  }
});
