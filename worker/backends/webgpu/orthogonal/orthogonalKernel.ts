import type { Network } from "../../../../shared/network/network.ts";
import { denseActivation } from "../../denseActivation.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { networkBuffer } from "../dense/networkBuffer.ts";
import { STARTED_PER_WORKGROUP, startKernel } from "../dense/start.ts";
import { type Kernel, STATE_WORDS } from "../kernel.ts";
import { compile } from "../pipelines.ts";
import { ReplicaBatch, type Step, type Steps } from "../replicaBatch.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { layerEnd } from "../wgsl/layer.ts";
import { NORMAL_32 } from "../wgsl/normal32.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { REFLECTION } from "../wgsl/reflection.ts";
import { STATE } from "../wgsl/state.ts";
import { STRIP } from "../wgsl/strip.ts";
import { chunksOf } from "./chunks.ts";
import { narrowKernel, narrowLayout } from "./narrow.ts";
import { DRAW_KERNEL, DRAWN_PER_WORKGROUP, reflectKernel, wideLayout } from "./wide.ts";

/** The widest network whose replicas have a thread each. */
const WIDEST_NARROW = 32;

/**
 * Operations of a unit of a reflection on a device that fuses: a normal and its words 55, and 55 for
 * sums, factors and places.
 */
const OPERATIONS = 110;

/** Parameters, network, slots, states and x. */
const NARROW_BINDINGS = ["uniform", "uniform", "read-only-storage", "storage", "storage"] as const;

/** Those of narrow layers, normals and reflections. */
const WIDE_BINDINGS = [...NARROW_BINDINGS, "storage", "storage"] as const;

type Layers = Pick<Steps, "layer" | "fused" | "ownBytes"> &
  Pick<Kernel, "threadsPerReplica" | "replicasPerWorkgroup">;

/** Compiles the kernel for real orthogonal matrices, up to a width of 4,096. */
export async function orthogonalKernel(
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  const { width } = network;
  const words = [doubleSingle(arithmetic), PHILOX, STRIP, STATE, NORMAL_32].join("");
  const compileLayers = width <= WIDEST_NARROW ? narrowLayers : wideLayers;
  const [start, layers] = await Promise.all([
    compile(device, words + startKernel(0), "start", NARROW_BINDINGS),
    compileLayers(device, width, words),
  ]);
  const activation = denseActivation(network, scaledActivation(network));
  const told = networkBuffer(device, width, activation, 0);
  const steps: Steps = {
    ...layers,
    start: {
      kernel: start,
      bindings: NARROW_BINDINGS.length,
      partsPerWorkgroup: STARTED_PER_WORKGROUP,
    },
    shared: [told],
  };
  return {
    bytesPerReplica: 4 * STATE_WORDS + 16 + layers.ownBytes.reduce((sum, bytes) => sum + bytes, 0),
    replicasPerWorkgroup: layers.replicasPerWorkgroup,
    threadsPerReplica: layers.threadsPerReplica,
    operationsPerLayer: (OPERATIONS * width * (width + 1)) / 2,
    drift: 0,
    batch: (slots) => new ReplicaBatch(device, slots, steps),
    destroy() {
      told.destroy();
    },
  };
}

async function narrowLayers(device: GPUDevice, width: number, words: string): Promise<Layers> {
  const layout = narrowLayout(width);
  const code = [words, REFLECTION, layerEnd(UNIT_SCALE), narrowKernel(layout)].join("");
  const kernel = await compile(device, code, "advance", NARROW_BINDINGS);
  const { replicasPerWorkgroup } = layout;
  const bindings = NARROW_BINDINGS.length;
  return {
    layer: [{ kernel, bindings, partsPerWorkgroup: replicasPerWorkgroup }],
    fused: true,
    ownBytes: [8 * width],
    threadsPerReplica: 1,
    replicasPerWorkgroup,
  };
}

async function wideLayers(device: GPUDevice, width: number, words: string): Promise<Layers> {
  const layout = wideLayout(width);
  const reflectCode = [words, REFLECTION, layerEnd(UNIT_SCALE), reflectKernel(layout)].join("");
  const [draw, reflect] = await Promise.all([
    compile(device, [words, REFLECTION, DRAW_KERNEL].join(""), "draw", WIDE_BINDINGS),
    compile(device, reflectCode, "advance", WIDE_BINDINGS),
  ]);
  const { stripsPerChunk, rowsPerChunk, firstRows } = chunksOf(width);
  const bindings = WIDE_BINDINGS.length;
  return {
    layer: firstRows.flatMap((firstRow): Step[] => [
      {
        kernel: draw,
        bindings,
        firstRow,
        partsPerReplica: stripsPerChunk,
        partsPerWorkgroup: DRAWN_PER_WORKGROUP,
      },
      { kernel: reflect, bindings, firstRow, partsPerWorkgroup: layout.replicasPerWorkgroup },
    ]),
    fused: false,
    ownBytes: [8 * width, 4 * width * rowsPerChunk, 16 * rowsPerChunk],
    ...layout,
  };
}

/** Orthogonal units are all of a size. */
const UNIT_SCALE = { exponent: 0, leastUnit: 0 };
