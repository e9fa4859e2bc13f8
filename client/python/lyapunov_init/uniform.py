"""Critical gains of uniform weights, as found by simulation, beside those of Gaussian weights."""

from __future__ import annotations

import math
from bisect import bisect_left

from ._gains import DIFFERENCES, SLOPES, WIDTHS


def log_gain_difference(width: int, ratio: float) -> float:
    """Returns the logarithm of uniform weights' critical gain, less that of Gaussian weights.

    The layer is square. By symmetry, the difference is the same for the slopes a, -a and 1/a: only
    ratio = min(|a|, 1/|a|) counts. Between the table's slopes it is nearly linear in 2a/(1 + a^2),
    and below the least of them it is constant; 0 stands by itself, because ReLU's survivors are
    meant.
    """
    if width > WIDTHS[-1]:
        # The first term of an expansion in 1/width.
        spread = 6 * (1 + ratio**4) / (1 + ratio * ratio) ** 2
        return -(spread**2) / (10 * width**2)
    if ratio == 0:
        return _along_widths(0, width)
    upper = max(2, bisect_left(SLOPES, ratio))
    low, high = _balance(SLOPES[upper - 1]), _balance(SLOPES[upper])
    share = max(0.0, (_balance(ratio) - low) / (high - low))
    return (1 - share) * _along_widths(upper - 1, width) + share * _along_widths(upper, width)


def _balance(ratio: float) -> float:
    """Returns a number that is the same for a slope and its inverse, and 1 for the slope 1."""
    return 2 * ratio / (1 + ratio * ratio)


def _along_widths(row: int, width: int) -> float:
    """Returns the difference in a row; width^2 times it is linear in log(width)."""
    upper = bisect_left(WIDTHS, width)
    if WIDTHS[upper] == width:
        return DIFFERENCES[row][upper]
    low, high = WIDTHS[upper - 1], WIDTHS[upper]
    share = math.log(width / low) / math.log(high / low)
    scaled = (1 - share) * DIFFERENCES[row][upper - 1] * low**2
    scaled += share * DIFFERENCES[row][upper] * high**2
    return scaled / width**2
