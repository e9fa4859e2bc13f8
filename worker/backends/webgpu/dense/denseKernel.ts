import type { Network } from "../../../../shared/network/network.ts";
import { denseActivation } from "../../denseActivation.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { type Batch, type Kernel, type ReplicaSlot, STATE_WORDS } from "../kernel.ts";
import { compile } from "../pipelines.ts";
import { type Arithmetic, doubleSingle } from "../wgsl/doubleSingle.ts";
import { layerEnd, type UnitScale } from "../wgsl/layer.ts";
import { NORMAL_32 } from "../wgsl/normal32.ts";
import { PHILOX } from "../wgsl/philox.ts";
import { rowsOf } from "../wgsl/rows.ts";
import { STATE } from "../wgsl/state.ts";
import { STRIP } from "../wgsl/strip.ts";
import { DenseBatch, type DensePipelines } from "./denseBatch.ts";
import { fusedKernel, fusedLayout } from "./fused.ts";
import { layeredKernels } from "./layered.ts";
import { networkBuffer } from "./networkBuffer.ts";
import { startKernel } from "./start.ts";

/** The widest network whose layers are propagated in one workgroup. */
const WIDEST_FUSED = 512;

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
  const rows = rowsOf(network);
  const scale = weights === "sparse_gaussian" ? SPARSE_SCALE : USUAL_SCALE;
  const fused = width <= WIDEST_FUSED ? fusedLayout(width) : undefined;

  const words = [doubleSingle(arithmetic), PHILOX, STRIP, STATE];
  const startCode = [...words, NORMAL_32, startKernel(scale.exponent)].join("");
  const start = compile(device, startCode, "start", FUSED_BINDINGS);
  const layers = fused === undefined ? layeredKernels(rows) : fusedKernel(fused, rows);
  const code = [...words, layerEnd(scale), layers].join("");
  const pipelines: DensePipelines =
    fused === undefined
      ? {
          start: await start,
          multiply: await compile(device, code, "multiplyRows", LAYERED_BINDINGS),
          finish: await compile(device, code, "finish", LAYERED_BINDINGS),
        }
      : {
          start: await start,
          fused: await compile(device, code, "advance", FUSED_BINDINGS),
          layout: fused,
        };

  const activation = denseActivation(network, scaledActivation(network));
  const told = networkBuffer(device, width, activation, scale.exponent);
  return {
    bytesPerReplica: 4 * STATE_WORDS + 16 + 8 * width * (fused === undefined ? 2 : 1),
    replicasPerWorkgroup: fused?.replicasPerWorkgroup ?? 1,
    threadsPerReplica: fused?.threadsPerReplica ?? width,
    operationsPerLayer: rows.operations * width * width + 100 * width,
    drift: 0,
    batch: (slots: readonly ReplicaSlot[]): Batch =>
      new DenseBatch(device, width, told, pipelines, slots),
    destroy() {
      told.destroy();
    },
  };
}

/** Parameters, network, slots, states and x. */
const FUSED_BINDINGS = ["uniform", "uniform", "read-only-storage", "storage", "storage"] as const;

/** The same, and z. */
const LAYERED_BINDINGS = [...FUSED_BINDINGS, "storage"] as const;
