import type { Network } from "../../../../shared/network/network.ts";
import { type DenseActivation, denseActivation } from "../../denseActivation.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { type Batch, type Kernel, type ReplicaSlot, STATE_WORDS } from "../kernel.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { entriesOf } from "../wgsl/entries.ts";
import { layerEnd, type UnitScale } from "../wgsl/layer.ts";
import { NORMAL_32 } from "../wgsl/normal32.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { entryRows, type Rows, SIGN_ROWS } from "../wgsl/rows.ts";
import { STATE } from "../wgsl/state.ts";
import { STRIP } from "../wgsl/strip.ts";
import { DenseBatch, type DensePipelines } from "./denseBatch.ts";
import { fusedKernel, fusedLayout } from "./fused.ts";
import { layeredKernels } from "./layered.ts";
import { startKernel } from "./start.ts";

/** The widest network whose layers are propagated in one workgroup. */
export const WIDEST_FUSED = 512;

/**
 * Where zeros among the weights can leave units alone, a unit may be small without being negligible.
 * So x is kept large, that its squares may be small; and units that are too small are doubted.
 */
const SPARSE_SCALE: UnitScale = { exponent: 40, leastUnit: 2 ** -70 };
const USUAL_SCALE: UnitScale = { exponent: 0, leastUnit: 0 };

/** Compiles the kernel for real matrices of independent entries, up to a width of 4,096. */
export async function denseKernel(
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  const { width, weights } = network;
  const rows = weights === "rademacher" ? SIGN_ROWS : entryRows(entriesOf(network));
  const scale = weights === "sparse_gaussian" ? SPARSE_SCALE : USUAL_SCALE;
  const activation = denseActivation(network, scaledActivation(network));
  const layout = bindGroupLayout(device, width);
  const start = pipelines(device, layout, startModules(arithmetic, width, activation, scale));
  const advance = pipelines(
    device,
    layout,
    layerModules(arithmetic, width, activation, scale, rows),
  );
  const compiled: DensePipelines =
    width <= WIDEST_FUSED
      ? { layout, start: await start("start"), fused: await advance("advance") }
      : {
          layout,
          start: await start("start"),
          multiply: await advance("multiply"),
          finish: await advance("finish"),
        };
  const fused = fusedLayout(width);
  const isFused = width <= WIDEST_FUSED;
  return {
    bytesPerReplica: 4 * STATE_WORDS + 16 + 8 * width * (isFused ? 1 : 2),
    replicasPerWorkgroup: isFused ? fused.replicasPerWorkgroup : 1,
    threadsPerReplica: isFused ? fused.threadsPerReplica : width,
    operationsPerLayer: rows.operations * width * width + 100 * width,
    drift: 0,
    batch: (slots: readonly ReplicaSlot[]): Batch => new DenseBatch(device, width, compiled, slots),
    destroy() {
      // Pipelines are freed with the last reference to them.
    },
  };
}

function startModules(
  arithmetic: Arithmetic,
  width: number,
  activation: DenseActivation,
  scale: UnitScale,
): string {
  return [
    doubleSingle(arithmetic),
    PHILOX,
    STRIP,
    NORMAL_32,
    STATE,
    startKernel(width, activation, scale),
  ].join("");
}

function layerModules(
  arithmetic: Arithmetic,
  width: number,
  activation: DenseActivation,
  scale: UnitScale,
  rows: Rows,
): string {
  return [
    doubleSingle(arithmetic),
    PHILOX,
    STRIP,
    STATE,
    layerEnd(activation, scale),
    width <= WIDEST_FUSED ? fusedKernel(width, rows) : layeredKernels(width, rows),
  ].join("");
}

/** Parameters, slots, states, x, and z where it is kept on the device's memory. */
function bindGroupLayout(device: GPUDevice, width: number): GPUBindGroupLayout {
  const types: GPUBufferBindingType[] = ["uniform", "read-only-storage", "storage", "storage"];
  if (width > WIDEST_FUSED) types.push("storage");
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
}

/** Compiles a module once, and of it each entry point that is asked for. */
function pipelines(
  device: GPUDevice,
  layout: GPUBindGroupLayout,
  code: string,
): (entryPoint: string) => Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code });
  return async (entryPoint) =>
    device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint },
    });
}
