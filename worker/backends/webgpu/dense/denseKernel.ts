import type { Network } from "../../../../shared/network/network.ts";
import { denseActivation } from "../../denseActivation.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { type Kernel, STATE_WORDS } from "../kernel.ts";
import { type CompiledKernel, compile } from "../pipelines.ts";
import { ReplicaBatch, type Steps } from "../replicaBatch.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { layerEnd, type UnitScale } from "../wgsl/layer.ts";
import { NORMAL_32 } from "../wgsl/normal32.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { rowsOf } from "../wgsl/rows.ts";
import { STATE } from "../wgsl/state.ts";
import { STRIP } from "../wgsl/strip.ts";
import { fusedKernel, fusedLayout } from "./fused.ts";
import { layeredKernels, ROWS_PER_WORKGROUP } from "./layered.ts";
import { networkBuffer } from "./networkBuffer.ts";
import { STARTED_PER_WORKGROUP, startKernel } from "./start.ts";

/** The widest network whose layers are propagated in one workgroup. */
const WIDEST_FUSED = 512;

/**
 * Where zeros among the weights can leave units alone, a unit may be small without being negligible.
 * So x is kept large, that its squares may be small; and units that are too small are doubted.
 */
const SPARSE_SCALE: UnitScale = { exponent: 40, leastUnit: 2 ** -70 };
const USUAL_SCALE: UnitScale = { exponent: 0, leastUnit: 0 };

/** Operations of a unit at the end of a layer, and of a strip's beginning and end. */
const UNIT_OPERATIONS = 54;
const STRIP_OPERATIONS = 420;

/** Parameters, network, slots, states and x. */
const FUSED_BINDINGS = ["uniform", "uniform", "read-only-storage", "storage", "storage"] as const;

/** Those, and z. */
const LAYERED_BINDINGS = [...FUSED_BINDINGS, "storage"] as const;

type Layers = Pick<Steps, "layer" | "fused" | "ownBytes"> &
  Pick<Kernel, "threadsPerReplica" | "replicasPerWorkgroup">;

/** Compiles the kernel for real matrices of independent entries, up to a width of 4,096. */
export async function denseKernel(
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  const { width, weights } = network;
  const scale = weights === "sparse_gaussian" ? SPARSE_SCALE : USUAL_SCALE;
  const words = [doubleSingle(arithmetic), PHILOX, STRIP, STATE].join("");
  const startCode = [words, NORMAL_32, startKernel(scale.exponent)].join("");
  const compileLayers = width <= WIDEST_FUSED ? fusedLayers : layeredLayers;
  const [start, layers] = await Promise.all([
    compile(device, startCode, "start", FUSED_BINDINGS),
    compileLayers(device, network, words + layerEnd(scale)),
  ]);
  const activation = denseActivation(network, scaledActivation(network));
  const told = networkBuffer(device, width, activation, scale.exponent);
  const steps: Steps = {
    ...layers,
    start: {
      kernel: start,
      bindings: FUSED_BINDINGS.length,
      partsPerWorkgroup: STARTED_PER_WORKGROUP,
    },
    shared: [told],
  };
  return {
    bytesPerReplica: 4 * STATE_WORDS + 16 + layers.ownBytes.reduce((sum, bytes) => sum + bytes, 0),
    replicasPerWorkgroup: layers.replicasPerWorkgroup,
    threadsPerReplica: layers.threadsPerReplica,
    operationsPerLayer:
      width * (rowsOf(network).operations * width + UNIT_OPERATIONS) +
      STRIP_OPERATIONS * layers.threadsPerReplica,
    drift: 0,
    batch: (slots) => new ReplicaBatch(device, slots, steps),
    destroy() {
      told.destroy();
    },
  };
}

async function fusedLayers(device: GPUDevice, network: Network, modules: string): Promise<Layers> {
  const layout = fusedLayout(network.width);
  const code = modules + fusedKernel(layout, rowsOf(network));
  const kernel = await compile(device, code, "advance", FUSED_BINDINGS);
  const { threadsPerReplica, replicasPerWorkgroup } = layout;
  const bindings = FUSED_BINDINGS.length;
  return {
    layer: [{ kernel, bindings, partsPerWorkgroup: replicasPerWorkgroup }],
    fused: true,
    ownBytes: [8 * network.width],
    threadsPerReplica,
    replicasPerWorkgroup,
  };
}

async function layeredLayers(
  device: GPUDevice,
  network: Network,
  modules: string,
): Promise<Layers> {
  const { width } = network;
  const code = modules + layeredKernels(rowsOf(network));
  const [multiplyRows, finish] = (await Promise.all(
    ["multiplyRows", "finish"].map((name) => compile(device, code, name, LAYERED_BINDINGS)),
  )) as [CompiledKernel, CompiledKernel];
  const bindings = LAYERED_BINDINGS.length;
  return {
    layer: [
      {
        kernel: multiplyRows,
        bindings,
        partsPerReplica: Math.ceil(width / ROWS_PER_WORKGROUP),
        partsPerWorkgroup: 1,
      },
      { kernel: finish, bindings, partsPerWorkgroup: 1 },
    ],
    fused: false,
    ownBytes: [8 * width, 8 * width],
    threadsPerReplica: width,
    replicasPerWorkgroup: 1,
  };
}
