import { pythonHead } from "./python.ts";
import { FUNCTION_NAMES, type SnippetLaw, type SnippetRequest } from "./request.ts";

const DRAW: Readonly<Record<SnippetLaw, string>> = {
  gaussian: `return gain / math.sqrt(fan_in) * jax.random.normal(key, shape, dtype)`,
  orthogonal: `return jax.nn.initializers.orthogonal(scale=gain)(key, shape, dtype)`,
  uniform: `bound = math.sqrt(3) * gain / math.sqrt(fan_in)
        return jax.random.uniform(key, shape, dtype, -bound, bound)`,
};

/** An initializer for JAX, in the manner of `jax.nn.initializers`, which Flax takes as well. */
export function jax(request: SnippetRequest): string {
  const name = FUNCTION_NAMES[request.weights];
  const isUniform = request.weights === "uniform";
  const { fanIn, fanOut } = request;
  return `${pythonHead(request, ["import jax", "import jax.numpy as jnp"])}

def ${name}(${isUniform ? "" : "negative_slope=NEGATIVE_SLOPE"}):
    """Makes an initializer of weights of shape (fan_in, fan_out), which are used as x @ weights."""

    def initialize(key, shape, dtype=jnp.float32, out_sharding=None):
        fan_in, fan_out = shape
        gain = critical_gain(fan_in, fan_out${isUniform ? "" : ", negative_slope"})
        ${DRAW[request.weights]}

    return initialize


# Usage:
# weights = ${name}()(jax.random.key(0), (${fanIn}, ${fanOut}))
# flax.linen.Dense(${fanOut}, kernel_init=${name}())
`;
}
