import type { Network } from "../../../shared/network/network.ts";
import type { Sampling } from "../../../shared/network/weights.ts";
import type { RealType } from "./binding.ts";
import type { Operators, RandomOperator, Tensor } from "./operators.ts";

/** The layer whose draws are the initial input. */
const INPUT_LAYER = 0;

/** One step of a layer in the counter: below it is room for 2⁹⁶ positions. */
const LAYER_STEP = 1n << 32n;

/** Positions in the stream that a group of random numbers takes; a group is 16 bytes long. */
const POSITIONS = {
  StatelessRandomNormalV2: { float32: 1, float64: 1 },
  StatelessRandomUniformV2: { float32: 1, float64: 1 },
  // Each number has 256 words to be drawn from until one is within the bounds.
  StatelessTruncatedNormalV2: { float32: 256, float64: 128 },
} as const satisfies Record<RandomOperator, Record<RealType, number>>;

const GROUP_NUMBERS = { float32: 4, float64: 2 } as const satisfies Record<RealType, number>;

/** Half the distance of two neighbours among TensorFlow's uniform numbers in [0, 1). */
const HALF_STEP = { float32: 2 ** -24, float64: 2 ** -53 } as const;

/** A law of entries as TensorFlow draws it. */
interface Recipe {
  readonly operator: RandomOperator;
  /** Growth per layer to add to that of shared/random/drift.ts, for what the recipe draws too small. */
  readonly drift: number;
  readonly finish?: (operators: Operators, type: RealType, drawn: Tensor) => Tensor;
}

/** Numbers in (−½, ½), symmetric and never 0: TensorFlow's uniform ones moved by half a step. */
function centred(operators: Operators, type: RealType, drawn: Tensor): Tensor {
  return operators.binary("AddV2", type, drawn, operators.scalar(HALF_STEP[type] - 0.5, type));
}

const NORMAL: Recipe = { operator: "StatelessRandomNormalV2", drift: 0 };

const RECIPES: Readonly<Partial<Record<Network["weights"], Recipe>>> = {
  gaussian: NORMAL,
  // Of which the columns are made orthogonal.
  orthogonal: NORMAL,
  uniform: { operator: "StatelessRandomUniformV2", drift: Math.LN2, finish: centred },
  rademacher: {
    operator: "StatelessRandomUniformV2",
    drift: 0,
    finish: (operators, type, drawn) =>
      operators.unary("Sign", type, centred(operators, type, drawn)),
  },
  // Cut at ±2, as ours is.
  truncated_normal: { operator: "StatelessTruncatedNormalV2", drift: 0 },
};

/** Draws numbers of all replicas of a batch at once, shape [replicas, rows, columns]. */
export interface Draws {
  /** Growth per layer to add to that of shared/random/drift.ts. */
  readonly drift: number;
  /** Rows of normals, shape [replicas, width, 1]: directions for x₀. */
  input(firstReplica: number, replicas: number): Tensor;
  /** Starts a batch at layer 1; each call draws one more layer. */
  start(firstReplica: number, replicas: number): () => Tensor;
}

/**
 * The random stream of a replica on this backend.
 *
 * All numbers come from Philox4x32-10 by TensorFlow's operators for laws. The key is the seed; the
 * upper half of the counter is the layer times 2³², x₀ being layer 0, and the lower half the
 * position. A replica's numbers are consecutive, and so are replicas: number i of replica r of a
 * layer with n numbers a replica is number r·n + i. TensorFlow makes 16 bytes of numbers from each
 * position, or from each few hundred (POSITIONS), so any run of replicas that begins with a whole
 * group can be drawn by one operator, and its bits do not depend on where it ends.
 *
 * @throws Error saying so, if TensorFlow has no operator for the law
 */
export function drawsOf(
  operators: Operators,
  { weights, width }: Network,
  sampling: Sampling,
  type: RealType,
  seed: bigint,
): Draws {
  const recipe = RECIPES[weights];
  if (recipe === undefined) {
    throw new Error(
      `backend tensorflow: it cannot draw ${weights} weights; choose another backend`,
    );
  }
  const columns = sampling === "dense" ? width : 1;

  const draw = (
    { operator, finish }: Recipe,
    shape: Tensor<"int32">,
    counter: Tensor<"int64">,
  ): Tensor => {
    const key = operators.unsigned(operators.longs([seed]));
    const unsigned = operators.unsigned(counter);
    const drawn: Tensor = operators.random(operator, type, shape, key, unsigned);
    return finish === undefined ? drawn : finish(operators, type, drawn);
  };
  const counterOf = ({ operator }: Recipe, replica: number, numbers: number, layer: number) => {
    const groups = (BigInt(replica) * BigInt(numbers)) / BigInt(GROUP_NUMBERS[type]);
    const position = groups * BigInt(POSITIONS[operator][type]);
    return operators.longs([position, BigInt(layer) * LAYER_STEP]);
  };

  return {
    drift: recipe.drift,
    input(firstReplica, replicas) {
      const [input] = operators.tidy(() => {
        const shape = operators.integers([replicas, width, 1]);
        const counter = counterOf(NORMAL, firstReplica, width, INPUT_LAYER);
        return [draw(NORMAL, shape, counter)] as const;
      });
      return input;
    },
    start(firstReplica, replicas) {
      const shape = operators.integers([replicas, width, columns]);
      let counter = counterOf(recipe, firstReplica, width * columns, 1);
      const step = operators.longs([0n, LAYER_STEP]);
      return () => {
        const [drawn, next] = operators.tidy(() => [
          draw(recipe, shape, counter),
          operators.binary("AddV2", "int64", counter, step),
        ]);
        operators.free(counter);
        counter = next;
        return drawn;
      };
    },
  };
}

/**
 * Least replicas that can be drawn together: those of whole groups of numbers, for x₀ and for W.
 */
export function wholeGroups(width: number): number {
  return width % 4 === 0 ? 1 : width % 2 === 0 ? 2 : 4;
}

/**
 * Checks that numbers come from where `drawsOf` says.
 *
 * @throws Error saying so, if this TensorFlow takes them from elsewhere
 */
export function checkStream(operators: Operators): void {
  for (const operator of Object.keys(POSITIONS) as RandomOperator[]) {
    for (const type of ["float32", "float64"] as const) {
      using _ = operators.scope();
      const drawn = (numbers: number, group: number): Float64Array => {
        const key = operators.unsigned(operators.longs([7n]));
        const position = BigInt(group * POSITIONS[operator][type]);
        const counter = operators.unsigned(operators.longs([position, LAYER_STEP]));
        const shape = operators.integers([numbers]);
        const random: Tensor = operators.random(operator, type, shape, key, counter);
        return operators.read(operators.cast(random, type));
      };
      const whole = drawn(64, 0);
      const part = drawn(16, 3);
      const begin = 3 * GROUP_NUMBERS[type];
      if (part.every((number, i) => number === whole[begin + i])) continue;
      throw new Error(
        `backend tensorflow: ${operator} of this TensorFlow draws its numbers in another order ` +
          "than this program expects; set up TensorFlow 2.9 to 2.21",
      );
    }
  }
}
