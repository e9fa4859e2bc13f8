"""Initializers for Keras 3, on any of its backends."""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Sequence
from typing import Any, Optional, Union

import keras

from .gain import critical_gain

Seed = Union[int, "keras.random.SeedGenerator", None]


class _Lyapunov(keras.initializers.Initializer):  # type: ignore[misc]
    """Kernels of shape (fan_in, fan_out) at the critical gain.

    Every call draws anew, so that one initializer serves all layers of a network. (Keras' own
    initializers give the same values at every call.)

    Args:
        negative_slope: slope of the Leaky ReLU after the layer; 1 for a linear layer.
        seed: an integer, by which the calls of this initializer draw the same values in the same
            order; or a keras.random.SeedGenerator. If left out, keras.utils.set_random_seed counts.
    """

    _weights: str

    def __init__(self, negative_slope: float, seed: Seed = None) -> None:
        critical_gain(1, negative_slope=negative_slope)  # Refuses a bad slope before any layer.
        if isinstance(seed, dict):
            seed = keras.saving.deserialize_keras_object(seed)
        if isinstance(seed, numbers.Integral):  # NumPy's integers are some, too.
            seed = int(seed)
        if not (seed is None or isinstance(seed, (int, keras.random.SeedGenerator))):
            raise ValueError(
                f"seed={seed!r} is not allowed; give an integer or a keras.random.SeedGenerator"
            )
        self.negative_slope = negative_slope
        self.seed = seed
        self._seeds = random.Random(seed) if isinstance(seed, int) else random

    def __call__(self, shape: Sequence[int], dtype: Optional[str] = None) -> Any:
        """Returns a kernel of this shape, which is (fan_in, fan_out)."""
        if len(shape) != 2:
            raise ValueError(
                f"a kernel of shape {tuple(shape)} has no known critical gain; give one of shape "
                f"(fan_in, fan_out), as a Dense layer has"
            )
        fan_in, fan_out = shape
        gain = critical_gain(
            fan_in, fan_out, negative_slope=self.negative_slope, weights=self._weights
        )
        return self._draw(fan_in, fan_out, gain, dtype or keras.config.floatx())

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make this initializer."""
        seed = keras.saving.serialize_keras_object(self.seed)
        return {"negative_slope": self.negative_slope, "seed": seed}

    def _draw(self, fan_in: int, fan_out: int, gain: float, dtype: str) -> Any:
        raise NotImplementedError

    def _next_seed(self) -> Any:
        if isinstance(self.seed, keras.random.SeedGenerator):
            return self.seed
        return self._seeds.getrandbits(31)


@keras.saving.register_keras_serializable(package="lyapunov_init")
class LyapunovNormal(_Lyapunov):
    __doc__ = f"Normal weights of the exact critical gain. {_Lyapunov.__doc__}"

    _weights = "gaussian"

    def _draw(self, fan_in: int, fan_out: int, gain: float, dtype: str) -> Any:
        deviation = gain / math.sqrt(fan_in)
        shape = (fan_in, fan_out)
        return keras.random.normal(shape, stddev=deviation, dtype=dtype, seed=self._next_seed())


@keras.saving.register_keras_serializable(package="lyapunov_init")
class LyapunovOrthogonal(_Lyapunov):
    __doc__ = (
        f"gain * Q of the exact critical gain, Q random with orthonormal rows or columns. "
        f"{_Lyapunov.__doc__}"
    )

    _weights = "orthogonal"

    def _draw(self, fan_in: int, fan_out: int, gain: float, dtype: str) -> Any:
        # Types of less precision than float32 have no decomposition.
        precise = "float64" if dtype == "float64" else "float32"
        shape = (max(fan_in, fan_out), min(fan_in, fan_out))
        normal = keras.random.normal(shape, dtype=precise, seed=self._next_seed())
        q, r = keras.ops.qr(normal)
        q = q * keras.ops.where(keras.ops.diag(r) < 0, -1.0, 1.0)
        if fan_in < fan_out:
            q = keras.ops.transpose(q)
        return keras.ops.cast(gain * q, dtype)


@keras.saving.register_keras_serializable(package="lyapunov_init")
class LyapunovUniform(_Lyapunov):
    __doc__ = (
        f"Uniform weights of the critical gain, which is known in square layers. "
        f"{_Lyapunov.__doc__}"
    )

    _weights = "uniform"

    def _draw(self, fan_in: int, fan_out: int, gain: float, dtype: str) -> Any:
        bound = gain * math.sqrt(3 / fan_in)
        shape = (fan_in, fan_out)
        return keras.random.uniform(shape, -bound, bound, dtype=dtype, seed=self._next_seed())
