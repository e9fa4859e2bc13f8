import type { Network } from "../../../../shared/network/network.ts";
import { type BinomialTable, binomialTable } from "../../../../shared/random/binomial.ts";
import { filledBuffer, slotsBuffer, statesBuffer } from "../buffers.ts";
import { type Batch, type Kernel, STATE_WORDS } from "../kernel.ts";
import { Parameters, PARAMETERS } from "../parameters.ts";
import { CHI_SQUARE } from "../wgsl/chiSquare.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { functions } from "../wgsl/functions.ts";
import { ISOTROPIC_WORKGROUP, isotropicLayers } from "../wgsl/isotropic.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { SQUARED_NORM } from "../wgsl/squaredNorm.ts";
import { SLOT_WORDS, STRIP } from "../wgsl/strip.ts";

/** Operations of a layer, roughly: Philox, two normals and two powers, most in double-single. */
const OPERATIONS = 2500;

/**
 * Propagates only norms, drawn from their exact law, a replica a thread; any width. Norms are
 * double-singles, and attempts are accepted as in float64: a replica for which that is in doubt says
 * so in its state.
 */
export async function isotropicKernel(
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  const table = binomialTable(network.width);
  const module = device.createShaderModule({
    code: [
      PARAMETERS,
      doubleSingle(arithmetic),
      functions(),
      PHILOX,
      STRIP,
      CHI_SQUARE,
      SQUARED_NORM,
      isotropicLayers(network, table),
    ].join(""),
  });
  const types = [
    "uniform",
    "read-only-storage",
    "storage",
    "read-only-storage",
    "read-only-storage",
  ];
  const bindGroupLayout = device.createBindGroupLayout({
    entries: (types as GPUBufferBindingType[]).map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
  const [start, advance] = (await Promise.all(
    ["start", "advance"].map(async (entryPoint) =>
      device.createComputePipelineAsync({ layout, compute: { module, entryPoint } }),
    ),
  )) as [GPUComputePipeline, GPUComputePipeline];
  const parameters = new Parameters(device);
  const tables = [columnsBuffer(device, table), steepnessesBuffer(device, table)];

  return {
    bytesPerReplica: 4 * (STATE_WORDS + SLOT_WORDS),
    replicasPerWorkgroup: ISOTROPIC_WORKGROUP,
    threadsPerReplica: 1,
    operationsPerLayer: OPERATIONS,
    drift: 0,
    batch(slots): Batch {
      const ofSlots = slotsBuffer(device, slots);
      const states = statesBuffer(device, slots);
      const encode = (
        pass: GPUComputePassEncoder,
        pipeline: GPUComputePipeline,
        layers: number,
      ) => {
        const buffers = [parameters.buffer(layers), ofSlots, states, ...tables];
        const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout: bindGroupLayout, entries }));
        pass.dispatchWorkgroups(Math.ceil(slots.length / ISOTROPIC_WORKGROUP));
      };
      return {
        states,
        encodeStart: (pass) => encode(pass, start, 0),
        encodeLayers: (pass, layers) => encode(pass, advance, layers),
        destroy() {
          ofSlots.destroy();
          states.destroy();
        },
      };
    },
    destroy() {
      parameters.destroy();
      for (const buffer of tables) buffer.destroy();
    },
  };
}

function columnsBuffer(device: GPUDevice, table: BinomialTable): GPUBuffer {
  const words = new Uint32Array(4 * table.aliases.length);
  for (const [column, alias] of table.aliases.entries()) {
    const threshold = table.thresholds.subarray(2 * column, 2 * column + 2);
    words.set([...threshold, alias - table.firstOutcome], 4 * column);
  }
  return filledBuffer(device, words);
}

/** The steepnesses of each outcome's two chi-squares (shared/random/chiSquare.ts), as double-singles. */
function steepnessesBuffer(device: GPUDevice, table: BinomialTable): GPUBuffer {
  const singles = new Float32Array(4 * table.aliases.length);
  for (const outcome of table.aliases.keys()) {
    const positiveUnits = table.firstOutcome + outcome;
    for (const [side, degrees] of [positiveUnits, table.trials - positiveUnits].entries()) {
      // One degree of freedom and none have no attempts that could be refused.
      const steepness = degrees > 1 ? 1 / Math.sqrt(9 * (degrees / 2 - 1 / 3)) : 0;
      const high = Math.fround(steepness);
      singles.set([high, steepness - high], 4 * outcome + 2 * side);
    }
  }
  return filledBuffer(device, new Uint32Array(singles.buffer));
}
