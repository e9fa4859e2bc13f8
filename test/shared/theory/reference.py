#!/usr/bin/python3
"""Writes the tables that the tests of shared/theory compare with, to 25 digits.

Needs mpmath (Debian: python3-mpmath; python3-gmpy2 makes it fast: some minutes). Run as

    /usr/bin/python3 test/shared/theory/reference.py

Nothing here follows the implementation. Cumulants come from the transform
M(t) = E exp(-tX), X = |phi(g)|^2: with E exponential, M(e^u) = P(log E - log X > u), so moments of log E - log X are integrals of
u^(k-1) (M(e^u) - exp(-e^u)), and those of log E are known. The cancellations are paid for with
digits. Moments E X^s of narrow layers come from the finite mixture over the number K of positive
units, as hypergeometric functions; those of wide layers from derivatives of M.
"""

from pathlib import Path

from mpmath import (binomial, digamma, euler, exp, factorial, floor, gamma, hyp2f1, log, loggamma,
                    mp, mpf, nstr, pi, polygamma, sqrt, zeta)

mp.dps = 80
HERE = Path(__file__).parent
DIGITS = 25

SLOPES = [1e-6, 0.01, 0.2, 0.999, 1.0, -1.0, 1.0000001, 10.0, 1e3, 0.0]
WIDTHS = [1, 2, 3, 4, 8, 64, 255, 256, 1000, 10**6]


def transform(t, width, slope, survivors):
    value = ((1 / sqrt(1 + 2 * t) + 1 / sqrt(1 + 2 * slope**2 * t)) / 2)**width
    return (value - mpf(2)**-width) / (1 - mpf(2)**-width) if survivors else value


def cumulants_of_log_x(width, slope):
    """The first four cumulants of log X; of X > 0 if the slope is 0."""
    survivors = slope == 0
    mean = width * (1 + slope**2) / 2 / (1 - mpf(2)**-width if survivors else 1)
    step = mpf(1) / 20
    integrals = [mpf(0)] * 4
    u = floor(-100 - log(mpf(width)))
    while True:
        t = exp(u)
        m = transform(t / mean, width, slope, survivors)
        difference = m - exp(-t)
        for k in range(4):
            integrals[k] += u**k * difference
        if u > 5 and m * u**4 < mpf(10)**-78:
            break
        u += step
    moments = [1] + [k * step * integrals[k - 1] for k in range(1, 5)]

    reference = [-euler, pi**2 / 6, -2 * zeta(3), pi**4 / 15]
    raw = moments_from_cumulants(reference)
    for k in range(1, 5):
        raw[k] += moments[k]
    cumulants = cumulants_from_moments(raw)
    result = [(-1)**k * (cumulants[k - 1] - reference[k - 1]) for k in range(1, 5)]
    result[0] += log(mean)
    return result


def moments_from_cumulants(cumulants):
    moments = [mpf(1)]
    for n in range(1, 5):
        moments.append(sum(binomial(n - 1, j - 1) * cumulants[j - 1] * moments[n - j]
                           for j in range(1, n + 1)))
    return moments


def cumulants_from_moments(moments):
    cumulants = []
    for n in range(1, 5):
        cumulants.append(moments[n] - sum(binomial(n - 1, j - 1) * cumulants[j - 1] * moments[n - j]
                                          for j in range(1, n)))
    return cumulants


def growth_cumulants(law, width, slope):
    """Cumulants of log(|x_1|/|x_0|) at gain 1."""
    cumulants = cumulants_of_log_x(width, slope)
    half = mpf(width) / 2
    if law == 'orthogonal':
        cumulants[0] -= digamma(half) + log(2)
        for k in (1, 2, 3):
            cumulants[k] -= polygamma(k, half)
    else:
        cumulants[0] -= log(width)
    return [cumulants[k] / 2**(k + 1) for k in range(4)]


def moment_by_mixture(s, width, slope):
    """E |phi(u)|^2s, u uniform on the sphere."""
    total = mpf(0)
    for k in range(width + 1):
        rest = mpf(width - k) / 2
        if k == width:
            value = mpf(1)
        elif k == 0:
            value = mpf(slope)**(2 * s)
        else:
            value = hyp2f1(-s, rest, mpf(width) / 2, 1 - slope**2)
        total += binomial(width, k) * value
    return total / mpf(2)**width


def moment_by_transform(s, width, slope):
    """The same by E X^(n-a) Gamma(a) = integral of t^(a-1) E[X^n exp(-tX)]."""
    n = max(0, int(floor(s)) + 1)
    a = n - s
    scale = width * (1 + slope**2) / 2
    # t^a exp(-t) is as narrow in log t as 1/sqrt(a).
    step = 1 / (20 * sqrt(1 + a))
    total = mpf(0)
    u = floor(-150 / a - 10)
    # Before both kinds of unit have had their say, a second peak may still come.
    saturated = 3 + log(width) + (2 * abs(log(slope)) if slope else 0)
    peak = mpf(0)
    while True:
        t = exp(u)
        term = exp(a * u) * derivative(t / scale, n, width, slope) / scale**n
        total += term
        peak = max(peak, term)
        if u > saturated and term < peak * mpf(10)**-45:
            break
        u += step
    x = total * step / gamma(a) * scale**s
    return x * exp(loggamma(mpf(width) / 2) - loggamma(mpf(width) / 2 + s)) / mpf(2)**s


def derivative(t, n, width, slope):
    """(-1)^n M^(n)(t), by the power series of M(t - x) = unit(t - x)^width in x."""
    unit = [mpf(0)] * (n + 1)
    for rate in (mpf(1), slope**2):
        coefficient = 1 / sqrt(1 + 2 * rate * t) / 2
        for k in range(n + 1):
            unit[k] += coefficient
            coefficient *= (2 * k + 1) * rate / ((k + 1) * (1 + 2 * rate * t))
    power = [unit[0]**width]
    for k in range(1, n + 1):
        power.append(sum((width * j - (k - j)) * unit[j] * power[k - j]
                         for j in range(1, k + 1)) / (k * unit[0]))
    return power[n] * factorial(n)


def moment_exponent(law, q, width, slope):
    s = mpf(q) / 2
    route = moment_by_mixture if width <= 16 else moment_by_transform
    value = log(route(s, width, slope))
    if law == 'gaussian':
        half = mpf(width) / 2
        value += loggamma(half + s) - loggamma(half) - s * log(half)
    return value


def check():
    """The two routes of each kind against one another."""
    for width, slope in ((1, mpf('0.3')), (3, mpf('0.2')), (4, mpf(10))):
        step = mpf(10)**-12
        up, here, down = (log(moment_by_mixture(k * step, width, slope)) for k in (1, 0, -1))
        kappa = growth_cumulants('orthogonal', width, slope)
        assert abs((up - down) / (4 * step) - kappa[0]) < mpf(10)**-20
        assert abs((up - 2 * here + down) / (4 * step**2) - kappa[1]) < mpf(10)**-20
    for s in (mpf('-0.7'), mpf('0.25'), mpf(1), mpf('3.5')):
        a, b = moment_by_mixture(s, 5, mpf('0.3')), moment_by_transform(s, 5, mpf('0.3'))
        assert abs(a / b - 1) < mpf(10)**-30, (s, a, b)


def write(name, header, rows):
    lines = ['# ' + header + ' — written by reference.py'] + [' '.join(row) for row in rows]
    (HERE / name).write_text('\n'.join(lines) + '\n')


def text(value):
    # Differences of numbers of order 1 that should be 0 are 0 to about 75 digits.
    return '0' if abs(value) < mpf(10)**-68 else nstr(value, DIGITS, strip_zeros=True)


def cumulant_rows():
    for width in WIDTHS:
        for slope in SLOPES:
            for law in ('gaussian', 'orthogonal'):
                values = growth_cumulants(law, width, mpf(slope))
                yield [law, str(width), repr(slope), *map(text, values)]


def moment_rows():
    near = (-25.5, -3.0, -1.5, -0.4, 1e-3, 0.5, 1.0, 2.0, 2.9, 3.0, 4.0, 7.5, 30.0)
    far = {300: (-280.0, -150.0), 10**6: (-200000.0,)}
    for width in (1, 2, 3, 8, 16, 300, 10**6):
        for slope in (1e-6, 0.01, 0.999, 10.0, 0.0):
            for q in far.get(width, ()) + near:
                for law in ('gaussian', 'orthogonal'):
                    infinite = slope == 0 and q < 0 or law == 'gaussian' and q <= -width
                    value = 'Infinity' if infinite else text(
                        moment_exponent(law, q, width, mpf(slope)))
                    yield [law, str(width), repr(slope), repr(q), value]


if __name__ == '__main__':
    check()
    write('cumulants.txt',
          'law width negative_slope | at gain 1: lyapunov_exponent variance third_cumulant '
          'fourth_cumulant (slope 0: of the survivors)', cumulant_rows())
    write('moments.txt', 'law width negative_slope q | moment exponent at gain 1', moment_rows())
