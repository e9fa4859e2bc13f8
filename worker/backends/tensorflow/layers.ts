import type { Network } from "../../../shared/network/network.ts";
import type { Sampling } from "../../../shared/network/weights.ts";
import { scaledActivation } from "../scaledActivation.ts";
import type { RealType } from "./binding.ts";
import type { Operators, Tensor } from "./operators.ts";

/**
 * Slopes flatter than this are left to logarithms, because their squares might underflow. Beside a
 * unit on the steeper side a float32 number does not see them anyway.
 */
const FLATTEST = 2 ** -40;

/** Sums of ±x_j smaller than this are zero (shared/random/layerProduct.ts). */
const CANCELLED = 2 ** -44;

/** Norms to multiply before a logarithm is taken. A product of so many stays within float64. */
export const NORMS_A_LOGARITHM = 8;

/**
 * The type of activations and weights. float32 does, because nothing has to agree replica by
 * replica with another backend. Two networks need more: TensorFlow's float32 normals are exactly 0
 * once in 2²³ draws, which would extinguish a network of width 1; and sums of ±x_j that cancel must
 * be told from small ones.
 */
export function realType({ weights, width }: Network): RealType {
  return width === 1 || weights === "rademacher" ? "float64" : "float32";
}

/** How a layer multiplies its matrices with the activations. */
export type Products = "batched" | "summed";

/** Replicas between two layers. Shapes begin with [replicas]. */
export interface LayerState {
  /** Activations, with a norm of 1, or 0 where they are extinct; [replicas, width, 1]. */
  readonly x: Tensor;
  /** Product of the norms since a logarithm was taken; [replicas, 1, 1]. */
  readonly product: Tensor<"float64">;
  /** Layers that had no unit on the steeper side, where those are counted; [replicas, 1, 1]. */
  readonly oneSided: Tensor<"float64">;
}

/** What is computed in a layer of a network. */
export interface Layers {
  /** Growth per layer to add to that of the draws. */
  readonly drift: number;
  /** Growth that each one-sided layer lacks. */
  readonly logRatio: number;
  /** Replaces drawn directions by the state at depth 0. */
  start(input: Tensor, replicas: number): LayerState;
  /** One more layer, from its numbers: matrices, or isotropic directions. Frees the state before. */
  advance(state: LayerState, drawn: Tensor, products: Products): LayerState;
}

/**
 * The layer in TensorFlow's operators.
 *
 * The activation is scaled as in ../scaledActivation.ts: the steeper slope becomes 1 in size. That also
 * drops signs: ψ stands for ±ψ(±z). They would not change the law, because W and −W have the same.
 */
export function layersOf(operators: Operators, network: Network, sampling: Sampling): Layers {
  const { width, weights } = network;
  const { ratio, logRatio, drift } = scaledActivation(network);
  const type = realType(network);
  const isFlat = ratio !== 0 && Math.abs(ratio) < FLATTEST;

  const wide = (tensor: Tensor): Tensor<"float64"> =>
    type === "float64" ? (tensor as Tensor<"float64">) : operators.cast(tensor, type);

  const multiplied = (matrices: Tensor, x: Tensor, products: Products): Tensor => {
    if (products === "batched") return operators.batchedProducts(type, matrices, x);
    const replicas = -1;
    const row = operators.reshape(type, x, [replicas, 1, width]);
    return operators.reduce("Sum", type, operators.binary("Mul", type, matrices, row), 2);
  };

  /** Haar matrices by QR (Mezzadri 2007): Q times the signs of R's diagonal. */
  const rotated = (matrices: Tensor, x: Tensor, products: Products): Tensor => {
    const [q, diagonal] = operators.qr(type, matrices);
    const signs = operators.reshape(type, operators.unary("Sign", type, diagonal), [-1, width, 1]);
    return multiplied(q, operators.binary("Mul", type, signs, x), products);
  };

  const preactivations = (state: LayerState, drawn: Tensor, products: Products): Tensor => {
    // The direction is uniform whatever came before.
    if (sampling === "isotropic") return drawn;
    if (weights === "orthogonal") return rotated(drawn, state.x, products);
    const z = multiplied(drawn, state.x, products);
    if (weights !== "rademacher") return z;
    const size = operators.unary("Abs", type, z);
    const isZero = operators.compare("Less", type, size, operators.scalar(CANCELLED, type));
    return operators.select(type, isZero, operators.scalar(0, type), z);
  };

  const normOf = (tensor: Tensor) => operators.reduce("EuclideanNorm", type, tensor, 1);

  return {
    drift,
    logRatio,
    start(input, replicas) {
      const state = operators.tidy(() => [
        operators.binary("DivNoNan", type, input, normOf(input)),
        operators.filled([replicas, 1, 1], 1, "float64"),
        operators.filled([replicas, 1, 1], 0, "float64"),
      ]);
      return stateOf(state);
    },
    advance(state, drawn, products) {
      const next = operators.tidy(() => {
        const z = preactivations(state, drawn, products);
        let { oneSided } = state;
        let y = operators.leakyRelu(type, z, isFlat ? 0 : ratio);
        if (isFlat) {
          const steeper = normOf(y);
          const isOneSided = operators.compare(
            "LessEqual",
            type,
            steeper,
            operators.scalar(0, type),
          );
          y = operators.select(type, isOneSided, z, y);
          const counted = operators.cast(isOneSided, "bool");
          oneSided = operators.binary("AddV2", "float64", oneSided, counted);
        }
        const norm = normOf(y);
        let growth = wide(norm);
        if (sampling === "isotropic" && weights === "orthogonal") {
          growth = operators.binary("DivNoNan", "float64", growth, wide(normOf(z)));
        }
        return [
          operators.binary("DivNoNan", type, y, norm),
          operators.binary("Mul", "float64", state.product, growth),
          oneSided,
        ];
      });
      operators.free(state.x, state.product);
      if (next[2] !== state.oneSided) operators.free(state.oneSided);
      return stateOf(next);
    },
  };
}

function stateOf([x, product, oneSided]: readonly Tensor[]): LayerState {
  return {
    x: x as Tensor,
    product: product as Tensor<"float64">,
    oneSided: oneSided as Tensor<"float64">,
  };
}
