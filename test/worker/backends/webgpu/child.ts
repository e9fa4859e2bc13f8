import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import type { PropagationTask } from "../../../../worker/backends/backend.ts";
import { openDevice } from "../../../../worker/backends/webgpu/device.ts";
import { backendOn, loadWebgpuBackend } from "../../../../worker/backends/webgpu/webgpuBackend.ts";
import { countedGrowth, countingKernel } from "./countingKernel.ts";

// A process with a device, for tests of how devices open and how processes end. Its argument says
// what it does; what it writes is one line of JSON, and what it ends with is its own end.

const [, , what = "", adapter] = process.argv;

function write(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function load(allowSoftware: boolean): Promise<void> {
  try {
    const choice = { allowSoftware, ...(adapter !== undefined && { adapter }) };
    const backend = await loadWebgpuBackend(choice);
    write({ generator: backend.generator, device: backend.device });
    await backend.close?.();
  } catch (error) {
    write({ error: error instanceof Error ? error.message : String(error) });
  }
}

function taskOf(depth: number): PropagationTask {
  const weights = "orthogonal" as const;
  return {
    network: { width: 3, depth, negativeSlope: 1, weights, gain: 1 },
    sampling: "dense",
    seed: 1n,
    depths: [depth],
    firstReplica: 0,
    replicaCount: 20,
  };
}

/** From now on this process gets so many bytes more, and its software device no more either. */
function limitMemory(spareBytes: number): void {
  const [, kilobytes] = /VmSize:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  setMemoryLimit(String(1024 * Number(kilobytes) + spareBytes));
}

function setMemoryLimit(bytes: string): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--as=${bytes}:`]);
}

async function propagate(
  depth: number,
  { ballast = 0, spareBytes }: { ballast?: number; spareBytes?: number } = {},
): Promise<void> {
  const opened = await openDevice({ allowSoftware: true });
  const { kernel } = await countingKernel(opened.device, {
    work: depth > 100 ? 20_000 : 0,
    ballast,
  });
  const backend = await backendOn(opened, () => Promise.resolve(kernel));
  if (spareBytes !== undefined) limitMemory(spareBytes);
  const answer = backend.propagate(taskOf(depth)).then(
    ({ values }) => {
      const isRight = values.every((s, i) => Math.abs(s - countedGrowth(i, depth)) < 1e-9 * depth);
      write({ isRight });
    },
    (error: unknown) => {
      write({ error: String(error) });
    },
  );
  if (what === "destroy") setTimeout(() => opened.device.destroy(), 100);
  await answer;
  // SwiftShader needs memory to end, and does not notice that it gets none.
  if (spareBytes !== undefined) setMemoryLimit("unlimited");
  if (what !== "leave") await backend.close?.();
}

switch (what) {
  case "load":
    await load(true);
    break;
  case "load-card":
    await load(false);
    break;
  case "close":
  case "leave":
    await propagate(20);
    break;
  case "destroy":
    await propagate(1_000_000);
    break;
  case "large":
    await propagate(20, { ballast: 2 ** 26, spareBytes: 2 ** 29 });
    break;
  case "too-large":
    await propagate(20, { ballast: 2 ** 28, spareBytes: 2 ** 27 });
    break;
  default:
    throw new Error(`unknown: ${what}`);
}
