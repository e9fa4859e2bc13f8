import type { Backend, DeviceChoice } from "../backend.ts";
import { loadSimdBackend } from "../simd/simdBackend.ts";
import { adapterNames } from "./adapters.ts";
import { type OpenDevice, openDevice } from "./device.ts";
import { generatorName } from "./generatorName.ts";
import type { KernelMaker } from "./kernels.ts";
import { makeKernel } from "./makeKernel.ts";
import { probeArithmetic } from "./probe.ts";
import { Propagator } from "./propagator.ts";
import { loadWebgpuPackage } from "./webgpuPackage.ts";

/** Bytes of device memory that a batch takes at most, of the two that run at a time. */
const BATCH_BYTES = 2 ** 29;

/** Guesses, since WebGPU tells neither how wide nor how fast a device is. */
const CARD = {
  slotCount: 64,
  threads: 2 ** 18,
  operationsPerSecond: 1e10,
  layerSeconds: 0.25,
};
/** A few threads of a processor; no watchdog ends what they do. */
const SOFTWARE = {
  slotCount: 2,
  threads: 2 ** 11,
  operationsPerSecond: 2e8,
  layerSeconds: 10,
};

/** Loads the backend, or says in one sentence why this machine cannot have it. */
export async function loadWebgpuBackend(choice: DeviceChoice): Promise<Backend> {
  const opened = await openDevice(choice);
  try {
    const { device, identity } = opened;
    const arithmetic = await probeArithmetic(device, identity.description);
    return await backendOn(opened, ({ network, sampling }) =>
      makeKernel(device, network, sampling, arithmetic),
    );
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The names of the adapters that the backend can be loaded with, software included. */
export async function listWebgpuAdapters(): Promise<readonly string[]> {
  return adapterNames(await loadWebgpuPackage());
}

/** The backend on a device that is open, which it closes. */
export async function backendOn(opened: OpenDevice, kernelMaker: KernelMaker): Promise<Backend> {
  const { device, identity, loss } = opened;
  const { slotCount, threads, operationsPerSecond, layerSeconds } = identity.isSoftware
    ? SOFTWARE
    : CARD;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const bytes = Math.min(BATCH_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const simd = await loadSimdBackend();
  const propagator = new Propagator({
    device,
    loss,
    makeKernel: kernelMaker,
    bounds: { threads, bytes, layerSeconds },
    operationsPerSecond,
    rescuer: simd,
    tooSmall: (width) =>
      `backend webgpu: ${identity.description} has too little memory for a network of width ${width}, ` +
      `even for one replica at a time (it gives a batch ${bytes} bytes at most); ` +
      `end what else uses the device, or choose another`,
  });
  return {
    generator: generatorName(simd.generator, identity.description, identity.driver),
    device: identity,
    slotCount,
    propagate: (task, advanced) => propagator.propagate(task, advanced),
    close: async () => {
      await propagator.close();
      await opened.close();
    },
  };
}
