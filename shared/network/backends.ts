/** What can propagate replicas inside a worker thread. Backends of one name give the same bits. */
export const BACKENDS = ["reference", "simd"] as const;

export type BackendName = (typeof BACKENDS)[number];
