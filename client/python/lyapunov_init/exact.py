"""The exact mean growth of a layer's log-norm, for Gaussian and orthogonal weights."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

# The integrand is analytic and falls exponentially at both ends, so that the trapezoid rule with
# this step is exact to rounding.
_STEP = 0.05
_FROM = -45.0
_TO = 90.0

# The numbers B_2, B_4 to B_12.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730)


class Moments(NamedTuple):
    """What is left of the mean of a logarithm, and its variance."""

    deficit: float
    variance: float


@lru_cache(maxsize=4096)
def squared_norm(width: int, ratio: float) -> Moments:
    """Returns log E X - E log X and Var log X for X = |phi(g)|^2, g standard normal in R^width.

    phi has the slope `ratio`, between 0 and 1. For a slope of 0, X is conditioned on a positive
    unit: survivors are meant.

    M(t) = E exp(-tX) is known in closed form, and M(e^u) = P(log E - log X > u) for an exponential
    E. So with c = E X, E log X is log c less the integral of M(e^u / c) - exp(-e^u) over the line.
    Because both have the same mean, nothing cancels in wide layers.
    """
    # Narrow layers have the heaviest tail, M ~ e^(-u/2)/ratio.
    to = _TO if ratio == 0 else _TO - 2 * math.log(ratio)
    u = np.arange(_FROM, to, _STEP)
    t = np.exp(u - math.log(_mean_square(width, ratio)))
    transform = _survivors(width, t) if ratio == 0 else _everyone(width, ratio, t)
    difference = _STEP * (transform - np.exp(-np.exp(u)))
    deficit = float(np.sum(difference))
    second = float(np.sum(2 * u * difference))
    return Moments(deficit, second - deficit * (deficit - 2 * np.euler_gamma))


def _mean_square(width: int, ratio: float) -> float:
    if ratio > 0:
        return width * (1 + ratio * ratio) / 2
    return width / 2 / -math.expm1(-width * math.log(2))


def _everyone(width: int, ratio: float, t: np.ndarray) -> np.ndarray:
    negative = (ratio * np.sqrt(t)) ** 2
    # 1 less a little needs log1p; the little that is left in the tail needs log.
    deficit = (_half_line(t) + _half_line(negative)) / 2
    rest = (1 / np.sqrt(1 + 2 * t) + 1 / np.sqrt(1 + 2 * negative)) / 2
    return np.exp(width * np.where(t < 1, np.log1p(np.maximum(deficit, -0.5)), np.log(rest)))


def _survivors(width: int, t: np.ndarray) -> np.ndarray:
    if width > 100:  # The 2^-d by which survivors differ is far below rounding.
        return np.exp(width * np.log1p(_half_line(t) / 2))
    # ((1 + s)/2)^d - 2^-d, over its value at s = 1.
    s = 1 / np.sqrt(1 + 2 * t)
    return np.expm1(width * np.log1p(s)) / math.expm1(width * math.log(2))


def _half_line(t: np.ndarray) -> np.ndarray:
    """Returns (1 + 2t)^(-1/2) - 1."""
    return np.expm1(-0.5 * np.log1p(2 * t))


def squared_length(degrees: int) -> Moments:
    """Returns log d - E log Y and Var log Y for a chi-square Y with d degrees of freedom.

    With x = d/2 they are log x - psi(x) and psi'(x).
    """
    x = degrees / 2
    digamma = 0.0
    trigamma = 0.0
    while x < 16:
        digamma -= 1 / x
        trigamma += 1 / (x * x)
        x += 1
    # Stirling's series; its next term is below rounding.
    below = 0.0
    slope = 0.0
    for index, bernoulli in reversed(list(enumerate(_BERNOULLI, 1))):
        below = (below + bernoulli / (2 * index)) / (x * x)
        slope = (slope + bernoulli) / (x * x)
    digamma += math.log(x) - 1 / (2 * x) - below
    trigamma += 1 / x + 1 / (2 * x * x) + slope / x
    return Moments(math.log(degrees / 2) - digamma, trigamma)
