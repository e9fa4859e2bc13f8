"""Sampling initialization: the best of a few candidates at the critical gain."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np

from .gain import critical_gain, growth_variance

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .torch import Excluded

    Layer = Union["np.ndarray", Tensor, nn.Linear]
    Layers = Union[nn.Module, Sequence[Layer]]


@dataclass(frozen=True)
class Sampled:
    """What a choice among candidates has brought.

    A candidate's distance from zero is the root mean square, over all layers, of the log-norm
    growth up to that layer, averaged over the probes.

    Attributes:
        candidates: how many were drawn.
        chosen: index of the candidate that was kept, from 0.
        distance: its distance from zero.
        final_growth: its growth through all layers, averaged over the probes.
        median_distance: distance of the median candidate.
        growth_deviation: the standard deviation of single networks' growth through all layers,
            sigma * sqrt(depth) in equal layers: exact for normal and orthogonal weights, that of
            the candidates for uniform weights.
        reduction: share of the median candidate's distance that the choice took away.
    """

    candidates: int
    chosen: int
    distance: float
    final_growth: float
    median_distance: float
    growth_deviation: float
    reduction: float


def sample_lyapunov_(
    layers: Layers,
    probes: Any,
    negative_slope: float,
    *,
    weights: str = "gaussian",
    candidates: Optional[int] = None,
    exclude: Excluded = (),
    generator: Any = None,
) -> Sampled:
    """Fills the layers with the candidate whose log-norm growth stays nearest zero.

    Candidates are drawn at the critical gain. Single networks still grow or shrink by about
    sigma * sqrt(depth) there, and the choice takes a part of it away.

    Args:
        layers: a module, whose nn.Linear are taken to follow one another in its order; or a list
            of nn.Linear, of tensors or of NumPy arrays of shape (fan_out, fan_in). A Leaky ReLU
            after each is assumed. Biases are set to zero.
        probes: inputs of the first layer, one a row; none may be zero.
        negative_slope: slope of the Leaky ReLU after each layer.
        weights: "gaussian", "orthogonal" or "uniform".
        candidates: how many to draw; the square root of the depth, rounded up, if left out, and at
            least 2.
        exclude: layers of the module that are left out, as in lyapunov_normal_.
        generator: a torch.Generator, or for arrays a numpy.random.Generator.

    Raises:
        ValueError: an argument is not allowed, or no candidate carries every probe to the end.
    """
    stack = _stack(layers, exclude)
    inputs = _inputs(probes, stack)
    count = _candidate_count(candidates, len(stack))
    best: list[Any] = []
    growths: list[np.ndarray] = []
    distances: list[float] = []
    for _ in range(count):
        _draw(stack, negative_slope, weights, generator)
        growth = _growth(stack, inputs, negative_slope)
        distance = float(np.sqrt(np.mean(growth**2)))
        if distance < min(distances, default=math.inf):
            best = [_copy(weight) for weight in stack]
        growths.append(growth)
        distances.append(distance)
    if not best:
        raise ValueError(
            f"none of {count} candidates carries every probe to the end, since "
            f"negative_slope={negative_slope!r} ends signals; give more candidates, another slope "
            f"or wider layers"
        )
    for weight, values in zip(stack, best):
        _restore(weight, values)
    return _summary(stack, growths, distances, negative_slope, weights)


def _summary(
    stack: Sequence[Any],
    growths: Sequence[np.ndarray],
    distances: Sequence[float],
    negative_slope: float,
    weights: str,
) -> Sampled:
    chosen = int(np.argmin(distances))
    alive = [index for index, distance in enumerate(distances) if distance < math.inf]
    median = float(np.median([distances[index] for index in alive]))
    if weights == "uniform":
        deviation = float(np.std([growths[index][-1] for index in alive]))
    else:
        shapes = [weight.shape for weight in stack]
        variances = [growth_variance(n, m, negative_slope, weights) for m, n in shapes]
        deviation = math.sqrt(sum(variances))
    return Sampled(
        candidates=len(distances),
        chosen=chosen,
        distance=distances[chosen],
        final_growth=float(growths[chosen][-1]),
        median_distance=median,
        growth_deviation=deviation,
        reduction=1 - distances[chosen] / median if median > 0 else 0.0,
    )


def _stack(layers: Layers, exclude: Excluded) -> list[Any]:
    """Returns the weights, each of which takes what the one before gives; biases become zero."""
    if isinstance(layers, Sequence) and all(isinstance(each, np.ndarray) for each in layers):
        stack: list[Any] = list(layers)
    else:
        from .torch import weights_of

        stack = weights_of(layers, exclude)
    if not stack:
        raise ValueError("there is no layer to fill; give at least one")
    for weight in stack:
        if weight.ndim != 2:
            raise ValueError(
                f"a weight of shape {tuple(weight.shape)} cannot be filled; give matrices of shape "
                f"(fan_out, fan_in)"
            )
        if isinstance(weight, np.ndarray) and not np.issubdtype(weight.dtype, np.floating):
            raise ValueError(f"a weight of type {weight.dtype} cannot be filled; give a real one")
    for before, after in zip(stack, stack[1:]):
        if before.shape[0] != after.shape[1]:
            raise ValueError(
                f"a layer of shape {tuple(after.shape)} cannot follow one of shape "
                f"{tuple(before.shape)}; give layers in the order in which a signal meets them, "
                f"and exclude those beside its way"
            )
    return stack


def _inputs(probes: Any, stack: Sequence[Any]) -> np.ndarray:
    inputs = _values(probes)
    width = stack[0].shape[1]
    if inputs.ndim != 2 or inputs.shape[0] == 0 or inputs.shape[1] != width:
        raise ValueError(
            f"probes of shape {inputs.shape} do not fit the first layer; give one or more rows of "
            f"{width} numbers"
        )
    norms = np.linalg.norm(inputs, axis=1, keepdims=True)
    if not np.all((norms > 0) & np.isfinite(norms)):
        raise ValueError("probes have a row that is zero or not finite; leave that row out")
    return inputs / norms


def _candidate_count(candidates: Optional[int], depth: int) -> int:
    if candidates is None:
        return max(2, math.isqrt(depth - 1) + 1)
    try:
        count = operator.index(candidates)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(
            f"candidates={candidates!r} is not allowed; give a whole number of at least 1"
        )
    return count


def _growth(stack: Sequence[Any], inputs: np.ndarray, negative_slope: float) -> np.ndarray:
    """Returns the mean log-norm growth up to each layer; infinite once a probe has become zero."""
    x = inputs
    growth = np.full(len(stack), -np.inf)
    total = 0.0
    for index, weight in enumerate(stack):
        z = x @ _values(weight).T
        x = np.where(z < 0, negative_slope * z, z)
        norms = np.linalg.norm(x, axis=1, keepdims=True)
        if not np.all(norms > 0):
            break
        total += float(np.mean(np.log(norms)))
        growth[index] = total
        x = x / norms
    return growth


def _draw(stack: Sequence[Any], negative_slope: float, weights: str, generator: Any) -> None:
    if isinstance(stack[0], np.ndarray):
        if generator is None:
            generator = np.random.default_rng()
        elif not isinstance(generator, np.random.Generator):
            raise ValueError(
                f"generator={generator!r} is not allowed for arrays; give one that "
                f"numpy.random.default_rng makes"
            )
        for weight in stack:
            fan_out, fan_in = weight.shape
            gain = critical_gain(fan_in, fan_out, negative_slope=negative_slope, weights=weights)
            weight[...] = gain * _array(fan_out, fan_in, weights, generator)
        return
    from .torch import fill_weight

    for weight in stack:
        fill_weight(weight, weights, negative_slope, generator)


def _array(rows: int, columns: int, weights: str, generator: np.random.Generator) -> np.ndarray:
    """Returns a weight of gain 1."""
    if weights == "gaussian":
        return generator.normal(0, 1 / math.sqrt(columns), (rows, columns))
    if weights == "uniform":
        bound = math.sqrt(3 / columns)
        return generator.uniform(-bound, bound, (rows, columns))
    shape = (max(rows, columns), min(rows, columns))
    q, r = np.linalg.qr(generator.normal(size=shape))
    q = q * np.where(np.diagonal(r) < 0, -1, 1)
    return q if rows >= columns else q.T


def _values(array: Any) -> np.ndarray:
    """Returns an array or a tensor, on whatever device, as an array of float64."""
    if hasattr(array, "detach"):
        array = array.detach().cpu().double().numpy()
    return np.asarray(array, dtype=np.float64)


def _copy(weight: Any) -> Any:
    return weight.copy() if isinstance(weight, np.ndarray) else weight.detach().clone()


def _restore(weight: Any, values: Any) -> None:
    if isinstance(weight, np.ndarray):
        weight[...] = values
    else:
        weight.detach().copy_(values)
