/** Names of the implementations that propagate replicas in a worker's threads. */
export const BACKENDS = ["reference", "simd"] as const;

export type BackendName = (typeof BACKENDS)[number];

/** A backend of a device. Backends of the same name and generator give the same bits. */
export interface DeviceBackend {
  readonly name: BackendName;
  /** The random generator and all else that decides the bits; empty where it is not known. */
  readonly generator: string;
}
