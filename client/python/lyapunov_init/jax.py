"""Initializers for JAX, in the manner of jax.nn.initializers; Flax, Haiku and Equinox take them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from .gain import critical_gain


class Initializer(Protocol):
    """A function that draws a kernel, as jax.nn.initializers have it."""

    def __call__(
        self,
        key: jax.Array,
        shape: Sequence[int],
        dtype: Any = jnp.float32,
        out_sharding: Any = None,
    ) -> jax.Array:
        """Returns a kernel of shape (fan_in, fan_out)."""
        ...


def lyapunov_normal(negative_slope: float) -> Initializer:
    """Returns an initializer of normal weights at the exact critical gain.

    Args:
        negative_slope: slope of the Leaky ReLU after the layer; 1 for a linear layer.
    """
    return _initializer(negative_slope, "gaussian")


def lyapunov_orthogonal(negative_slope: float) -> Initializer:
    """Returns an initializer of gain * Q at the exact critical gain.

    Q is random with orthonormal rows or columns, whichever are fewer.

    Args:
        negative_slope: slope of the Leaky ReLU after the layer; 1 for a linear layer.
    """
    return _initializer(negative_slope, "orthogonal")


def lyapunov_uniform(negative_slope: float) -> Initializer:
    """Returns an initializer of uniform weights at the critical gain, for square layers.

    Args:
        negative_slope: slope of the Leaky ReLU after the layer; 1 for a linear layer.
    """
    return _initializer(negative_slope, "uniform")


def _initializer(negative_slope: float, weights: str) -> Initializer:
    critical_gain(1, negative_slope=negative_slope)  # Refuses a bad slope before any layer.

    def initialize(
        key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32, out_sharding: Any = None
    ) -> jax.Array:
        kernel = draw(key, shape, dtype)
        return kernel if out_sharding is None else jax.sharding.reshard(kernel, out_sharding)

    def draw(key: jax.Array, shape: Sequence[int], dtype: Any) -> jax.Array:
        if len(shape) != 2:
            raise ValueError(
                f"a kernel of shape {tuple(shape)} has no known critical gain; give one of shape "
                f"(fan_in, fan_out), and for a stack of layers use jax.vmap over their keys"
            )
        fan_in, fan_out = shape
        gain = critical_gain(fan_in, fan_out, negative_slope=negative_slope, weights=weights)
        if weights == "gaussian":
            return jax.random.normal(key, (fan_in, fan_out), dtype) * (gain / math.sqrt(fan_in))
        if weights == "uniform":
            bound = gain * math.sqrt(3 / fan_in)
            return jax.random.uniform(key, (fan_in, fan_out), dtype, -bound, bound)
        return (gain * _orthogonal(key, fan_in, fan_out, dtype)).astype(dtype)

    return initialize


def _orthogonal(key: jax.Array, rows: int, columns: int, dtype: Any) -> jax.Array:
    """Returns a matrix of Haar's law, with orthonormal rows or columns, whichever are fewer."""
    # Types of less precision than float32 have no decomposition.
    precise = jnp.promote_types(dtype, jnp.float32)
    shape = (max(rows, columns), min(rows, columns))
    q, r = jnp.linalg.qr(jax.random.normal(key, shape, precise))
    q = q * jnp.where(jnp.diagonal(r) < 0, -1, 1)
    return q if rows >= columns else q.T
