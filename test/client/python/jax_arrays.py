"""Measures the growth of networks that JAX's initializers have made."""

import jax
import jax.numpy as jnp

from growth import NETWORKS, initializer, run


def growth(case):
    make = initializer("jax", case["name"], case)
    sizes, slope = case["sizes"], case["negativeSlope"]
    initialize = make(slope) if case["takesSlope"] else make()

    def one(key):
        first, *keys = jax.random.split(key, len(sizes))
        x = start = jax.random.normal(first, (sizes[0],))
        for each, fan_in, fan_out in zip(keys, sizes, sizes[1:]):
            x = jax.nn.leaky_relu(x @ initialize(each, (fan_in, fan_out)), slope)
        return jnp.log(jnp.linalg.norm(x) / jnp.linalg.norm(start))

    return jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(1), NETWORKS))


run(growth)
