import type { Backend } from "../../../../worker/backends/backend.ts";
import type { Binding } from "../../../../worker/backends/tensorflow/binding.ts";
import { loadLibrary } from "../../../../worker/backends/tensorflow/library.ts";
import { Operators } from "../../../../worker/backends/tensorflow/operators.ts";
import { loadTensorflowBackend } from "../../../../worker/backends/tensorflow/tensorflowBackend.ts";

let backend: Promise<Backend> | undefined;
let operators: Operators | undefined;

/** The backend on TensorFlow's processor device, the same one for all tests. */
export function loadedBackend(): Promise<Backend> {
  backend ??= loadTensorflowBackend({ allowSoftware: true });
  return backend;
}

/** TensorFlow's binding, loaded once in a process. */
export function loadedBinding(): Binding {
  return loadLibrary().binding;
}

/** TensorFlow's operators, the same ones for all tests. */
export function loadedOperators(): Operators {
  operators ??= new Operators(loadedBinding());
  return operators;
}
