/**
 * A module of processes with three cards, one of which is software: the processor computes on all
 * of them, on the better ones with a shorter rest. TensorFlow has the first of them, too, or computes on the
 * processor itself where software is allowed.
 */
import { setTimeout as delay } from "node:timers/promises";

import type { BackendName } from "../../../shared/specification/backends.ts";
import type { Backend, DeviceChoice } from "../../../worker/backends/backend.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { serveShards } from "../../../worker/pool/shardServer.ts";

/** Milliseconds that a shard rests on each card. */
const RESTS = { "NVIDIA Great": 1, "NVIDIA Small": 20, Softy: 1 } as const;
const TENSORFLOW_REST = 60;
const PROCESSOR = "Processor";

serveShards({
  load: async (name, choice) => {
    if (name === "tensorflow") {
      const description = choice.allowSoftware === true ? PROCESSOR : "Great";
      return fakeBackend(name, description, TENSORFLOW_REST);
    }
    return fakeBackend(name, cardOf(choice), RESTS[cardOf(choice)]);
  },
  list: async (name) => (name === "webgpu" ? Object.keys(RESTS) : []),
});

function cardOf({ adapter, allowSoftware = false }: DeviceChoice): keyof typeof RESTS {
  if (adapter === "Softy" && !allowSoftware) throw new Error("Softy is software");
  return adapter as keyof typeof RESTS;
}

async function fakeBackend(name: BackendName, description: string, rest: number): Promise<Backend> {
  const backend = await loadBackend("simd");
  return {
    generator: `${name} of ${description}`,
    slotCount: 2,
    device: {
      description,
      driver: "fake 1",
      isGpu: description !== PROCESSOR,
      isSoftware: description === "Softy" || description === PROCESSOR,
    },
    propagate: async (task, advanced) => {
      await delay(rest);
      return backend.propagate(task, advanced);
    },
  };
}
