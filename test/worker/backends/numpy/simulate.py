#!/usr/bin/env python3
"""Writes simulated.txt, the estimates that the backends are compared with.

Needs NumPy 2 (some minutes on one core). Run as

    OMP_NUM_THREADS=1 python3 test/worker/backends/numpy/simulate.py

Nothing here follows the implementation: every entry of every matrix is drawn in float64 by NumPy's
own methods from PCG64, and no identity spares a product. Where a closed form exists (Gaussian and
orthogonal weights) the estimates are held against it, and the header says by how many standard
errors they miss.
"""

from itertools import count
from math import erf, exp, pi, sqrt
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FIRST_SEED = 20260210

# A chunk of replicas shares one call of the generator, so this is part of what a seed means.
ENTRIES_PER_CHUNK = 1 << 18

# law, parameter, width, negative slope, depth, replicas
CASES = [
    ('gaussian', None, 3, 0.01, 32, 32768),
    ('gaussian', None, 8, 0.3, 32, 32768),
    ('gaussian', None, 16, -1.0, 32, 32768),
    ('gaussian', None, 64, 10.0, 32, 8192),
    ('orthogonal', None, 3, 0.3, 32, 32768),
    ('orthogonal', None, 8, 0.01, 32, 16384),
    ('orthogonal', None, 16, 10.0, 32, 8192),
    ('orthogonal', None, 64, 0.01, 32, 2048),
    ('uniform', None, 3, 0.3, 32, 32768),
    ('uniform', None, 3, 10.0, 8, 32768),
    ('uniform', None, 8, 0.01, 32, 32768),
    ('uniform', None, 16, -1.0, 32, 32768),
    ('uniform', None, 64, 0.3, 32, 8192),
    ('rademacher', None, 8, 0.3, 32, 32768),
    ('rademacher', None, 8, 10.0, 32, 32768),
    ('rademacher', None, 16, 0.01, 32, 32768),
    ('rademacher', None, 16, -1.0, 32, 32768),
    ('rademacher', None, 64, 0.01, 32, 8192),
    ('truncated_normal', None, 3, -1.0, 32, 32768),
    ('truncated_normal', None, 8, 10.0, 32, 32768),
    ('truncated_normal', None, 16, 0.01, 32, 32768),
    ('truncated_normal', None, 64, 0.3, 32, 8192),
    ('student_t', 5.0, 3, 0.01, 32, 32768),
    ('student_t', 5.0, 8, 0.3, 32, 32768),
    ('student_t', 5.0, 16, -1.0, 32, 16384),
    ('student_t', 5.0, 64, 10.0, 32, 4096),
    ('student_t', 2.5, 3, 0.3, 32, 32768),
    ('student_t', 2.5, 8, -1.0, 32, 32768),
    ('student_t', 2.5, 16, 10.0, 32, 16384),
    ('student_t', 2.5, 64, 0.01, 32, 4096),
    ('sparse_gaussian', 0.5, 8, 0.01, 32, 32768),
    ('sparse_gaussian', 0.5, 16, -1.0, 32, 32768),
    ('sparse_gaussian', 0.5, 64, 0.3, 32, 8192),
    ('sparse_gaussian', 0.1, 32, -1.0, 32, 16384),
    ('sparse_gaussian', 0.1, 64, 0.01, 32, 8192),
    # Where networks go extinct.
    ('gaussian', None, 8, 0.0, 8, 32768),
    ('uniform', None, 8, 0.0, 8, 32768),
    ('rademacher', None, 4, 0.3, 8, 32768),
    ('sparse_gaussian', 0.5, 3, 0.3, 8, 32768),
    ('sparse_gaussian', 0.5, 8, 0.0, 8, 32768),
]


def standardised_matrices(rng, law, parameter, replicas, width):
    """One matrix a replica, entries of variance 1 (orthogonal: √width times a Haar matrix)."""
    shape = (replicas, width, width)
    if law == 'gaussian':
        return rng.standard_normal(shape)
    if law == 'orthogonal':
        q, r = np.linalg.qr(rng.standard_normal(shape))
        # Haar only if R has a positive diagonal, which LAPACK does not promise.
        signs = np.sign(np.diagonal(r, axis1=1, axis2=2))
        return sqrt(width) * q * signs[:, np.newaxis, :]
    if law == 'uniform':
        return rng.uniform(-sqrt(3), sqrt(3), shape)
    if law == 'rademacher':
        return 2.0 * rng.integers(0, 2, shape) - 1.0
    if law == 'truncated_normal':
        entries = rng.standard_normal(shape)
        while (outside := np.abs(entries) > 2).any():
            entries[outside] = rng.standard_normal(np.count_nonzero(outside))
        # Var(Z | |Z| ≤ a) = 1 − 2 a φ(a) / (2 Φ(a) − 1), here with a = 2.
        return entries / sqrt(1 - 4 * exp(-2) / sqrt(2 * pi) / erf(sqrt(2)))
    if law == 'student_t':
        return rng.standard_t(parameter, shape) / sqrt(parameter / (parameter - 2))
    if law == 'sparse_gaussian':
        mask = rng.random(shape) < parameter
        return mask * rng.standard_normal(shape) / sqrt(parameter)
    raise ValueError(law)


def log_norm_growths(rng, law, parameter, width, slope, depth, replicas):
    """log ‖x_depth‖ − log ‖x_0‖ of every replica at He gain; −∞ where x_depth = 0."""
    scale = sqrt(2 / (1 + slope**2) / width)
    x = rng.standard_normal((replicas, width))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    growth = np.zeros(replicas)
    for _ in range(depth):
        matrices = standardised_matrices(rng, law, parameter, replicas, width)
        z = np.matmul(matrices, x[:, :, np.newaxis])[:, :, 0]
        if law == 'rademacher':
            # Signed sums of equal terms cancel in exact arithmetic; here rounding leaves a residue.
            z[np.abs(z) < 1e-12 * np.abs(x).sum(axis=1, keepdims=True)] = 0
        x = scale * np.where(z >= 0, z, slope * z)
        norm = np.linalg.norm(x, axis=1)
        with np.errstate(divide='ignore'):
            growth += np.log(norm)
        x /= np.where(norm > 0, norm, 1)[:, np.newaxis]
    return growth


def simulate(law, parameter, width, slope, depth, replicas, seed):
    """Replicas that went extinct; λ̂ and σ̂² of the others, each with its standard error."""
    rng = np.random.Generator(np.random.PCG64(seed))
    chunk = max(1, ENTRIES_PER_CHUNK // width**2)
    growth = np.concatenate([
        log_norm_growths(rng, law, parameter, width, slope, depth, min(chunk, replicas - start))
        for start in range(0, replicas, chunk)])
    growth = growth[np.isfinite(growth)]
    n = len(growth)
    deviations = growth - growth.mean()
    variance = (deviations**2).sum() / (n - 1)
    fourth = (deviations**4).mean()
    error_of_variance = sqrt((fourth - (n - 3) / (n - 1) * variance**2) / n)
    return (replicas - n, growth.mean() / depth, sqrt(variance / n) / depth,
            variance / depth, error_of_variance / depth)


def exact(law, width, slope):
    """λ at He gain and σ² of Gaussian or orthogonal weights; if the slope is 0, of survivors."""
    mean, variance = log_chi_cumulants(width, slope)
    if law == 'gaussian':
        mean -= np.log(width)
    else:
        # ‖Q x‖ = ‖x‖: what a linear layer does to a Gaussian vector is taken out again.
        linear_mean, linear_variance = log_chi_cumulants(width, 1.0)
        mean -= linear_mean
        variance -= linear_variance
    return (np.log(2 / (1 + slope**2)) + mean) / 2, variance / 4


def log_chi_cumulants(width, slope):
    """Mean and variance of log X, X = ‖φ(g)‖², g standard normal; of X > 0 if the slope is 0.

    With E exponential and M(t) = E exp(−tX), P(log E − log X > u) = M(e^u); against X ≡ 1 the
    moments of log E − log X are those of log E plus k ∫ u^(k−1) (M(e^u) − exp(−e^u)) du.
    """
    step = 0.02
    u = np.arange(-60, 60 + step / 2, step)
    t = np.exp(u)
    transform = (0.5 / np.sqrt(1 + 2 * t) + 0.5 / np.sqrt(1 + 2 * slope**2 * t))**width
    if slope == 0:
        transform = (transform - 0.5**width) / (1 - 0.5**width)
    difference = transform - np.exp(-t)
    first = step * difference.sum()
    second = step * (2 * u * difference).sum()
    # log E has mean −γ; its variance is that of log E − log 1, so it leaves the difference.
    return -first, second + 2 * np.euler_gamma * first - first**2


def main():
    rows = []
    misses = []
    for case, seed in zip(CASES, count(FIRST_SEED)):
        law, parameter, width, slope, depth, replicas = case
        extinct, *estimates = simulate(*case, seed)
        row = [law, '-' if parameter is None else repr(parameter), str(width), repr(slope),
               str(depth), str(replicas), str(seed), str(extinct),
               *(f'{value:.12g}' for value in estimates)]
        rows.append(' '.join(row))
        print(rows[-1], flush=True)
        if law in ('gaussian', 'orthogonal'):
            lyapunov, variance = exact(law, width, slope)
            misses.append(f'#   {law} {width} {slope!r}: '
                          f'{(estimates[0] - lyapunov) / estimates[1]:+.2f} '
                          f'{(estimates[2] - variance) / estimates[3]:+.2f}')

    header = f'''\
# Dense networks simulated in float64, a file written by simulate.py with NumPy {np.__version__}:
#
#   OMP_NUM_THREADS=1 python3 test/worker/backends/numpy/simulate.py
#
# Columns: law, parameter (degrees of freedom of student_t, density of sparse_gaussian, else -),
# width, negative slope, depth, replicas, seed of PCG64, replicas that went extinct; then, over the
# n replicas that did not,
#   the Lyapunov exponent mean(S)/depth and its standard error s/(√n depth),
#   the CLT variance s²/depth and its standard error √((m₄ − (n−3)/(n−1) s⁴)/n)/depth
# with S = log ‖x_depth‖ − log ‖x_0‖, s² its unbiased variance, m₄ its fourth central moment.
#
# Conventions: x_0 has a Gaussian direction and no layer is left out as burn-in; He gain
# √(2/(1+α²)); entries have standard deviation gain/√width (student_t, sparse_gaussian and
# truncated_normal, cut at ±2, after division by the standard deviation of the law), an orthogonal
# matrix is gain times a Haar matrix. A Rademacher sum below 1e-12 ‖x‖₁ is a sum of terms that
# cancel, and taken as 0. Extinct: x_depth = 0.
#
# Against the exact values, in standard errors of this file (exponent, then variance; slope 0: of
# the survivors):
'''
    text = header + '\n'.join(misses) + '\n' + '\n'.join(rows) + '\n'
    (HERE / 'simulated.txt').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
