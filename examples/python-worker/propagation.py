"""Propagates the replicas of a shard and sums what it sees: a `ShardTask` becomes a `Partial`.

docs/workers.md has the recipe. Everything is in float64, but for normals, which are float32 numbers.
"""

from collections import Counter
from math import copysign, floor, inf, log, sqrt

import stream
from lyapunov.v1 import network_pb2, partial_pb2

OBSERVABLES = ["log_norm_growth"]

# The bits depend on the logarithm and the sines of Python's C library, so this generator has a name
# of its own: its partials must not be compared bit for bit with those of other workers.
GENERATOR = "philox4x32-10/sfc32/2 python-worker"

# Smaller sums of ±x are zero: the activations of ±1 weights repeat one another, and cancel.
CANCELLED = 2.0**-44

# What a quantile sketch is held to: see QuantileSketch in partial.proto.
NARROWEST_BINS = 2.0**-32
MOST_BINS = 128
LARGEST_INDEX = 2**40


def row_law(network):
    """Draws a row of independent entries at the law's own scale, and that scale's deviation."""
    nu, density = network.degrees_of_freedom, network.density
    laws = {
        network_pb2.WEIGHT_LAW_GAUSSIAN: (stream.gaussian_row, 1.0),
        network_pb2.WEIGHT_LAW_UNIFORM: (stream.uniform_row, sqrt(1 / 3)),
        network_pb2.WEIGHT_LAW_RADEMACHER: (stream.rademacher_row, 1.0),
        network_pb2.WEIGHT_LAW_TRUNCATED_NORMAL: (
            stream.truncated_row, sqrt(1 - 4 * 0.05399096651318806 / 0.9544997361036416)),
    }
    if network.weights == network_pb2.WEIGHT_LAW_STUDENT_T:
        return (lambda strip, width: stream.student_row(strip, width, nu)), sqrt(nu / (nu - 2))
    if network.weights == network_pb2.WEIGHT_LAW_SPARSE_GAUSSIAN:
        deviation = sqrt(stream.keeping_words(density) * 2.0**-32)
        return (lambda strip, width: stream.sparse_row(strip, width, density)), deviation
    return laws[network.weights]


def drift(network):
    """The part of a layer's growth that is the same for all replicas."""
    if network.weights == network_pb2.WEIGHT_LAW_ORTHOGONAL:
        return log(network.gain)
    return log(network.gain) - 0.5 * log(network.width) - log(row_law(network)[1])


def log_activated_norm(positive, negative, slope):
    """log ‖φ(z)‖ from the squared norms of the positive and of the negative part of z."""
    if abs(slope) > 1:
        return log(abs(slope)) + log_activated_norm(negative, positive, 1 / slope)
    if positive > 0:
        return 0.5 * log(positive + slope * slope * negative)
    return log(abs(slope)) + 0.5 * log(negative) if slope != 0 and negative > 0 else -inf


def activate(z, slope):
    """log ‖φ(z)‖, and φ(z) divided by its norm."""
    positive = sum_of(x * x for x in z if x > 0)
    negative = sum_of(x * x for x in z if not x > 0)
    log_norm = log_activated_norm(positive, negative, slope)
    if log_norm == -inf:
        return log_norm, z
    scale = max(1.0, abs(slope))
    above = 1 / scale if negative > 0 else 1.0
    below = slope / scale if positive > 0 else copysign(1.0, slope)
    norm = sqrt(above * above * positive + below * below * negative)
    return log_norm, [(above if x > 0 else below) * x / norm for x in z]


def sum_of(values):
    total = 0.0
    for value in values:
        total += value
    return total


def dot(a, b):
    return sum_of(x * y for x, y in zip(a, b))


def independent_product(network, x, seed, replica, layer):
    """W x for a matrix of independent entries."""
    draw, _ = row_law(network)
    cancelled = CANCELLED if network.weights == network_pb2.WEIGHT_LAW_RADEMACHER else 0.0
    z = [dot(draw(strip, len(x)), x) for strip in stream.rows(seed, replica, layer, len(x))]
    return [0.0 if abs(value) < cancelled else value for value in z]


def orthogonal_product(x, seed, replica, layer):
    """W x for a Haar matrix, by one reflection of the last n entries for each n."""
    z = list(x)
    for n, strip in enumerate(stream.rows(seed, replica, layer, len(x)), start=1):
        g = stream.gaussian_row(strip, n)
        sign = copysign(1.0, g[0])
        norm = sqrt(dot(g, g))
        w = [sign * value / norm for value in g]
        w[0] += 1
        v = z[-n:]
        coefficient = 2 * dot(w, v) / dot(w, w)
        z[-n:] = [-sign * (a - coefficient * b) for a, b in zip(v, w)]
    return z


def dense_layers(network, seed, replica):
    """The growth of each layer, less the drift, with real matrices."""
    start = stream.gaussian_row(stream.words(seed, replica, 0), network.width)
    _, x = activate(start, 1.0)
    layer = 0
    while True:
        layer += 1
        if network.weights == network_pb2.WEIGHT_LAW_ORTHOGONAL:
            z = orthogonal_product(x, seed, replica, layer)
        else:
            z = independent_product(network, x, seed, replica, layer)
        growth, x = activate(z, network.negative_slope)
        yield growth


def isotropic_layers(network, seed, replica):
    """The growth of each layer, less the drift, from the exact law of its norm."""
    table = stream.binomial_table(network.width)
    layer = 0
    while True:
        layer += 1
        strip = stream.words(seed, replica, layer)
        units = stream.binomial(table, next(strip), next(strip))
        positive = stream.chi_square(units, strip)
        negative = stream.chi_square(network.width - units, strip)
        growth = log_activated_norm(positive, negative, network.negative_slope)
        if network.weights == network_pb2.WEIGHT_LAW_ORTHOGONAL:
            growth -= 0.5 * log(positive + negative)
        yield growth


def log_norm_growth(task, replica, depths):
    """log ‖x_l‖ − log ‖x_0‖ of one replica at each depth; −∞ once it is extinct."""
    is_dense = task.sampling == network_pb2.SAMPLING_DENSE
    layers = (dense_layers if is_dense else isotropic_layers)(task.network, task.seed, replica)
    per_layer = drift(task.network)
    depth, growth, seen = 0, 0.0, []
    for checkpoint in depths:
        # Once extinct, always extinct: −∞ fills what is left.
        while depth < checkpoint and growth > -inf:
            growth += next(layers)
            depth += 1
        seen.append(growth + checkpoint * per_layer)
    return seen


def partial_of(task, is_wanted=lambda: True):
    """The partial of a shard; None if it is not wanted any more before it is done."""
    if list(task.observables) not in ([], OBSERVABLES):
        raise ValueError(f"this worker does not know the observables {', '.join(task.observables)}")
    depths = list(task.checkpoint_depths)
    before = [task.burn_in] if task.burn_in > 0 else []
    values = []
    for replica in range(task.first_replica, task.first_replica + task.replica_count):
        if not is_wanted():
            return None
        seen = log_norm_growth(task, replica, before + depths)
        # What a replica grew by in the burn-in does not count; −∞ stays −∞.
        burnt = seen[0] if before else 0.0
        values.append([x if x == -inf else x - burnt for x in seen[len(before):]])
    partial = partial_pb2.Partial(
        backend="reference",
        generator=GENERATOR,
        first_replica=task.first_replica,
        replica_count=task.replica_count,
        observables=OBSERVABLES,
    )
    for i, depth in enumerate(depths):
        growth = [seen[i] for seen in values]
        add_checkpoint(partial.checkpoints.add(depth=depth), growth, task.sketch_bin_widths[i])
    return partial


def add_checkpoint(sums, growth, bin_width):
    """Sums the growth of the replicas that survived to a depth."""
    survivors = [x for x in growth if x != -inf]
    sums.survivor_count = len(survivors)
    sums.extinct_count = len(growth) - len(survivors)
    moments = sums.moments.add()
    if survivors:
        mean = sum_of(survivors) / len(survivors)
        deviations = [x - mean for x in survivors]
        moments.mean = mean
        moments.m2 = sum_of(d**2 for d in deviations)
        moments.m3 = sum_of(d**3 for d in deviations)
        moments.m4 = sum_of(d**4 for d in deviations)
    add_sketch(sums.quantile_sketch, survivors, bin_width)


def add_sketch(sketch, values, aligned_width):
    """Counts values in bins of the narrowest width that the contract allows, and keeps their extremes."""
    width = aligned_width * NARROWEST_BINS
    counts = counts_of(values, width)
    while len(counts) > MOST_BINS or any(abs(index) > LARGEST_INDEX for index in counts):
        width *= 2
        counts = counts_of(values, width)
    sketch.bin_width = width
    for index in sorted(counts):
        sketch.bin_indexes.append(index)
        sketch.bin_counts.append(counts[index])
    if values:
        # Present even if it is zero, and without a zero's sign.
        sketch.minimum = min(values) + 0.0
        sketch.maximum = max(values) + 0.0


def counts_of(values, bin_width):
    return Counter(floor(x / bin_width) for x in values)
