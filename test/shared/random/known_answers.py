#!/usr/bin/env python3
"""Known answers of the random stream, by a program of its own: mpmath with 40 digits, float32 by
exact rational arithmetic, nothing shared with the TypeScript or the WebAssembly.

    python3 test/shared/random/known_answers.py > answers.txt

prints the lines of known-answers.txt that depend on the stream (all but philox, normals and
binomial). Needs mpmath.
"""

from fractions import Fraction
from math import isqrt

from mpmath import cos, erf, erfinv, expm1, log, mp, mpf, pi, sin, sqrt

mp.dps = 40
SEED = 0x0123456789ABCDEF
MASK = 0xFFFFFFFF


def philox(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def words(replica, layer, strip=0, purpose=0):
    a, b, c, counter = philox((strip, purpose, replica, layer), (SEED & MASK, SEED >> 32))
    while True:
        word = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a, b, c = b ^ (b >> 9), (c * 9) & MASK, (((c << 21 | c >> 11) & MASK) + word) & MASK
        yield word


def rows(replica, layer, width):
    """The words of each row of a layer, one reader a strip."""
    in_strip = max(1, 1024 // width)
    for row in range(width):
        if row % in_strip == 0:
            reader = words(replica, layer, row // in_strip)
        yield reader


# Float32 by exact arithmetic: numbers are Fractions.


def round32(x):
    """To the nearest float32, ties to even; no number here is subnormal."""
    if x == 0:
        return Fraction(0)
    size, exponent = abs(x), 0
    while size >= 2:
        size, exponent = size / 2, exponent + 1
    while size < 1:
        size, exponent = size * 2, exponent - 1
    return (1 if x > 0 else -1) * Fraction(round(size * 2**23)) * Fraction(2) ** (exponent - 23)


def sqrt32(x):
    scaled = x * 2**200
    root = Fraction(isqrt(scaled.numerator // scaled.denominator), 2**100)
    return round32(root)


def single(*decimals):
    return [round32(Fraction(d)) for d in decimals]


LOGARITHM = single(
    "-1.999999761581421", "1.0000687837600708", "-0.663818895816803", "0.5436047911643982",
    "-0.0804329663515091", "1.5593205690383911", "2.147660493850708", "2.3616256713867188",
)
SINE = single("0.7853981852531433", "-0.08074582368135452", "0.0024909931235015392", "-3.659276262624189e-5")
COSINE = single("0.9999999403953552", "-0.30842363834381104", "0.015848150476813316", "-0.0003176308237016201")
(TWICE_LN_2,) = single("1.3862943611198906")


def polynomial(c, x):
    while len(c) > 1:
        c = [round32(c[i + 1] * x + c[i]) for i in range(0, len(c), 2)]
        x = round32(x * x)
    return c[0]


def signed_odd(word):
    word |= 1
    return word - 2**32 if word >> 31 else word


def normals32(word0, word1):
    y, k = round32(Fraction(signed_odd(word0))) / 2**32, 0
    f = y
    if y > 0:
        fraction = y
        while fraction < Fraction(1, 2):
            fraction, k = fraction * 2, k + 1
        f, k = fraction - 1, k + 1
        # u = y = 2^-k (1 + f) with 1 + f in [1/2, 1): one more halving than that of y in [1/2, 1).
        k -= 1
    r = sqrt32(round32(k * TWICE_LN_2 + round32(polynomial(LOGARITHM, f) * f)))
    t = round32(Fraction(signed_odd(word1))) / 2**31
    square = round32(t * t)
    sine = round32(r * round32(polynomial(SINE, square) * t))
    cosine = round32(r * polynomial(COSINE, square)) * (-1 if word0 & 1 else 1)
    return (sine, cosine) if word1 & 1 else (cosine, sine)


def real(x):
    return mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpf(x)


def normal_row(reader, count):
    pairs = [normals32(next(reader), next(reader)) for _ in range((count + 1) // 2)]
    return [real(z) for pair in pairs for z in pair][:count]


def circle(sign_word, angle_word):
    """A coordinate of a uniform point on the circle, as in normal.ts."""
    theta = mpf(signed_odd(angle_word)) / 2**31 * pi / 4
    if angle_word & 1:
        return sin(theta)
    return -cos(theta) if sign_word & 1 else cos(theta)


def normal(word0, word1):
    u = (mpf(word0 >> 1) + mpf(1) / 2) / 2**31
    return sqrt(-2 * log(u)) * circle(word0, word1)


# The laws: a row of entries and their standard deviation.


def uniform(reader, count, _):
    drawn = [mpf(signed_odd(next(reader))) / 2**31 for _ in range(count + count % 2)]
    return drawn[:count]


def rademacher(reader, count, _):
    drawn = [next(reader) for _ in range((count + 31) // 32)]
    return [mpf(1 - 2 * (drawn[j // 32] >> (31 - j % 32) & 1)) for j in range(count)]


def truncated(reader, count, _):
    return [sqrt(mpf(2)) * erfinv(v * erf(sqrt(mpf(2)))) for v in uniform(reader, count, _)]


def student(reader, count, degrees):
    row = []
    for _ in range(count + count % 2):
        word0, word1, word2 = next(reader), next(reader), next(reader)
        u = (word0 + (mpf(word1 >> 1) + mpf(1) / 2) / 2**31) / mpf(2) ** 32
        row.append(sqrt(degrees * expm1(-2 / mpf(degrees) * log(u))) * circle(word1, word2))
    return row[:count]


def keeping(density):
    return max(1, int(Fraction(density) * 2**32 + Fraction(1, 2)))


def sparse(reader, count, density):
    row = []
    for _ in range((count + 1) // 2):
        pair = normals32(next(reader), next(reader))
        row += [real(z) if next(reader) < keeping(density) else mpf(0) for z in pair]
    return row[:count]


def gaussian(reader, count, _):
    return normal_row(reader, count)


ENTRIES = {
    "gaussian": (gaussian, lambda _: mpf(1)),
    "uniform": (uniform, lambda _: sqrt(mpf(1) / 3)),
    "rademacher": (rademacher, lambda _: mpf(1)),
    "truncated_normal": (
        truncated,
        lambda _: sqrt(1 - 4 * mp.npdf(2) / erf(sqrt(mpf(2)))),
    ),
    "student_t": (student, lambda degrees: sqrt(mpf(degrees) / (mpf(degrees) - 2))),
    "sparse_gaussian": (sparse, lambda density: sqrt(mpf(keeping(density)) / 2**32)),
}


def entry_matrix(law, parameter, replica, layer, width):
    return [ENTRIES[law][0](reader, width, parameter) for reader in rows(replica, layer, width)]


def haar_matrix(replica, layer, width):
    """Q_n = -sgn(g0) H diag(1, Q_(n-1)), as matrices."""
    q = None
    for n, reader in enumerate(rows(replica, layer, width), 1):
        g = normal_row(reader, n)
        sign = 1 if g[0] > 0 else -1
        norm = sqrt(sum(z * z for z in g))
        w = [sign * z / norm for z in g]
        w[0] += 1
        square = sum(z * z for z in w)
        block = [[mpf(int(i == j)) for j in range(n)] for i in range(n)]
        for i in range(1, n):
            for j in range(1, n):
                block[i][j] = q[i - 1][j - 1]
        column = [sum(w[k] * block[k][j] for k in range(n)) for j in range(n)]
        q = [
            [-sign * (block[i][j] - 2 * w[i] * column[j] / square) for j in range(n)]
            for i in range(n)
        ]
    return q


# Isotropic norms. The table of the binomial law is made of doubles, in the order of binomial.ts.


def binomial_table(trials):
    def falling(start):
        weights, weight, k = [], 1.0, start
        while k < trials and weight > 2.0**-80:
            weight *= (trials - k) / (k + 1)
            weights.append(weight)
            k += 1
        return weights

    mode = trials // 2
    below = falling(trials - mode)
    weights = below[::-1] + [1.0] + falling(mode)
    total = 0.0
    for weight in weights:
        total += weight
    probabilities = [weight / total for weight in weights]

    def negligible(values):
        tail = 0.0
        for i, value in enumerate(values):
            tail += value
            if tail >= 2.0**-64:
                return i

    first, cut_above = negligible(probabilities), negligible(probabilities[::-1])
    kept = probabilities[first : len(probabilities) - cut_above]
    first_outcome = mode - len(below) + first
    bits = max(1, (len(kept) - 1).bit_length())
    columns = 2**bits
    shares = [(kept[i] if i < len(kept) else 0.0) * columns for i in range(columns)]
    thresholds, aliases = [0] * columns, [first_outcome + i for i in range(columns)]
    small = [i for i in range(columns) if shares[i] < 1]
    large = [i for i in range(columns) if shares[i] >= 1]
    while small and large:
        column, donor = small.pop(), large[-1]
        high = int(shares[column] * 2.0**32)
        low = int((shares[column] * 2.0**32 - high) * 2.0**32)
        thresholds[column] = high << 32 | low
        aliases[column] = first_outcome + donor
        shares[donor] = shares[donor] + shares[column] - 1
        if shares[donor] < 1:
            small.append(large.pop())
    return first_outcome, bits, thresholds, aliases


def binomial(table, word0, word1):
    first_outcome, bits, thresholds, aliases = table
    column = word0 >> (32 - bits)
    fraction = ((word0 << 32 | word1) << bits) & (2**64 - 1)
    return first_outcome + column if fraction < thresholds[column] else aliases[column]


def chi_square(degrees, reader):
    while True:
        x = normal(next(reader), next(reader))
        u = (mpf(next(reader)) + mpf(1) / 2) / 2**32
        if degrees == 0:
            return mpf(0)
        if degrees == 1:
            return x * x
        shape = mpf(degrees) / 2 - mpf(1) / 3
        v = (1 + x / sqrt(9 * shape)) ** 3
        if v > 0 and log(u) < x * x / 2 + shape * (1 - v + log(v)):
            return 2 * shape * v


def isotropic(replica, layer, width):
    reader = words(replica, layer)
    units = binomial(binomial_table(width), next(reader), next(reader))
    return units, chi_square(units, reader), chi_square(width - units, reader)


def growth(law, parameter, sampling, width, slope, depth, replica):
    slope = mpf(slope)
    x = normal_row(words(replica, 0), width)
    total = mpf(0)
    for layer in range(1, depth + 1):
        if sampling == "isotropic":
            _, positive, negative = isotropic(replica, layer, width)
            square = positive + slope**2 * negative
            total += log(square / (width if law == "gaussian" else positive + negative)) / 2
            continue
        if law == "orthogonal":
            matrix, scale = haar_matrix(replica, layer, width), mpf(1)
        else:
            matrix = entry_matrix(law, parameter, replica, layer, width)
            scale = 1 / (sqrt(mpf(width)) * ENTRIES[law][1](parameter))
        z = [scale * sum(w * v for w, v in zip(row, x)) for row in matrix]
        activated = [v if v > 0 else slope * v for v in z]
        total += log(sqrt(sum(v * v for v in activated)) / sqrt(sum(v * v for v in x)))
        x = activated
    return total


def show(*fields):
    print(*(mp.nstr(f, 17) if isinstance(f, mpf) else f for f in fields))


KEY = f"{SEED:016x}"
LAWS = [
    ("gaussian", "-"), ("uniform", "-"), ("rademacher", "-"), ("truncated_normal", "-"),
    ("student_t", 5), ("student_t", 2.1), ("sparse_gaussian", 0.25),
]

print("# words  seed layer replica strip  the first four words, and word 1000")
for layer, replica, strip in [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 3, 0), (2, 3, 7), (10**7, MASK, 65535)]:
    reader = words(replica, layer, strip)
    drawn = [next(reader) for _ in range(1001)]
    print("words ", KEY, layer, replica, strip, "", *(f"{w:08x}" for w in drawn[:4] + drawn[1000:]))

print("\n# normals32  word0 word1  the two normals, exactly (to the bit)")
PAIRS = """00000000 00000000, 00000001 00000001, ffffffff ffffffff, fffffffe 80000000, 7fffffff 7fffffff,
80000000 80000001, 80000001 fffffffe, ffffff00 00000002, ff000000 40000000, 00000100 c0000001,
55555555 aaaaaaaa, deadbeef 01234567, 6627e8d5 e169c58d, bc57ac4c 9b00dbd8, 40000000 3fffffff,
3fffffff 00000003, c0000000 7ffffffe"""
for pair in PAIRS.split(","):
    word0, word1 = (int(w, 16) for w in pair.split())
    first, second = normals32(word0, word1)
    print("normals32 ", *pair.split(), "", repr(float(first)), repr(float(second)))

print("\n# entry  weights parameter seed layer replica width row column  W[row][column], at its law's own scale")
for law, parameter in LAWS:
    for layer, replica, width, places in [
        (1, 0, 5, [(0, 0), (0, 1), (0, 4), (1, 0), (3, 2)]),
        (3, 6, 40, [(0, 0), (24, 39), (25, 0), (38, 33)]),
        (2, 9, 1030, [(1, 0), (1, 1029)]),
    ]:
        at = dict.fromkeys(row for row, _ in places)
        for row, reader in zip(range(max(at) + 1), rows(replica, layer, width)):
            drawn = ENTRIES[law][0](reader, width, parameter)
            for column in [c for r, c in places if r == row]:
                show("entry ", law, parameter, KEY, layer, replica, width, row, column, "", drawn[column])

print("\n# probe  seed probe width entry  entry of a probe input, in float32")
for probe, width, entry in [(0, 1, 0), (0, 5, 0), (0, 5, 4), (1, 5, 0), (15, 1030, 1029)]:
    show("probe ", KEY, probe, width, entry, "", normal_row(words(probe, 0, purpose=1), width)[entry])

print("\n# orthogonal  seed layer replica width row column  entry of the matrix")
for layer, replica, width, places in [
    (1, 0, 1, [(0, 0)]), (1, 1, 1, [(0, 0)]), (1, 2, 1, [(0, 0)]),
    (3, 4, 2, [(0, 0), (0, 1), (1, 0), (1, 1)]),
    (7, 9, 5, [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (4, 0)]),
]:
    matrix = haar_matrix(replica, layer, width)
    for row, column in places:
        show("orthogonal ", KEY, layer, replica, width, row, column, "", matrix[row][column])

print("\n# isotropic  seed layer replica width  positive units, their chi-square, that of the others")
for width in [1, 2, 3, 5, 16, 100, 1000]:
    for layer, replica in [(1, 0), (1, 1), (2, 1), (9, 4), (123, 77)]:
        show("isotropic ", KEY, layer, replica, width, "", *isotropic(replica, layer, width))

print("\n# growth  weights parameter sampling width slope depth seed replica  log ‖x_depth‖ − log ‖x_0‖ at gain 1")
CASES = [(1, -0.5, 3, 0), (2, 0.01, 5, 1), (3, 10, 4, 2), (5, 0.2, 6, 3), (9, -2, 3, 6), (34, 0.3, 3, 5)]
KINDS = [(*law, "dense") for law in LAWS] + [("orthogonal", "-", "dense")]
KINDS += [("gaussian", "-", "isotropic"), ("orthogonal", "-", "isotropic")]
for law, parameter, sampling in KINDS:
    for width, slope, depth, replica in CASES:
        # Signs cancel, and few of few sparse entries may leave nothing, in the narrowest networks.
        if width < 3 and law in ("rademacher", "sparse_gaussian"):
            continue
        try:
            total = growth(law, parameter, sampling, width, slope, depth, replica)
        except (ValueError, ZeroDivisionError):
            continue
        show("growth ", law, parameter, sampling, width, slope, depth, KEY, replica, "", total)
