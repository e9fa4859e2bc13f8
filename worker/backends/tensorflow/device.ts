import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { promisify } from "node:util";

import type { BackendDevice } from "../backend.ts";

const NVIDIA_SMI_SECONDS = 10;

/** A device, and the name under which its bits are the same. */
interface IdentifiedDevice {
  readonly device: BackendDevice;
  readonly identity: string;
}

/** The processor as TensorFlow's device. */
export function processorDevice(version: string): IdentifiedDevice {
  const model = cpus()[0]?.model.trim() ?? "CPU";
  return {
    device: { description: model, driver: `TensorFlow ${version}`, isSoftware: true },
    identity: `${process.arch} ${model}`,
  };
}

/**
 * The card that TensorFlow computes on, which is the first that it sees. TensorFlow does not tell its
 * name to Node: NVIDIA's own program does, or else the driver's files.
 */
export async function gpuDevice(version: string): Promise<IdentifiedDevice> {
  const card = (await askNvidiaSmi()) ?? {
    description: "NVIDIA GPU",
    driver: await driverOfKernel(),
  };
  const driver = `${card.driver}, TensorFlow ${version}`;
  return {
    device: { ...card, driver, isSoftware: false },
    identity: `${card.description} ${card.driver}`,
  };
}

interface Card {
  readonly description: string;
  readonly driver: string;
  readonly memoryBytes?: number;
}

async function askNvidiaSmi(): Promise<Card | undefined> {
  // CUDA numbers the cards of CUDA_VISIBLE_DEVICES anew; TensorFlow takes number 0.
  const [visible] = (process.env["CUDA_VISIBLE_DEVICES"] ?? "0").split(",");
  try {
    const { stdout } = await promisify(execFile)(
      "nvidia-smi",
      [
        `--id=${visible}`,
        "--query-gpu=name,driver_version,memory.total",
        "--format=csv,noheader,nounits",
      ],
      { timeout: NVIDIA_SMI_SECONDS * 1000 },
    );
    return parseCard(stdout);
  } catch {
    // It is not on every machine, and knows nothing of some cards.
    return undefined;
  }
}

/**
 * A card as nvidia-smi prints it: `NVIDIA H200, 570.86.15, 143771`, with memory in MiB.
 *
 * @internal exported for tests
 */
export function parseCard(line: string): Card | undefined {
  const [, description, version, mebibytes] =
    /^(.+), ([\d.]+), (\d+|\[N\/A\])$/.exec(line.trim()) ?? [];
  if (description === undefined || version === undefined) return undefined;
  const memoryBytes = Number(mebibytes) * 2 ** 20;
  return {
    description,
    driver: `NVIDIA ${version}`,
    ...(Number.isFinite(memoryBytes) && { memoryBytes }),
  };
}

async function driverOfKernel(): Promise<string> {
  const text = await readFile("/proc/driver/nvidia/version", "utf8").catch(() => "");
  const [version] = /(?<=Kernel Module\D*)\d+(?:\.\d+)+/.exec(text) ?? [];
  return version === undefined ? "NVIDIA" : `NVIDIA ${version}`;
}
