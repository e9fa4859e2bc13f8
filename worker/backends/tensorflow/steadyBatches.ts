import type { Network } from "../../../shared/network/network.ts";
import type { Sampling } from "../../../shared/network/weights.ts";
import { drawsOf, wholeGroups } from "./draws.ts";
import type { RealType } from "./binding.ts";
import { type Layers, layersOf, type Products, realType } from "./layers.ts";
import type { Operators, Tensor } from "./operators.ts";

/** Replicas of a block of narrow networks: no shard is smaller (shared/kinds/propagation/costs.ts). */
const BLOCK = 8;

/** From this width on, a block has the fewest replicas that can be drawn. */
const WIDE = 1024;

/** Numbers of a layer in the batch that decides how products are computed. */
const TRIAL_NUMBERS = 2 ** 20;
const TRIAL_BLOCKS = 256;

/** Most blocks of a batch that are compared with it: its shape matters, not their numbers. */
const COMPARED_BLOCKS = 32;

/** Replicas that are computed together, whichever of them are asked for. */
export function blockSize(width: number): number {
  return width < WIDE ? BLOCK : wholeGroups(width);
}

/**
 * Finds out which batches may be computed at once.
 *
 * A replica's bits are those that it has in its block. Libraries of products choose their way by
 * the shape of what they get, and may sum in another order for many matrices than for few. So each
 * size of batch is tried once, against its blocks one after another.
 */
export class SteadyBatches {
  readonly #operators: Operators;
  readonly #products = new Map<string, Products>();
  readonly #isSteady = new Map<string, boolean>();

  constructor(operators: Operators) {
    this.#operators = operators;
  }

  /** How to compute a network's products: a function of the network alone on one device. */
  productsFor(network: Network, sampling: Sampling): Products {
    const name = nameOf(network, sampling);
    let products = this.#products.get(name);
    if (products === undefined) {
      const blocks = 2 ** Math.floor(Math.log2(TRIAL_NUMBERS / blockNumbers(network, sampling)));
      const isSteady =
        blocks < 2 || this.#areSame(network, sampling, Math.min(TRIAL_BLOCKS, blocks), "batched");
      products = isSteady ? "batched" : "summed";
      this.#products.set(name, products);
    }
    return products;
  }

  /** The most blocks, a power of two up to `most`, that can be computed at once. */
  blocksAtOnce(network: Network, sampling: Sampling, most: number): number {
    // A single block is work enough.
    if (blockNumbers(network, sampling) > TRIAL_NUMBERS / 2) return 1;
    const products = this.productsFor(network, sampling);
    for (let blocks = 2 ** Math.floor(Math.log2(most)); blocks > 1; blocks /= 2) {
      const name = `${nameOf(network, sampling)} ${blocks}`;
      const isSteady =
        this.#isSteady.get(name) ?? this.#areSame(network, sampling, blocks, products);
      this.#isSteady.set(name, isSteady);
      if (isSteady) return blocks;
    }
    return 1;
  }

  /** Whether a batch of so many blocks has the bits of its blocks. */
  #areSame(network: Network, sampling: Sampling, blocks: number, products: Products): boolean {
    const operators = this.#operators;
    using _ = operators.scope();
    const type = realType(network);
    const { width } = network;
    const count = blockSize(width);
    const replicas = blocks * count;
    const draws = drawsOf(operators, network, sampling, type, 0n);
    const layers = layersOf(operators, { ...network, negativeSlope: 0.5 }, sampling);
    const input = draws.input(0, replicas);
    const drawn = draws.start(0, replicas)();
    const inputShape = [replicas, width, 1];
    const drawnShape = [replicas, width, sampling === "dense" ? width : 1];

    const whole = this.#seen(layers, type, replicas, products, () => [input, drawn]);
    const step = count * Math.max(1, blocks / COMPARED_BLOCKS);
    for (let first = 0; first < replicas; first += step) {
      const part = this.#seen(layers, type, count, products, () => [
        operators.slice(type, input, inputShape, first, count),
        operators.slice(type, drawn, drawnShape, first, count),
      ]);
      for (const [i, numbers] of part.entries()) {
        const begin = (numbers.length / count) * first;
        if (!numbers.every((number, j) => Object.is(number, whole[i]?.[begin + j]))) return false;
      }
    }
    return true;
  }

  /** What replicas have become after a layer: products of norms, and activations. */
  #seen(
    layers: Layers,
    type: RealType,
    replicas: number,
    products: Products,
    numbers: () => readonly [input: Tensor, drawn: Tensor],
  ): readonly Float64Array[] {
    const operators = this.#operators;
    using _ = operators.scope();
    const [input, drawn] = numbers();
    const { x, product } = layers.advance(layers.start(input, replicas), drawn, products);
    return [operators.read(product), operators.read(operators.cast(x, type))];
  }
}

/** Numbers that a replica draws in a layer. */
export function numbersOf({ width }: Network, sampling: Sampling): number {
  return sampling === "dense" ? width * width : width;
}

function blockNumbers(network: Network, sampling: Sampling): number {
  return blockSize(network.width) * numbersOf(network, sampling);
}

function nameOf({ weights, width }: Network, sampling: Sampling): string {
  return `${weights} ${sampling} ${width}`;
}
