import { readdirSync } from "node:fs";

/** Names in /dev and /dev/dri that drivers of GPUs make. */
const TRACES = /^(?:nvidia\d+|nvidiactl|kfd|dxg|renderD\d+)$/;

/**
 * Whether this machine may have a GPU. Where it plainly has none, no driver need be asked. Systems
 * other than Linux are not looked at, and may have one.
 */
export function mayHaveGpu(platform = process.platform, root = "/dev"): boolean {
  if (platform !== "linux") return true;
  return [root, `${root}/dri`].some((folder) => namesIn(folder).some((name) => TRACES.test(name)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
