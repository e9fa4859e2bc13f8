import type { Network } from "../../../../shared/network/network.ts";
import { type BinomialTable, binomialTable } from "../../../../shared/random/binomial.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { type Kernel, STATE_WORDS } from "../kernel.ts";
import { filledBuffer, PARAMETERS } from "../parameters.ts";
import { compile } from "../pipelines.ts";
import { ReplicaBatch, type Steps } from "../replicaBatch.ts";
import { CHI_SQUARE } from "../wgsl/chiSquare.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { functions } from "../wgsl/functions.ts";
import { ISOTROPIC_LAYERS, ISOTROPIC_WORKGROUP } from "../wgsl/isotropic.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { STATE } from "../wgsl/state.ts";
import { STRIP } from "../wgsl/strip.ts";

/** Operations of a layer on a device that fuses: Philox 400, a chi-square 450, and the rest. */
const OPERATIONS = 1400;

/** Squares of slopes below this are nothing beside any sum that is not zero. */
const LEAST_SQUARE = 2 ** -100;

/** Parameters, the layer's form, slots, states, columns and steepnesses. */
const BINDINGS = [
  "uniform",
  "uniform",
  "read-only-storage",
  "storage",
  "read-only-storage",
  "read-only-storage",
] as const;

/**
 * Propagates only norms, drawn from their exact law, a thread a replica; any width. Norms are
 * double-singles, and attempts are accepted as in float64: a replica for which that is in doubt says
 * so in its state.
 */
export async function isotropicKernel(
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  const code = [
    PARAMETERS,
    doubleSingle(arithmetic),
    functions(),
    PHILOX,
    STRIP,
    STATE,
    CHI_SQUARE,
    ISOTROPIC_LAYERS,
  ].join("");
  const [start, advance] = await Promise.all([
    compile(device, code, "start", BINDINGS),
    compile(device, code, "advance", BINDINGS),
  ]);
  const table = binomialTable(network.width);
  const form = filledBuffer(device, formWords(network, table), GPUBufferUsage.UNIFORM);
  const tables = [columnWords(table), steepnessWords(table)].map((words) =>
    filledBuffer(device, words, GPUBufferUsage.STORAGE),
  );
  const step = { bindings: BINDINGS.length, partsPerWorkgroup: ISOTROPIC_WORKGROUP };
  const steps: Steps = {
    start: { ...step, kernel: start },
    layer: [{ ...step, kernel: advance }],
    fused: true,
    shared: [form, ...tables],
    ownBytes: [],
  };
  return {
    bytesPerReplica: 4 * STATE_WORDS + 16,
    replicasPerWorkgroup: ISOTROPIC_WORKGROUP,
    threadsPerReplica: 1,
    operationsPerLayer: OPERATIONS,
    drift: 0,
    batch: (slots) => new ReplicaBatch(device, slots, steps),
    destroy() {
      for (const buffer of [form, ...tables]) buffer.destroy();
    },
  };
}

/** `Layer` of wgsl/isotropic.ts. */
function formWords(network: Network, table: BinomialTable): Uint32Array {
  const { mirrored, ratio } = scaledActivation(network);
  const orthogonal = network.weights === "orthogonal";
  const words = new Uint32Array(8);
  words.set([network.width, table.firstOutcome, table.columnBits]);
  words.set([Number(mirrored), Number(orthogonal)], 3);
  const square = ratio * ratio < LEAST_SQUARE ? 0 : ratio * ratio;
  new Float32Array(words.buffer).set(highAndLow(square), 6);
  return words;
}

/** The columns of a table: threshold, high and low, and the alias less the first outcome. */
function columnWords(table: BinomialTable): Uint32Array {
  const words = new Uint32Array(4 * table.aliases.length);
  for (const [column, alias] of table.aliases.entries()) {
    words.set(table.thresholds.subarray(2 * column, 2 * column + 2), 4 * column);
    words[4 * column + 2] = alias - table.firstOutcome;
  }
  return words;
}

/** The steepnesses of each outcome's two chi-squares (shared/random/chiSquare.ts). */
function steepnessWords(table: BinomialTable): Uint32Array {
  const singles = new Float32Array(4 * table.aliases.length);
  for (const outcome of table.aliases.keys()) {
    const positiveUnits = table.firstOutcome + outcome;
    for (const [side, degrees] of [positiveUnits, table.trials - positiveUnits].entries()) {
      // One degree of freedom and none have no attempts that could be refused.
      const steepness = degrees > 1 ? 1 / Math.sqrt(9 * (degrees / 2 - 1 / 3)) : 0;
      singles.set(highAndLow(steepness), 4 * outcome + 2 * side);
    }
  }
  return new Uint32Array(singles.buffer);
}

function highAndLow(value: number): [high: number, low: number] {
  const high = Math.fround(value);
  return [high, value - high];
}
