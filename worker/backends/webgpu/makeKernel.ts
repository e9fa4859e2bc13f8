import type { Network } from "../../../shared/network/network.ts";
import type { Sampling } from "../../../shared/network/weights.ts";
import { denseKernel } from "./dense/denseKernel.ts";
import { isotropicKernel } from "./isotropic/isotropicKernel.ts";
import type { Kernel } from "./kernel.ts";
import type { Arithmetic } from "./wgsl/doubleSingle.ts";

/** Compiles the kernel for a network, which depends on neither its depth nor its gain. */
export function makeKernel(
  device: GPUDevice,
  network: Network,
  sampling: Sampling,
  arithmetic: Arithmetic,
): Promise<Kernel> {
  if (sampling === "isotropic") return isotropicKernel(device, network, arithmetic);
  if (network.weights === "orthogonal") {
    return Promise.reject(new Error("orthogonal matrices are not there yet"));
  }
  return denseKernel(device, network, arithmetic);
}
