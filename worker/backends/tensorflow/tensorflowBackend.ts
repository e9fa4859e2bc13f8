import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import { reasonOf } from "../../../shared/wire/reason.ts";
import {
  type Backend,
  type BackendDevice,
  type DeviceChoice,
  DeviceLostError,
  type PropagationTask,
  type ReplicaObservables,
} from "../backend.ts";
import { propagateBatch } from "./batch.ts";
import { BatchMemory } from "./batchMemory.ts";
import { gpuDevice, processorDevice, visibleCards } from "./device.ts";
import { checkStream, drawsOf } from "./draws.ts";
import { layersOf, realType } from "./layers.ts";
import { loadLibrary, TENSORFLOW } from "./library.ts";
import { Operators } from "./operators.ts";
import { type Batches, trainStacked } from "../tensorflowJs/stackedTrainer.ts";
import { blockSize, SteadyBatches } from "./steadyBatches.ts";

/**
 * Names the random stream (draws.ts) and what is computed from it; changed with either, and with the
 * bits of what is trained.
 */
const STREAM = "stateless-philox/1";

/** Batches of trainings: no shard of them is smaller (shared/kinds/training/costs.ts). */
const TRAINING_BATCHES: Batches = { most: 64, areFixed: true };

/** Most characters of a generator's name on the wire. */
const GENERATOR_LENGTH = 100;

/**
 * Loads TensorFlow into this process, which should have nothing else to do: TensorFlow reads its
 * environment once, and never leaves.
 *
 * @throws Error saying in one sentence why this machine cannot have it
 */
export async function loadTensorflowBackend(choice: DeviceChoice): Promise<Backend> {
  await showOneCard(choice);
  const { binding, isUsingGpuDevice, tf } = loadLibrary();
  const version = binding.TF_Version;
  const { device, identity } = isUsingGpuDevice
    ? await gpuDevice(version)
    : processorDevice(version);
  refuseUnwanted(device, choice);
  const operators = new Operators(binding);
  checkStream(operators);
  const batches = new SteadyBatches(operators);
  const memory = new BatchMemory(device);
  return {
    generator: `tensorflow ${version} ${STREAM} ${identity}`.slice(0, GENERATOR_LENGTH),
    device,
    get isSpent() {
      return operators.isSpent;
    },
    propagate: (task, advanced) => propagate({ operators, batches, memory }, task, advanced),
    train: async (task, advanced) => {
      try {
        // All copies of TensorFlow.js in a process share what is chosen.
        await tf.setBackend(TENSORFLOW);
        return await trainStacked(tf, task, TRAINING_BATCHES, advanced);
      } catch (error) {
        throw problemOf(error);
      } finally {
        operators.noteOthers();
      }
    },
  };
}

/**
 * Lets TensorFlow see the chosen card, or else the first, and no other: with several it would put
 * tensors on one card and operators on another.
 */
async function showOneCard({ adapter }: DeviceChoice): Promise<void> {
  // Whoever set it to nothing has hidden all cards.
  if (process.env["CUDA_VISIBLE_DEVICES"] === "") return;
  const cards = await visibleCards();
  const [card = cards[0] ?? "0"] = cards.filter((each) => each === adapter);
  process.env["CUDA_VISIBLE_DEVICES"] = card;
}

function refuseUnwanted(device: BackendDevice, { adapter, allowSoftware }: DeviceChoice): void {
  if (device.isSoftware && allowSoftware !== true) {
    throw new Error(
      "backend tensorflow: TensorFlow has found no GPU that it can use, and would compute on the " +
        "processor, far slower than simd; see docs/tensorflow.md for what it needs to find a card, " +
        "or pass --allow-software if you mean it",
    );
  }
  const names = [process.env["CUDA_VISIBLE_DEVICES"] ?? "", device.description];
  if (adapter === undefined || names.some((name) => includes(name, adapter))) return;
  throw new Error(
    `backend tensorflow: its device is ${device.description}, not '${adapter}'; ` +
      "choose the card with CUDA_VISIBLE_DEVICES",
  );
}

function includes(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}

interface Machine {
  readonly operators: Operators;
  readonly batches: SteadyBatches;
  readonly memory: BatchMemory;
}

/**
 * Takes whole blocks of replicas, as many at once as memory and bits allow; replicas of the first and
 * of the last block that nobody asked for are computed and dropped.
 */
async function propagate(
  { operators, batches, memory }: Machine,
  task: PropagationTask,
  advanced?: () => void,
): Promise<ReplicaObservables> {
  const { network, sampling, depths, replicaCount } = task;
  const values = new Float64Array(depths.length * replicaCount);
  const draws = drawsOf(operators, network, sampling, realType(network), task.seed);
  const layers = layersOf(operators, network, sampling);
  const drift = draws.drift + layers.drift;
  const size = blockSize(network.width);
  const endReplica = task.firstReplica + replicaCount;

  let first = Math.floor(task.firstReplica / size) * size;
  while (first < endReplica) {
    const left = Math.ceil((endReplica - first) / size);
    let blocks = Math.min(left, memory.blocks(network, sampling));
    try {
      using _ = operators.scope();
      blocks = batches.blocksAtOnce(network, sampling, blocks);
      const products = batches.productsFor(network, sampling);
      const atDepth = (position: number, growths: Float64Array) => {
        const depth = depths[position] as number;
        for (const [i, growth] of growths.entries()) {
          const index = first + i - task.firstReplica;
          if (index < 0 || index >= replicaCount) continue;
          values[position * replicaCount + index] = growth + depth * drift;
        }
      };
      const propagation = { operators, draws, layers, products, depths };
      await propagateBatch(propagation, first, blocks * size, atDepth, advanced);
    } catch (error) {
      memory.takeLess(network, sampling, blocks, problemOf(error));
      continue;
    }
    first += blocks * size;
  }
  return { names: [LOG_NORM_GROWTH.name], values };
}

/** What an operator's failure means: a message of TensorFlow's own, with the status in front. */
function problemOf(error: unknown): Error {
  const reason = reasonOf(error);
  if (/CUDA_ERROR|CUBLAS_STATUS|CUSOLVER_STATUS/.test(reason)) {
    const [first = reason] = reason.split("\n").filter((line) => /CUDA|CUBLAS|CUSOLVER/.test(line));
    return new DeviceLostError(`backend tensorflow: the card failed: ${first.trim()}`);
  }
  return error instanceof Error ? error : new Error(reason);
}
