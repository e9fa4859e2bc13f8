import { setImmediate } from "node:timers/promises";

import type { Draws } from "./draws.ts";
import { type Layers, type LayerState, NORMS_A_LOGARITHM, type Products } from "./layers.ts";
import type { Operators, Tensor } from "./operators.ts";

/** Layers between two moments at which TensorFlow is waited for, so that its queue stays short. */
const LAYERS_AHEAD = 64;

/** How to propagate replicas of one network. */
export interface Propagation {
  readonly operators: Operators;
  readonly draws: Draws;
  readonly layers: Layers;
  readonly products: Products;
  /** Ascending; nothing beyond the last is propagated. */
  readonly depths: readonly number[];
}

/**
 * Propagates consecutive replicas side by side and gives their log ‖x_l‖ − log ‖x_0‖, without what
 * every layer adds, at each depth. Other work of the process has its turn after every layer.
 */
export async function propagateBatch(
  { operators, draws, layers, products, depths }: Propagation,
  firstReplica: number,
  replicas: number,
  atDepth: (position: number, growths: Float64Array) => void,
  advanced?: () => void,
): Promise<void> {
  using _ = operators.scope();
  const input = draws.input(firstReplica, replicas);
  const nextDrawn = draws.start(firstReplica, replicas);
  let state = layers.start(input, replicas);
  operators.free(input);
  let logarithm = operators.filled([replicas, 1, 1], 0, "float64");

  const logarithmNow = (): Tensor<"float64"> => {
    const logOfProduct = operators.unary("Log", "float64", state.product);
    return operators.binary("AddV2", "float64", logarithm, logOfProduct);
  };
  /** Takes the logarithm of the norms multiplied so far; always after the same layers. */
  const collect = () => {
    const [sum, product] = operators.tidy(() => [
      logarithmNow(),
      operators.filled([replicas, 1, 1], 1, "float64"),
    ]);
    operators.free(logarithm, state.product);
    logarithm = sum;
    state = { ...state, product };
  };
  const growths = (): Float64Array => {
    const [sum] = operators.tidy(() => [logarithmNow()] as const);
    const found = operators.read(sum);
    operators.free(sum);
    if (layers.logRatio === -Infinity) return found;
    const oneSided = operators.read(state.oneSided);
    return found.map((growth, i) => growth + (oneSided[i] as number) * layers.logRatio);
  };

  let layer = 0;
  let isExtinct = false;
  for (const [position, depth] of depths.entries()) {
    while (layer < depth && !isExtinct) {
      state = advanceOnce(operators, layers, state, nextDrawn, products);
      layer++;
      advanced?.();
      if (layer % NORMS_A_LOGARITHM === 0) collect();
      if (layer % LAYERS_AHEAD === 0) {
        isExtinct = operators.read(logarithm).every((growth) => growth === -Infinity);
      }
      await setImmediate();
    }
    atDepth(position, growths());
  }
}

function advanceOnce(
  operators: Operators,
  layers: Layers,
  state: LayerState,
  nextDrawn: () => Tensor,
  products: Products,
): LayerState {
  const drawn = nextDrawn();
  const next = layers.advance(state, drawn, products);
  operators.free(drawn);
  return next;
}
