/** Backends that run on any processor; the others need a device, or a library that is set up. */
export const PROCESSOR_BACKENDS = ["reference", "simd"] as const;

export type ProcessorBackend = (typeof PROCESSOR_BACKENDS)[number];

/** True for a backend that needs nothing but a processor. */
export function isProcessorBackend(name: string): name is ProcessorBackend {
  return PROCESSOR_BACKENDS.some((own) => own === name);
}

/** Backends of a processor's threads; TensorFlow.js needs optional packages. */
const THREAD_BACKENDS = [...PROCESSOR_BACKENDS, "tensorflow_wasm"] as const;

/** True for a backend that needs no device but a processor, with or without optional packages. */
export function isThreadBackend(name: string): boolean {
  return THREAD_BACKENDS.some((own) => own === name);
}

/**
 * Names of the implementations that propagate or train replicas. A new one also gets a name in the contract's
 * enumeration Backend, costs (kinds/propagation/costs.ts), a loader (worker/backends/registry.ts)
 * and a device that offers it (worker/devices/devices.ts).
 */
export const BACKENDS = [...PROCESSOR_BACKENDS, "webgpu", "tensorflow", "tensorflow_wasm"] as const;

export type BackendName = (typeof BACKENDS)[number];

/** What a run can ask for: one backend, or whatever backend a worker has. */
export const RUN_BACKENDS = [...BACKENDS, "any"] as const;

export type RunBackend = (typeof RUN_BACKENDS)[number];

/** A backend of a device. Backends of the same name and generator give the same bits. */
export interface DeviceBackend {
  readonly name: BackendName;
  /** The random generator and all else that decides the bits; empty where it is not known. */
  readonly generator: string;
  /** The driver with its version, where the backend has one; for people. */
  readonly driver?: string;
  /** Kinds of run that the device computes with it, as on the wire; absent where it names none. */
  readonly kinds?: readonly (string | number)[];
  /** True if the backend computes on a graphics card, or on a processor that plays one's part. */
  readonly isGpu?: boolean;
  /** True if a processor does what a card should; it was let in on purpose. */
  readonly isSoftware?: boolean;
  /** Memory of the device in bytes, where it is known. */
  readonly memoryBytes?: number;
  /** Weights per second that all slots together drew when the worker started, if it measured. */
  readonly weightsPerSecond?: number;
}
