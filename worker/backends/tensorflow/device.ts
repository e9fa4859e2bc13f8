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

interface Card {
  readonly description: string;
  readonly driver: string;
  readonly memoryBytes?: number;
}

/**
 * Cards that this process may use, as CUDA_VISIBLE_DEVICES names them; none where that cannot be
 * found out.
 */
export async function visibleCards(): Promise<readonly string[]> {
  const allowed = process.env["CUDA_VISIBLE_DEVICES"];
  if (allowed !== undefined) return allowed.split(",").filter((card) => card !== "");
  return (await askNvidiaSmi(["--query-gpu=uuid"]))?.split("\n") ?? [];
}

/** The one card that TensorFlow was let see. */
async function theCard(): Promise<Card | undefined> {
  const [card = "0"] = await visibleCards();
  const line = await askNvidiaSmi([`--id=${card}`, "--query-gpu=name,driver_version,memory.total"]);
  return line === undefined ? undefined : parseCard(line);
}

/** What NVIDIA's program says; undefined where it is not there, or has nothing to say. */
async function askNvidiaSmi(query: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      "nvidia-smi",
      [...query, "--format=csv,noheader,nounits"],
      { timeout: NVIDIA_SMI_SECONDS * 1000 },
    );
    const text = stdout.trim();
    return text === "" ? undefined : text;
  } catch {
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
