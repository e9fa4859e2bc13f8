"""The random stream of a replica, version 2: words, normals, chi-squares and matrix entries.

It follows shared/random/stream.ts, and test/shared/random/known-answers.txt holds it to it. All words
are integers of 32 bits.
"""

from itertools import islice
from math import cos, expm1, floor, log, pi, sin, sqrt
from statistics import NormalDist
from struct import pack, unpack

MASK = 0xFFFFFFFF
STRIP_ENTRIES = 1024


def philox(counter, key):
    """Philox4x32-10: four words from a counter of four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def words(seed, replica, layer, strip=0):
    """The words of a strip, without end: sfc32, begun with a block of Philox."""
    key = (seed & MASK, seed >> 32)
    a, b, c, counter = philox((strip, 0, replica, layer), key)
    while True:
        word = (a + b + counter) & MASK
        counter = (counter + 1) & MASK
        a, b, c = b ^ (b >> 9), (c * 9) & MASK, ((c << 21 | c >> 11) + word) & MASK
        yield word


def rows(seed, replica, layer, width):
    """For each row of a layer's matrix, the words that it is drawn from."""
    in_strip = max(1, STRIP_ENTRIES // width)
    for row in range(width):
        if row % in_strip == 0:
            strip = words(seed, replica, layer, row // in_strip)
        yield strip


def signed(word):
    return word - 2**32 if word >= 2**31 else word


def cosine(sign_word, angle_word):
    angle = signed(angle_word | 1) * 2.0**-31 * pi / 4
    if angle_word & 1:
        return sin(angle)
    return -cos(angle) if sign_word & 1 else cos(angle)


def normal(word0, word1):
    """A normal in float64."""
    return sqrt(-2 * log(((word0 >> 1) + 0.5) * 2.0**-31)) * cosine(word0, word1)


def chi_square(degrees, strip):
    """A chi-square variable, by attempts of three words each (Marsaglia and Tsang 2000)."""
    shape = degrees / 2 - 1 / 3
    while True:
        x = normal(next(strip), next(strip))
        u = (next(strip) + 0.5) * 2.0**-32
        if degrees == 0:
            return 0.0
        if degrees == 1:
            return x * x
        root = 1 + x / sqrt(9 * shape)
        if root <= 0:
            continue
        v = root * root * root
        if log(u) < 0.5 * x * x + shape * (1 - v + log(v)):
            return 2 * shape * v


# Normals in float32. Every operation is rounded to float32, and a multiply-add is rounded once.


def single(x):
    return unpack("f", pack("f", x))[0]


LOGARITHM = [single(x) for x in (
    -1.999999761581421, 1.0000687837600708, -0.663818895816803, 0.5436047911643982,
    -0.0804329663515091, 1.5593205690383911, 2.147660493850708, 2.3616256713867188)]
SINE = [single(x) for x in (
    0.7853981852531433, -0.08074582368135452, 0.0024909931235015392, -3.659276262624189e-5)]
COSINE = [single(x) for x in (
    0.9999999403953552, -0.30842363834381104, 0.015848150476813316, -0.0003176308237016201)]
TWICE_LN_2 = single(1.3862943611198906)


def multiply_add(a, b, c):
    return single(a * b + c)


def cubic(c, x, square):
    return multiply_add(multiply_add(c[3], x, c[2]), square, multiply_add(c[1], x, c[0]))


def radius(word):
    y = single(signed(word | 1)) * 2.0**-32
    k, f = 0, y
    if y > 0:
        bits = unpack("I", pack("f", y))[0]
        k = 126 - (bits >> 23)
        f = unpack("f", pack("I", bits & 0x007FFFFF | 0x3F000000))[0] - 1
    square = single(f * f)
    low, high = cubic(LOGARITHM[:4], f, square), cubic(LOGARITHM[4:], f, square)
    tail = single(multiply_add(high, single(square * square), low) * f)
    return single(sqrt(multiply_add(k, TWICE_LN_2, tail)))


def normals32(word0, word1):
    """Two normals in float32, from two words."""
    r = radius(word0)
    t = single(signed(word1 | 1)) * 2.0**-31
    square = single(t * t)
    fourth = single(square * square)
    sine = single(r * single(cubic(SINE, square, fourth) * t))
    cosine32 = single(r * cubic(COSINE, square, fourth))
    if word0 & 1:
        cosine32 = -cosine32
    return (sine, cosine32) if word1 & 1 else (cosine32, sine)


# Rows of independent entries, at the scale that is natural to their law.


def gaussian_row(strip, width):
    pairs = [normals32(next(strip), next(strip)) for _ in range((width + 1) // 2)]
    return [x for pair in pairs for x in pair][:width]


def wordwise_row(strip, width, entry):
    """One word an entry; a row takes a whole number of pairs."""
    taken = list(islice(strip, width + width % 2))
    return [entry(word) for word in taken[:width]]


def uniform_row(strip, width):
    return wordwise_row(strip, width, lambda word: signed(word | 1) * 2.0**-31)


def truncated_row(strip, width):
    standard = NormalDist()
    within = 0.9544997361036416
    entry = lambda word: standard.inv_cdf(0.5 + 0.5 * within * signed(word | 1) * 2.0**-31)
    return wordwise_row(strip, width, entry)


def rademacher_row(strip, width):
    taken = list(islice(strip, (width + 31) // 32))
    return [1.0 - 2 * (taken[j // 32] >> (31 - j % 32) & 1) for j in range(width)]


def student_row(strip, width, degrees):
    def entry():
        word0, word1, word2 = next(strip), next(strip), next(strip)
        u = (word0 + ((word1 >> 1) + 0.5) * 2.0**-31) * 2.0**-32
        return sqrt(degrees * expm1(-2 / degrees * log(u))) * cosine(word1, word2)

    return [entry() for _ in range(width + width % 2)][:width]


def sparse_row(strip, width, density):
    keeping = keeping_words(density)
    row = []
    for _ in range((width + 1) // 2):
        pair = normals32(next(strip), next(strip))
        row.extend(x if next(strip) < keeping else 0.0 for x in pair)
    return row[:width]


def keeping_words(density):
    return max(1, floor(density * 2**32 + 0.5))


# Binomial(trials, ½) from two words, by Walker's alias method.


def binomial_table(trials):
    """The first outcome, the bits that choose a column, and the columns' thresholds and aliases."""
    first, probabilities = binomial_probabilities(trials)
    bits = max(1, (len(probabilities) - 1).bit_length())
    columns = 2**bits
    shares = [p * columns for p in probabilities] + [0.0] * (columns - len(probabilities))
    thresholds = [0] * columns
    aliases = [first + column for column in range(columns)]
    small = [i for i in range(columns) if shares[i] < 1]
    large = [i for i in range(columns) if shares[i] >= 1]
    while small and large:
        column, donor = small.pop(), large[-1]
        thresholds[column] = floor(shares[column] * 2.0**64)
        aliases[column] = first + donor
        shares[donor] = shares[donor] + shares[column] - 1
        if shares[donor] < 1:
            small.append(large.pop())
    return first, bits, thresholds, aliases


def binomial_probabilities(trials):
    """The first outcome and the probabilities from it on; tails below 2⁻⁶⁴ are cut."""
    mode = trials // 2

    def falling(start):
        weights, weight, k = [], 1.0, start
        while k < trials and weight > 2.0**-80:
            weight *= (trials - k) / (k + 1)
            weights.append(weight)
            k += 1
        return weights

    below = falling(trials - mode)
    weights = below[::-1] + [1.0] + falling(mode)
    total = 0.0
    for weight in weights:
        total += weight
    probabilities = [weight / total for weight in weights]
    low, high = negligible(probabilities), negligible(probabilities[::-1])
    return mode - len(below) + low, probabilities[low:len(probabilities) - high]


def negligible(probabilities):
    tail = 0.0
    for i, probability in enumerate(probabilities):
        tail += probability
        if tail >= 2.0**-64:
            return i
    raise ValueError("probabilities must sum to 1")


def binomial(table, word0, word1):
    first, bits, thresholds, aliases = table
    column = word0 >> (32 - bits)
    rest = (word0 << bits & MASK) << 32 | word1
    return first + column if rest < thresholds[column] else aliases[column]
