import { reasonOf } from "../../../shared/wire/reason.ts";
import type { BackendDevice, DeviceChoice } from "../backend.ts";
import { nvidiaCards } from "../nvidiaSmi.ts";
import { chooseAdapter } from "./adapters.ts";
import { cardMemory } from "./cardMemory.ts";
import { DeviceLoss } from "./deviceLoss.ts";
import { machineFiles } from "./machineFiles.ts";
import { loadWebgpuPackage } from "./webgpuPackage.ts";

/** Limits of which kernels may use all that the adapter has. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeWorkgroupStorageSize",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Features that kernels use where the adapter has them. */
const FEATURES = ["subgroups"] as const satisfies readonly GPUFeatureName[];

/** A device that was opened, with what is known of it. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly identity: BackendDevice;
  readonly loss: DeviceLoss;
  /** Destroys the device once what was submitted is done. */
  close(): Promise<void>;
}

/**
 * Opens the device that is chosen, with all that it can do.
 *
 * @throws Error saying in one sentence why this machine has none
 */
export async function openDevice(choice: DeviceChoice): Promise<OpenDevice> {
  const chosen = await chooseAdapter(await loadWebgpuPackage(), choice);
  const { adapter, name, isSoftware } = chosen;
  // Drivers crash if Dawn goes before its device.
  let gpu: GPU | undefined = chosen.gpu;
  const device = await adapter
    .requestDevice({
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
    })
    .catch((cause: unknown) => {
      const [line] = reasonOf(cause).split("\n");
      throw new Error(`backend webgpu: ${name} does not open: ${line}`, { cause });
    });
  const loss = new DeviceLoss(device, name);
  const { description: driver, vendor } = adapter.info;
  const memoryBytes = await memoryOf(vendor, name);
  return {
    device,
    loss,
    // On Vulkan, Dawn describes the driver with its version.
    identity: {
      description: name,
      driver,
      ...(memoryBytes !== undefined && { memoryBytes }),
      isGpu: true,
      isSoftware,
    },
    close: async () => {
      if (gpu === undefined) return;
      loss.expect();
      if (loss.error === undefined) await device.queue.onSubmittedWorkDone();
      device.destroy();
      await device.lost;
      gpu = undefined;
    },
  };
}

/** Bytes of the card's memory, which WebGPU does not tell; undefined where its driver does not, either. */
async function memoryOf(vendor: string, name: string): Promise<number | undefined> {
  if (vendor !== "nvidia") return cardMemory(machineFiles(), vendor);
  // Cards of one name have one size.
  return (await nvidiaCards()).find(({ description }) => description === name)?.memoryBytes;
}
