import type { Backend } from "../backend.ts";

/** Loads the backend, or says in one sentence why this machine cannot have it. */
export async function loadWebgpuBackend(): Promise<Backend> {
  throw new Error("backend webgpu: it is not there yet");
}
