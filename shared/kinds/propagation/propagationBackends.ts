import type { BackendName } from "../../specification/backends.ts";

/** The backends that propagate; the others only train. */
export const PROPAGATION_BACKENDS = [
  "reference",
  "simd",
  "webgpu",
  "tensorflow",
] as const satisfies readonly BackendName[];

export type PropagationBackend = (typeof PROPAGATION_BACKENDS)[number];

/** What a run of this kind can ask for: one backend, or whatever backend a worker has. */
export const PROPAGATION_RUN_BACKENDS = [...PROPAGATION_BACKENDS, "any"] as const;

/** True for a backend that propagates. */
export function canPropagateAtAll(name: string): name is PropagationBackend {
  return PROPAGATION_BACKENDS.some((own) => own === name);
}
