import type { BackendName } from "../../shared/specification/backends.ts";
import type { Backend, DeviceChoice } from "./backend.ts";

/** Loads a backend, or says in one sentence why this machine cannot have it. */
export async function loadBackend(name: BackendName, choice: DeviceChoice = {}): Promise<Backend> {
  switch (name) {
    case "reference":
      return (await import("./reference/referenceBackend.ts")).referenceBackend;
    case "simd":
      return (await import("./simd/simdBackend.ts")).loadSimdBackend();
    case "webgpu":
      return (await import("./webgpu/webgpuBackend.ts")).loadWebgpuBackend(choice);
    case "tensorflow":
      return (await import("./tensorflow/tensorflowBackend.ts")).loadTensorflowBackend(choice);
    case "tensorflow_wasm":
      return (
        await import("./tensorflowWasm/tensorflowWasmBackend.ts")
      ).loadTensorflowWasmBackend();
  }
}

/** Names of the adapters that a backend can be loaded with; none if it has no choice. */
export async function listAdapters(name: BackendName): Promise<readonly string[]> {
  switch (name) {
    case "webgpu":
      return (await import("./webgpu/webgpuBackend.ts")).listWebgpuAdapters();
    case "tensorflow":
      return (await import("./tensorflow/device.ts")).visibleCards();
    case "reference":
    case "simd":
    case "tensorflow_wasm":
      return [];
  }
}
