"""What the scripts for each framework share: their cases, and how a mean is reported."""

import importlib
import json
import runpy
import sys

import numpy as np

NETWORKS = 10_000


def initializer(framework, name, case):
    """Returns the initializer of this name: of the package, or of a snippet that is run."""
    if case["snippet"] is not None:
        return runpy.run_path(case["snippet"])[name]
    return getattr(importlib.import_module(f"lyapunov_init.{framework}"), name)


def run(growth):
    """Reads cases, and prints for each the mean of `growth(case)`, one number per network."""
    means = []
    for case in json.loads(sys.argv[1]):
        values = np.asarray(growth(case), dtype=np.float64)
        assert values.shape == (NETWORKS,)
        error = values.std(ddof=1) / np.sqrt(NETWORKS)
        means.append({"mean": values.mean(), "standardError": error})
    print(json.dumps(means))


def growth_of(inputs, kernels, slope):
    """Returns the log-norm growth of each network; `kernels` are of shape (networks, in, out)."""
    x = np.asarray(inputs, dtype=np.float64)
    before = np.linalg.norm(x, axis=1)
    for kernel in kernels:
        z = np.einsum("ni,nio->no", x, np.asarray(kernel, dtype=np.float64))
        x = np.where(z < 0, slope * z, z)
    return np.log(np.linalg.norm(x, axis=1) / before)
