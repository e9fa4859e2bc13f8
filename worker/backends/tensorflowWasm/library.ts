import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";

import type * as wasm from "@tensorflow/tfjs-backend-wasm";

import { reasonOf } from "../../../shared/wire/reason.ts";
import type { TensorFlowJs } from "../tensorflowJs/tensors.ts";

const CORE = "@tensorflow/tfjs-core";
const BACKEND = "@tensorflow/tfjs-backend-wasm";

/** The name of WebAssembly among the backends of TensorFlow.js. */
export const WASM = "wasm";

/** What `npm install` takes to bring the packages. */
const INSTALL = `npm install ${CORE}@4 ${BACKEND}@4`;

/** What a program can do at its end. */
const END_EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/** The packages of TensorFlow.js for WebAssembly, found but not loaded. */
export interface FoundLibrary {
  /** The version of both. */
  readonly version: string;
  /** Loads TensorFlow.js, and its WebAssembly, into this thread. */
  load(): Promise<TensorFlowJs>;
}

/**
 * Finds the optional packages without loading them, which would take a worker's start a moment.
 *
 * @param place a file from which they are looked for, as if it imported them
 * @throws Error saying in a sentence how to get them
 */
export function findLibrary(place: string = import.meta.filename): FoundLibrary {
  const require = createRequire(place);
  const versions = [CORE, BACKEND].map((name) => versionOf(require, name));
  const [version = ""] = versions;
  if (new Set(versions).size > 1) {
    throw new Error(
      `backend tensorflow_wasm: ${CORE} is version ${version} and ${BACKEND} is ` +
        `${versions[1]}; run '${INSTALL}' where lyapunov-cluster is installed`,
    );
  }
  let loading: Promise<TensorFlowJs> | undefined;
  return {
    version,
    load: () => {
      loading ??= load(require);
      return loading;
    },
  };
}

function versionOf(require: NodeJS.Require, name: string): string {
  let path;
  try {
    path = require.resolve(`${name}/package.json`);
  } catch {
    throw new Error(
      `backend tensorflow_wasm: the optional package ${name} is not installed; ` +
        `run '${INSTALL}' where lyapunov-cluster is installed`,
    );
  }
  return (require(path) as { readonly version: string }).version;
}

async function load(require: NodeJS.Require): Promise<TensorFlowJs> {
  const tf = require(CORE) as TensorFlowJs;
  // It is quiet then.
  tf.enableProdMode();
  const backend = require(BACKEND) as typeof wasm;
  const folder = dirname(require.resolve(`${BACKEND}/package.json`));
  backend.setWasmPaths([folder, "wasm-out", ""].join(sep));
  // A worker's threads are its own: each computes its own shards.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) {
    throw new Error("backend tensorflow_wasm: this Node has no WebAssembly SIMD; use Node 24");
  }
  const events: EventEmitter = process;
  const before = END_EVENTS.map((event) => [event, events.listeners(event)] as const);
  try {
    if (!(await tf.setBackend(WASM))) throw new Error("its WebAssembly does not start");
    await tf.ready();
  } catch (error) {
    throw new Error(`backend tensorflow_wasm: ${BACKEND} cannot be loaded: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    // Emscripten would end whoever has an error, and drop what others have to say of it.
    for (const [event, listeners] of before) {
      for (const listener of events.listeners(event) as (() => void)[]) {
        if (!listeners.includes(listener)) events.off(event, listener);
      }
    }
  }
  return tf;
}
