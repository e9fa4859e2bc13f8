/** What can propagate replicas inside a worker thread. */
export const BACKENDS = ["reference", "simd"] as const;

export type BackendName = (typeof BACKENDS)[number];

/** A backend as a device has it. Backends of one name and one generator give the same bits. */
export interface DeviceBackend {
  readonly name: BackendName;
  /** The random generator and what else decides its bits; empty where it is not known. */
  readonly generator: string;
}
