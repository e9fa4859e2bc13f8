import type { Network } from "../../../shared/network/network.ts";
import { type BinomialTable, binomialTable } from "../../../shared/random/binomial.ts";
import type { ScaledActivation } from "../scaledActivation.ts";
import type { Kernel } from "./kernel.ts";
import { GROUP, type Lanes } from "./lanes.ts";

/** Bytes of a column of the table in the kernel's memory: threshold (8), alias (4), nothing. */
const COLUMN_BYTES = 16;

/** Layers of replicas to draw in one call into WebAssembly; they take a few milliseconds. */
const LAYERS_PER_CALL = 100_000;

/** Only norms, drawn from their exact law in float64. */
export function isotropicLanes(
  kernel: Kernel,
  { width, weights }: Network,
  { mirrored, ratio }: ScaledActivation,
): Lanes {
  const table = binomialTable(width);
  return {
    batchGroups: 64,
    layerGroupsPerCall: LAYERS_PER_CALL / GROUP,
    drift: 0,
    start(_firstReplica, groups) {
      kernel.reserve(0, groups, table.aliases.length * COLUMN_BYTES);
      writeTable(kernel, table);
      kernel.setIsotropic(ratio * ratio, mirrored, weights === "orthogonal");
      kernel.startIsotropic();
    },
    advance(firstReplica, _groups, firstLayer, layers, advanced) {
      kernel.advanceIsotropic(firstReplica, firstLayer, layers);
      advanced?.();
    },
  };
}

function writeTable(kernel: Kernel, table: BinomialTable): void {
  const words = new Uint32Array(kernel.memory.buffer, kernel.binomialAddress());
  for (const [column, alias] of table.aliases.entries()) {
    const at = (column * COLUMN_BYTES) / 4;
    words[at] = table.thresholds[2 * column + 1] as number;
    words[at + 1] = table.thresholds[2 * column] as number;
    words[at + 2] = alias;
  }
  kernel.setBinomial(table.trials, table.firstOutcome, table.columnBits);
}
