import { fileURLToPath } from "node:url";

import { MODULE, type ProcessOptions } from "./loadedProcess.ts";
import { ShardProcess } from "./shardProcess.ts";

/** Time that the process has to end, once it has said what it was asked. */
const CLOSE_SECONDS = 1;

/**
 * Asks a process which adapters a backend can be loaded with; none if it has no choice.
 *
 * @throws Error saying in a sentence why that cannot be found out
 */
export async function listedAdapters(options: ProcessOptions): Promise<readonly string[]> {
  const { backend, log, module } = options;
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const child = new ShardProcess(
    fileURLToPath(module ?? MODULE),
    {
      message: (message) => {
        if (message.kind === "listed") resolve(message.adapters);
        if (message.kind === "unloadable") reject(new Error(message.reason));
      },
      ended: (how) => {
        reject(new Error(`the process that should list adapters is gone: ${how}`));
      },
    },
    log,
  );
  child.send({ kind: "list", backend });
  try {
    return await promise;
  } finally {
    await child.close(CLOSE_SECONDS);
  }
}
