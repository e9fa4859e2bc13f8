import { pythonHead } from "./python.ts";
import { FUNCTION_NAMES, type SnippetLaw, type SnippetRequest } from "./request.ts";

const DRAW: Readonly<Record<SnippetLaw, string>> = {
  gaussian: `stddev = gain / math.sqrt(fan_in)
        return keras.random.normal(shape, stddev=stddev, dtype=dtype, seed=self.generator)`,
  orthogonal: `draw = keras.initializers.Orthogonal(gain=gain, seed=self.generator)
        return draw(shape, dtype=dtype)`,
  uniform: `bound = math.sqrt(3) * gain / math.sqrt(fan_in)
        return keras.random.uniform(shape, -bound, bound, dtype=dtype, seed=self.generator)`,
};

/** An initializer for Keras 3, whatever its backend is. */
export function keras(request: SnippetRequest): string {
  const name = camelCase(FUNCTION_NAMES[request.weights]);
  const isUniform = request.weights === "uniform";
  const { fanOut } = request;
  return `${pythonHead(request, ["import keras"])}

@keras.saving.register_keras_serializable("lyapunov")
class ${name}(keras.initializers.Initializer):
    """Draws the kernel of a keras.layers.Dense, of shape (fan_in, fan_out)."""

    def __init__(self, ${isUniform ? "" : "negative_slope=NEGATIVE_SLOPE, "}seed=None):
${isUniform ? "" : "        self.negative_slope = negative_slope\n"}        self.seed = seed
        # Every kernel gets numbers of its own; equal seeds give equal networks.
        self.generator = keras.random.SeedGenerator(seed)

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = shape
        gain = critical_gain(fan_in, fan_out${isUniform ? "" : ", self.negative_slope"})
        ${DRAW[request.weights]}

    def get_config(self):
        return {${isUniform ? "" : '"negative_slope": self.negative_slope, '}"seed": self.seed}


# Usage:
# initializer = ${name}(seed=0)
# keras.layers.Dense(${fanOut}, use_bias=False, kernel_initializer=initializer)
# keras.layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE)
`;
}

/** The name of a class: `lyapunov_normal` → `LyapunovNormal`. */
function camelCase(name: string): string {
  return name.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
