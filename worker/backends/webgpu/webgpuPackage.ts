import type * as webgpuPackage from "webgpu";

import { reasonOf } from "../../../shared/wire/reason.ts";

/** What the npm package webgpu exports. */
export type WebgpuPackage = typeof webgpuPackage;

/** Oldest GNU C library that the package's binaries run with. */
const GLIBC = "2.34";

/**
 * Loads the package and puts WebGPU's constants where the specification has them.
 *
 * @throws Error saying in one sentence why it does not load
 */
export async function loadWebgpuPackage(): Promise<WebgpuPackage> {
  try {
    const webgpu = await import("webgpu");
    Object.assign(globalThis, webgpu.globals);
    return webgpu;
  } catch (cause) {
    throw new Error(`backend webgpu: ${whyNotLoaded(cause)}`, { cause });
  }
}

function whyNotLoaded(cause: unknown): string {
  const reason = reasonOf(cause);
  const [wanted] = /GLIBC_[\d.]+/.exec(reason) ?? [];
  if (wanted !== undefined) {
    return (
      `the package webgpu needs the GNU C library ${GLIBC} or newer, and ` +
      `${wanted.replace("_", " ")} is not here; use a newer distribution, such as Debian 12, or its container image`
    );
  }
  if (/Cannot find package/.test(reason)) {
    return (
      `the optional package webgpu is not installed; ` +
      `run 'npm install webgpu' in the folder that has lyapunov-cluster in its node_modules`
    );
  }
  if (/Cannot find module .*dawn\.node/s.test(reason)) {
    return (
      `the package webgpu has no binaries for ${process.platform} on ${process.arch}; ` +
      `choose another backend`
    );
  }
  const [line] = reason.split("\n");
  return `the package webgpu does not load: ${line}`;
}
