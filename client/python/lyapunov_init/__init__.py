"""Lyapunov initialization of deep Leaky ReLU networks, for PyTorch, Keras and JAX.

At the critical gain the log-norm of a signal neither grows nor shrinks on average from layer to
layer. `critical_gain` computes it. The functions whose names end in an underscore fill PyTorch's
tensors and modules; initializers for the other frameworks are in `lyapunov_init.keras` and
`lyapunov_init.jax`. A framework is imported when something of it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .gain import critical_gain

if TYPE_CHECKING:
    from .sampling import Sampled, sample_lyapunov_
    from .torch import lyapunov_normal_, lyapunov_orthogonal_, lyapunov_uniform_

__all__ = [
    "Sampled",
    "critical_gain",
    "lyapunov_normal_",
    "lyapunov_orthogonal_",
    "lyapunov_uniform_",
    "sample_lyapunov_",
]


def __getattr__(name: str) -> Any:
    """Imports what needs PyTorch when it is first asked for."""
    if name in ("sample_lyapunov_", "Sampled"):
        from . import sampling

        return getattr(sampling, name)
    if name in ("lyapunov_normal_", "lyapunov_orthogonal_", "lyapunov_uniform_"):
        from . import torch

        return getattr(torch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
