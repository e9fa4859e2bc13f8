import type { Network } from "../../../shared/network/network.ts";
import type { Sampling } from "../../../shared/network/weights.ts";
import { bytes } from "../../../shared/text/counts.ts";
import type { BackendDevice } from "../backend.ts";
import { realType } from "./layers.ts";
import { blockSize, numbersOf } from "./steadyBatches.ts";

/** Bytes of matrices in a batch on a processor, to stay in its caches. */
const PROCESSOR_BYTES = 2 ** 22;

/** Bytes of matrices in a batch on a card: more would not make it faster. */
const CARD_BYTES = 2 ** 30;

/** Tensors as large as a layer's matrices that exist at the same time: those of QR. */
const COPIES = 6;

/** TensorFlow's status RESOURCE_EXHAUSTED, as its binding words it. */
const EXHAUSTED = /Invalid TF_Status: 8\b|OOM when allocating|failed to allocate memory/i;

/** Knows how many blocks of replicas the device's memory holds, and learns when that were too many. */
export class BatchMemory {
  readonly #device: BackendDevice;
  #limit: number;

  constructor(device: BackendDevice) {
    const { isSoftware, memoryBytes = Infinity } = device;
    this.#device = device;
    this.#limit = isSoftware ? PROCESSOR_BYTES : Math.min(CARD_BYTES, memoryBytes / COPIES);
  }

  /** The most blocks of a batch, and at least one. */
  blocks(network: Network, sampling: Sampling): number {
    return Math.max(1, Math.floor(this.#limit / blockBytes(network, sampling)));
  }

  /**
   * Takes half as many blocks from now on if memory was short.
   *
   * @throws the error, if it is another, and an Error saying so, if there was only one block
   */
  takeLess(network: Network, sampling: Sampling, blocks: number, error: Error): void {
    if (!EXHAUSTED.test(error.message)) throw error;
    const needed = blockBytes(network, sampling);
    if (blocks === 1) {
      const { width, weights } = network;
      const copies = weights === "orthogonal" ? COPIES : 2;
      throw new Error(
        `backend tensorflow: ${this.#device.description} has too little memory for layers of ` +
          `width ${width}, which take about ${bytes(copies * needed)}; take narrower networks, ` +
          "another backend, or a device with more memory",
        { cause: error },
      );
    }
    this.#limit = (blocks / 2) * needed;
  }
}

function blockBytes(network: Network, sampling: Sampling): number {
  const numberBytes = realType(network) === "float32" ? 4 : 8;
  return blockSize(network.width) * numbersOf(network, sampling) * numberBytes;
}
