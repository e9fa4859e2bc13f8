/**
 * A module of processes that compute as worker/pool/process.ts does, four shards at a time, except
 * for the runs of some seeds. It prints on standard output, as drivers do.
 */
import { setTimeout as delay } from "node:timers/promises";

import type { BackendName } from "../../../shared/specification/backends.ts";
import { DeviceLostError, type Backend } from "../../../worker/backends/backend.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { serveShards } from "../../../worker/pool/shardServer.ts";
import { CRUEL } from "./cruelSeeds.ts";

const SLOTS = 4;

process.stdout.write("a driver says hello\n");

serveShards({ load: loadFaulty, list: async () => [] });

async function loadFaulty(name: BackendName): Promise<Backend> {
  if (name === "tensorflow") throw new Error("tensorflow is not set up here");
  const backend = await loadBackend(name);
  let waiting: (() => void)[] = [];
  let isSpent = false;
  const faulty: Backend = {
    ...backend,
    get isSpent() {
      return isSpent;
    },
    slotCount: SLOTS,
    device: {
      description: "Faulty 9000",
      driver: "faultydriver 1.2",
      memoryBytes: 2 ** 33,
      isGpu: true,
      isSoftware: false,
    },
    propagate: async (task, advanced) => {
      switch (task.seed) {
        case CRUEL.together: {
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.push(resolve);
          if (waiting.length === SLOTS) {
            for (const go of waiting) go();
            waiting = [];
          }
          await promise;
          break;
        }
        case CRUEL.slow:
          for (;;) {
            await delay(20);
            advanced?.();
          }
        case CRUEL.busy:
          for (;;) advanced?.();
        case CRUEL.silent:
          await delay(1_000_000);
          break;
        case CRUEL.blocked:
          for (;;);
        case CRUEL.dies:
          await delay(20);
          process.exit(7);
        case CRUEL.losesDevice:
          await delay(20);
          throw new DeviceLostError("the card fell off the bus");
        case CRUEL.spends:
          isSpent = true;
          break;
        case CRUEL.throws:
          throw new Error("this shard is poison");
      }
      const seen = await backend.propagate(task, advanced);
      return { ...seen, recomputedCount: 3 };
    },
  };
  return faulty;
}
