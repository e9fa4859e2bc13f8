import type { Backend, DeviceChoice } from "../backend.ts";

/** Loads the backend, or says in one sentence why this machine cannot have it. */
export async function loadWebgpuBackend(_choice: DeviceChoice): Promise<Backend> {
  throw new Error("backend webgpu: it is not there yet");
}
