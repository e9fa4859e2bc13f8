import { readFile } from "node:fs/promises";
import { cpus } from "node:os";

import type { BackendDevice } from "../backend.ts";
import { askNvidiaSmi, nvidiaCards, type Card } from "../nvidiaSmi.ts";

/** A device, and the name under which its bits are the same. */
interface IdentifiedDevice {
  readonly device: BackendDevice;
  readonly identity: string;
}

/** The processor as TensorFlow's device. */
export function processorDevice(version: string): IdentifiedDevice {
  const model = cpus()[0]?.model.trim() ?? "CPU";
  return {
    device: { description: model, driver: `TensorFlow ${version}`, isGpu: false, isSoftware: true },
    identity: `${process.arch} ${model}`,
  };
}

/**
 * The card that TensorFlow computes on. TensorFlow does not tell its name to Node: NVIDIA's own program
 * does, or else the driver's files.
 */
export async function gpuDevice(version: string): Promise<IdentifiedDevice> {
  const card = (await theCard()) ?? {
    description: "NVIDIA GPU",
    driver: await driverOfKernel(),
  };
  const driver = `${card.driver}, TensorFlow ${version}`;
  return {
    device: { ...card, driver, isGpu: true, isSoftware: false },
    identity: `${card.description} ${card.driver}`,
  };
}

/**
 * Cards that this process may use, as CUDA_VISIBLE_DEVICES names them; none where that cannot be
 * found out.
 */
export async function visibleCards(): Promise<readonly string[]> {
  const allowed = process.env["CUDA_VISIBLE_DEVICES"];
  if (allowed !== undefined) return allowed.split(",").filter((card) => card !== "");
  return askNvidiaSmi(["--query-gpu=uuid"]);
}

/** The one card that TensorFlow was let see. */
async function theCard(): Promise<Card | undefined> {
  const [id = "0"] = await visibleCards();
  const [card] = await nvidiaCards(id);
  return card;
}

async function driverOfKernel(): Promise<string> {
  const text = await readFile("/proc/driver/nvidia/version", "utf8").catch(() => "");
  const [version] = /(?<=Kernel Module\D*)\d+(?:\.\d+)+/.exec(text) ?? [];
  return version === undefined ? "NVIDIA" : `NVIDIA ${version}`;
}
