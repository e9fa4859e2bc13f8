import { tmpdir } from "node:os";

import { reasonOf } from "../../../shared/wire/reason.ts";
import type { DeviceChoice } from "../backend.ts";
import { whyNoDevice } from "./noDevice.ts";
import type { WebgpuPackage } from "./webgpuPackage.ts";

/**
 * Vulkan is chosen explicitly: the other programming interfaces that Dawn knows are not tested here.
 * Our kernels stay within their arrays, so that no index need be clamped, which would take two
 * operations a weight.
 */
const OPTIONS = ["backend=vulkan", "enable-dawn-features=disable_robustness"];

/** A name that no adapter has: asked for it, Dawn tells the names that there are. */
const NO_NAME = "\u0001";

/** An adapter, which lives as long as the object from `create()` is referenced. */
export interface ChosenAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** For people, as the driver spells it. */
  readonly name: string;
  readonly isSoftware: boolean;
}

/**
 * Chooses the adapter that is asked for, or the most powerful one.
 *
 * @throws Error saying in one sentence why there is none
 */
export async function chooseAdapter(
  webgpu: WebgpuPackage,
  { adapter: wanted, allowSoftware = false }: DeviceChoice,
): Promise<ChosenAdapter> {
  const { create } = webgpu;
  const names = await adapterNames(webgpu);
  if (names.length === 0) {
    throw new Error(`backend webgpu: Vulkan finds no device: ${whyNoDevice()}`);
  }
  if (wanted !== undefined && !names.some((name) => name.includes(wanted))) {
    throw new Error(
      `backend webgpu: no device is called '${wanted}'; choose ${names.join(" or ")}, or a part of it`,
    );
  }
  const gpu = create(wanted === undefined ? OPTIONS : [...OPTIONS, `adapter=${wanted}`]);
  const adapter = await requestAdapter(gpu);
  if (adapter === null) throw new Error("backend webgpu: the Vulkan driver offers no device");
  const { device, description, isFallbackAdapter } = adapter.info;
  const name = names.find((other) => normalized(other) === device) ?? device;
  if (wanted !== undefined && names.includes(wanted) && name !== wanted) {
    throw new Error(
      `backend webgpu: '${wanted}' cannot be chosen beside '${name}', whose name contains that name: ` +
        `let this process see only one of them (docs/gpu.md)`,
    );
  }
  const isSoftware = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(name + description);
  if (isSoftware && !allowSoftware) {
    throw new Error(
      `backend webgpu: ${name} is software: the processor would play the card's part, far slower ` +
        `than simd; install the card's driver, or pass --allow-software if you mean it`,
    );
  }
  return { gpu, adapter, name, isSoftware };
}

/**
 * Asks for the most powerful adapter. Mesa's layer that sorts devices looks for a Wayland server then,
 * and complains on standard error where there is no folder to look in.
 */
function requestAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  const folder = process.env["XDG_RUNTIME_DIR"];
  process.env["XDG_RUNTIME_DIR"] ??= tmpdir();
  try {
    return gpu.requestAdapter({ powerPreference: "high-performance" });
  } finally {
    if (folder === undefined) delete process.env["XDG_RUNTIME_DIR"];
  }
}

/** The names of all Vulkan adapters, software included, as their drivers spell them. */
export async function adapterNames({ create }: WebgpuPackage): Promise<string[]> {
  try {
    await requestAdapter(create([...OPTIONS, `adapter=${NO_NAME}`]));
    return [];
  } catch (error) {
    return [...reasonOf(error).matchAll(/, name: '(.*)'$/gm)].map(([, name]) => name as string);
  }
}

/** A name as WebGPU tells it: lower case, with a dash for whatever is no letter and no digit. */
function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, "")
    .replaceAll(/[^a-z0-9]+/g, "-");
}
