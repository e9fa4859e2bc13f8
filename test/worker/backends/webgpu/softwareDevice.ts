import { needing } from "../../../support/tiers/tiers.ts";

/** Where Debian's chromium-common has the driver that lets a processor play a GPU's part. */
export const SOFTWARE_DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Declares tests that run kernels on the software adapter. */
export const onSoftwareDevice = needing("chromium-common", "libvulkan1");

/** A device of the software adapter; it lives until it is closed. */
export interface SoftwareDevice {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** Destroys the device once what was submitted is done. */
  readonly close: () => Promise<void>;
}

/** Lets the Vulkan loader find only the software driver while `open` opens a device. */
export async function withSoftwareDriver<T>(open: () => Promise<T>): Promise<T> {
  const before = process.env["VK_ICD_FILENAMES"];
  process.env["VK_ICD_FILENAMES"] = SOFTWARE_DRIVER;
  try {
    return await open();
  } finally {
    if (before === undefined) delete process.env["VK_ICD_FILENAMES"];
    else process.env["VK_ICD_FILENAMES"] = before;
  }
}

/** Opens the software adapter with all that it can do, and puts WebGPU's constants where they belong. */
export async function openSoftwareDevice(): Promise<SoftwareDevice> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  // A device lives no longer than the object from create() is referenced.
  let gpu: GPU | undefined = create([
    "backend=vulkan",
    "enable-dawn-features=disable_workgroup_init",
  ]);
  const opened = gpu;
  const adapter = await withSoftwareDriver(() => opened.requestAdapter());
  if (adapter === null) throw new Error("there is no software adapter");
  const requiredFeatures = (["subgroups"] as const).filter((name) => adapter.features.has(name));
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    },
  });
  return {
    adapter,
    device,
    close: async () => {
      if (gpu === undefined) return;
      await device.queue.onSubmittedWorkDone();
      device.destroy();
      await device.lost;
      gpu = undefined;
    },
  };
}
