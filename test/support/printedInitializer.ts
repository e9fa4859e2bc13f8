import assert from "node:assert/strict";

import { snippet, type Framework } from "../../client/sdk/snippets/snippet.ts";
import { uniformCriticalGain } from "../../shared/initialization/uniformGain.ts";
import { runHere } from "../system/support/inProcess.ts";
import { NEGATIVE_SLOPE, type GrowthCase } from "./growthCases.ts";

/**
 * What `lyapunov init --framework …` prints for networks of one width that the case has. For uniform
 * weights the command first runs a simulation that finds the gain; the table's gain saves that here.
 */
export async function printedInitializer(framework: Framework, { law, sizes }: GrowthCase) {
  const [width] = sizes;
  if (law === "uniform") {
    const { gain, standardError } = uniformCriticalGain(width, NEGATIVE_SLOPE);
    return snippet(framework, {
      command: "lyapunov init",
      weights: law,
      negativeSlope: NEGATIVE_SLOPE,
      fanIn: width,
      fanOut: width,
      criticalGain: gain,
      standardError,
    });
  }
  const network = ["--width", String(width), "--depth", "3", "--weights", law];
  const slope = ["--negative-slope", String(NEGATIVE_SLOPE)];
  const line = ["init", ...network, ...slope, "--framework", framework];
  const { code, stdout, stderr } = await runHere(line);
  assert.equal(code, 0, stderr);
  return stdout;
}
