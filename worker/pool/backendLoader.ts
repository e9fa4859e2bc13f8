import { BACKENDS, type BackendName } from "../../shared/specification/backends.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { Backend } from "../backends/backend.ts";

/** Loads a backend, or says in one sentence why it cannot be had here. */
export type BackendLoader = (name: BackendName) => Promise<Backend>;

/** A loader that loads each backend only once, when it is first asked for it. */
export function loadedOnce(load: BackendLoader): BackendLoader {
  const backends = new Map<BackendName, Promise<Backend>>();
  return (name) => {
    const loading = backends.get(name) ?? load(name);
    backends.set(name, loading);
    return loading;
  };
}

/** Loads the backend of a task; an unknown one is the task's fault, and reading the task says so. */
export async function loadBackendOf(
  load: BackendLoader,
  { backend }: Pick<ShardTask__Output, "backend">,
): Promise<void> {
  const name = BACKENDS.find((known) => known === shortName("backend", backend));
  if (name !== undefined) await load(name);
}
