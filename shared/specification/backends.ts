/** Backends that run on any processor; the others need a device, or a library that is set up. */
export const PROCESSOR_BACKENDS = ["reference", "simd"] as const;

export type ProcessorBackend = (typeof PROCESSOR_BACKENDS)[number];

/**
 * Names of the implementations that propagate replicas. A new one also gets a name in the contract's
 * enumeration Backend, costs (kinds/propagation/costs.ts), a loader (worker/backends/registry.ts)
 * and a device that offers it (worker/devices/devices.ts).
 */
export const BACKENDS = [...PROCESSOR_BACKENDS, "webgpu", "tensorflow"] as const;

export type BackendName = (typeof BACKENDS)[number];

/** A backend of a device. Backends of the same name and generator give the same bits. */
export interface DeviceBackend {
  readonly name: BackendName;
  /** The random generator and all else that decides the bits; empty where it is not known. */
  readonly generator: string;
}
