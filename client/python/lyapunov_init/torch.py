"""Initializers that fill PyTorch's tensors and modules in place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Optional, TypeVar, Union

import torch
from torch import Tensor, nn

from .gain import critical_gain

Target = TypeVar("Target", Tensor, nn.Module)
Excluded = Iterable[Union[str, nn.Module]]


def lyapunov_normal_(
    target: Target,
    negative_slope: float,
    *,
    exclude: Excluded = (),
    generator: Optional[torch.Generator] = None,
) -> Target:
    """Fills a weight, or every Linear of a module, with normal entries at the critical gain.

    The gain is exact in layers of every shape, and the standard deviation is gain / sqrt(fan_in).

    Args:
        target: a weight of shape (fan_out, fan_in), or a module. Of a module, every nn.Linear in it
            is filled and its bias set to zero. Convolutions and all other layers are left as they
            are.
        negative_slope: slope of the Leaky ReLU after each layer; 1 for a linear layer.
        exclude: layers of the module that are left as they are, with all that is in them: the
            modules themselves, or their names as named_modules() has them.
        generator: source of random numbers; PyTorch's own if left out.

    Returns:
        The target.
    """
    return _fill(target, "gaussian", negative_slope, exclude, generator)


def lyapunov_orthogonal_(
    target: Target,
    negative_slope: float,
    *,
    exclude: Excluded = (),
    generator: Optional[torch.Generator] = None,
) -> Target:
    """Fills a weight, or every Linear of a module, with gain * Q at the critical gain.

    Q is random with orthonormal rows or columns, whichever are fewer. The gain is exact in layers
    of every shape. The arguments are those of lyapunov_normal_.
    """
    return _fill(target, "orthogonal", negative_slope, exclude, generator)


def lyapunov_uniform_(
    target: Target,
    negative_slope: float,
    *,
    exclude: Excluded = (),
    generator: Optional[torch.Generator] = None,
) -> Target:
    """Fills a weight, or every Linear of a module, with uniform entries at the critical gain.

    The gain comes from a table made by simulation, which knows square layers only; others are
    refused. The entries lie within gain * sqrt(3 / fan_in) of zero. The arguments are those of
    lyapunov_normal_.
    """
    return _fill(target, "uniform", negative_slope, exclude, generator)


def fill_weight(
    weight: Tensor,
    weights: str,
    negative_slope: float,
    generator: Optional[torch.Generator] = None,
) -> None:
    """Fills a weight of shape (fan_out, fan_in) at the critical gain of the named law."""
    _draw(weight, weights, _gain(weight, weights, negative_slope), generator)


def weights_of(layers: Union[nn.Module, Sequence[Any]], exclude: Excluded = ()) -> list[Tensor]:
    """Returns the weights of a module's Linear layers, or of a list; their biases become zero."""
    if isinstance(layers, nn.Module):
        found: list[Any] = list(linear_layers(layers, exclude))
    elif tuple(exclude):
        raise ValueError(
            "exclude names layers of a module, but the layers are a list; leave them out"
        )
    else:
        found = list(layers)
    weights = [_weight(each) if isinstance(each, nn.Module) else each for each in found]
    if not all(isinstance(weight, Tensor) for weight in weights):
        raise ValueError("layers are not all nn.Linear, tensors or arrays; give those alone")
    for layer in found:
        if isinstance(layer, nn.Linear) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return weights


def linear_layers(module: nn.Module, exclude: Excluded = ()) -> list[nn.Linear]:
    """Returns every nn.Linear of a module, once each and in the module's order.

    Raises:
        ValueError: there is none, or something to exclude is not in the module.
    """
    excluded = _excluded(module, exclude)
    layers = [
        layer
        for layer in module.modules()
        if isinstance(layer, nn.Linear) and layer not in excluded
    ]
    if not layers:
        raise ValueError(
            f"{type(module).__name__} has no nn.Linear to fill; give a module that has one, or a "
            f"weight"
        )
    return layers


def _fill(
    target: Target,
    weights: str,
    negative_slope: float,
    exclude: Excluded,
    generator: Optional[torch.Generator],
) -> Target:
    if isinstance(target, Tensor):
        if tuple(exclude):
            raise ValueError("exclude names layers of a module, but the target is a tensor")
        fill_weight(target, weights, negative_slope, generator)
        return target
    if not isinstance(target, nn.Module):
        raise ValueError(f"the target is of {type(target)}; give a tensor or a module")
    layers = linear_layers(target, exclude)
    # Every layer is checked before one is changed.
    gains = [_gain(_weight(layer), weights, negative_slope) for layer in layers]
    for layer, gain in zip(layers, gains):
        _draw(layer.weight, weights, gain, generator)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return target


def _gain(weight: Tensor, weights: str, negative_slope: float) -> float:
    if weight.dim() != 2:
        raise ValueError(
            f"a weight of shape {tuple(weight.shape)} has no known critical gain; give one of "
            f"shape (fan_out, fan_in), for a convolution approximately weight.flatten(1)"
        )
    if not weight.is_floating_point():
        raise ValueError(f"a weight of type {weight.dtype} cannot be filled; give a real one")
    fan_out, fan_in = weight.shape
    return critical_gain(fan_in, fan_out, negative_slope=negative_slope, weights=weights)


def _draw(weight: Tensor, weights: str, gain: float, generator: Optional[torch.Generator]) -> None:
    fan_out, fan_in = weight.shape
    with torch.no_grad():
        if weights == "gaussian":
            weight.normal_(0, gain / math.sqrt(fan_in), generator=generator)
        elif weights == "uniform":
            bound = gain * math.sqrt(3 / fan_in)
            weight.uniform_(-bound, bound, generator=generator)
        else:
            weight.copy_(gain * _orthogonal(fan_out, fan_in, weight, generator))


def _orthogonal(
    rows: int, columns: int, like: Tensor, generator: Optional[torch.Generator]
) -> Tensor:
    """Returns a matrix of Haar's law, with orthonormal rows or columns, whichever are fewer."""
    # Types of less precision than float32 have no decomposition.
    dtype = torch.promote_types(like.dtype, torch.float32)
    normal = torch.empty(max(rows, columns), min(rows, columns), dtype=dtype, device=like.device)
    q, r = torch.linalg.qr(normal.normal_(generator=generator))
    q = q * torch.where(r.diagonal() < 0, -1, 1)
    return q if rows >= columns else q.T


def _weight(layer: nn.Module) -> Tensor:
    weight = getattr(layer, "weight", None)
    if isinstance(weight, nn.parameter.UninitializedParameter):
        raise ValueError(
            f"{layer} does not know its shape yet; send an input through the module first"
        )
    if not isinstance(weight, nn.Parameter):
        raise ValueError(
            f"a {type(layer).__name__} has no weight of its own to fill, or computes it from other "
            f"parameters; initialize the module before it is parametrized, or exclude this layer"
        )
    return weight


def _excluded(module: nn.Module, exclude: Excluded) -> set[nn.Module]:
    if isinstance(exclude, (str, nn.Module)):
        exclude = (exclude,)
    by_name = dict(module.named_modules())
    excluded: set[nn.Module] = set()
    for each in exclude:
        layer = by_name.get(each) if isinstance(each, str) else each
        if layer is None or not any(layer is other for other in by_name.values()):
            raise ValueError(
                f"exclude: {each!r} is not in the module; give one of its layers, or a name from "
                f"named_modules()"
            )
        excluded.update(layer.modules())
    return excluded
