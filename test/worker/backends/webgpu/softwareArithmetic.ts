import type { Arithmetic } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";

/** The software adapter rounds a multiply-add twice, and simplifies sums that have constants in them. */
export const SOFTWARE_ARITHMETIC: Arithmetic = { fused: false, guarded: true };
