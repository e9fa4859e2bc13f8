"""Critical gains of layers: those at which the log-norm neither grows nor shrinks on average."""

from __future__ import annotations

import math
import operator
from functools import lru_cache
from typing import Optional

from .exact import squared_length, squared_norm
from .uniform import log_gain_difference

LAWS = ("gaussian", "orthogonal", "uniform")

_SMALLEST_SLOPE = 1e-100


def critical_gain(
    fan_in: int,
    fan_out: Optional[int] = None,
    *,
    negative_slope: float,
    weights: str = "gaussian",
) -> float:
    """Returns the gain at which a layer's mean log-norm growth E log |phi(Wx)|/|x| is 0.

    The gain follows the convention of torch.nn.init: entries of Gaussian and uniform weights have
    the standard deviation gain / sqrt(fan_in), and orthogonal weights are gain * Q, where Q has
    orthonormal rows or columns, whichever are fewer.

    Args:
        fan_in: units that the layer reads.
        fan_out: units that the layer has; as many as it reads if left out.
        negative_slope: slope of the Leaky ReLU after the layer; 1 for a linear layer. With 0
            (ReLU), a layer can end all signals, and the mean is that of networks that survive.
        weights: "gaussian" or "orthogonal", for which the gain is exact, or "uniform", for which it
            comes from simulations and the layer must be square.

    Raises:
        ValueError: an argument is not allowed, or the law has no known gain for such a layer.
    """
    fan_in = _count("fan_in", fan_in)
    fan_out = fan_in if fan_out is None else _count("fan_out", fan_out)
    if weights not in LAWS:
        raise ValueError(f"weights={weights!r} is not known; give one of {', '.join(LAWS)}")
    if weights == "uniform" and fan_in != fan_out:
        raise ValueError(
            f"uniform weights have a known critical gain only in square layers, not in one of "
            f"fan_in={fan_in} and fan_out={fan_out}; take normal or orthogonal weights, or "
            f"leave this layer out"
        )
    return _critical_gain(fan_in, fan_out, _slope(negative_slope), weights)


@lru_cache(maxsize=4096)
def _critical_gain(fan_in: int, fan_out: int, size: float, weights: str) -> float:
    # The slopes a and 1/a differ by the scale a, for the signs of W x are fair coins.
    ratio = size if size <= 1 else 1 / size
    deficit = squared_norm(fan_out, ratio).deficit / 2
    if weights == "orthogonal":
        larger = max(fan_in, fan_out)
        deficit += (math.log(larger / fan_out) - squared_length(larger).deficit) / 2
    else:
        deficit += math.log(fan_in / fan_out) / 2
    if weights == "uniform":
        deficit += log_gain_difference(fan_out, ratio)
    survivors = math.sqrt(-math.expm1(-fan_out * math.log(2))) if ratio == 0 else 1.0
    return survivors * math.sqrt(2) / math.hypot(1, ratio) * math.exp(deficit) / max(1.0, size)


def growth_variance(fan_in: int, fan_out: int, negative_slope: float, weights: str) -> float:
    """Returns the exact variance of a layer's log-norm growth, for isotropic weights."""
    size = _slope(negative_slope)
    variance = squared_norm(fan_out, size if size <= 1 else 1 / size).variance
    if weights == "orthogonal":
        variance -= squared_length(max(fan_in, fan_out)).variance
    return max(0.0, variance) / 4


def _count(name: str, value: int) -> int:
    try:
        count = operator.index(value)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"{name}={value!r} is not allowed; give a whole number of at least 1")
    return count


def _slope(value: float) -> float:
    """Returns the size of a slope: its sign changes no norm."""
    try:
        size = abs(float(value))
    except (TypeError, ValueError):
        size = math.nan
    if size == 0 or _SMALLEST_SLOPE <= size <= 1 / _SMALLEST_SLOPE:
        return size
    raise ValueError(
        f"negative_slope={value!r} is not allowed; give 0, or a number whose size is between "
        f"{_SMALLEST_SLOPE:g} and {1 / _SMALLEST_SLOPE:g}"
    )
