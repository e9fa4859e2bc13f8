"""A library's own way of what our kernels do, driven line by line: bench/peers.ts is the driver.

usage: peers.py numpy|torch|jax

A process stays for the whole benchmark. It prints one line of JSON when it is ready ({"library",
"version"}, or {"missing"} with the reason), and then one for each request on standard input:

    {"law": "gaussian", "width": 32, "seconds": 0.2, "packed": false}
    → {"weights": …, "seconds": …, "exponent": …, "way": …, "ways": {…}}

packed: signs from single random bits, a trick that NumPy's unpackbits allows; not how its users
write it, but the best that it can do.

weights: how many were drawn and consumed. seconds: processor time of this process, all its threads,
that they took. exponent: the mean growth of the log-norm in a layer, which shows that the same thing
was computed; null where replicas died. way: how the weights were drawn and how many at a time; ways: weights a second of every
way that was tried, the fastest of which is timed from then on.

Whole matrices of float32 weights are drawn for a batch of replicas, and each layer is a batched
product, a Leaky ReLU and a division by the norms, in buffers that are reused where the library
can. Scale factors are folded into the activations, so that no pass over the weights is spent on them.
"""

import importlib
import json
import math
import os
import sys
import time

# Before any library is loaded. Its own choice of a kernel is the best that it has.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

SLOPE = 0.01
GAIN = (2 / (1 + SLOPE**2)) ** 0.5
# Weights in a batch: within the second-level cache, and as many as make calls cheap.
BATCHES = (2**16, 2**18, 2**20)
TRIAL_SECONDS = 0.04
clock = time.process_time


def normalized_scale(law, width):
    """Of entries as the laws below draw them: uniform ones on (-1/2, 1/2), the others of variance 1."""
    return GAIN / width**0.5 * (12**0.5 if law == "uniform" else 1)


class NumPy:
    library = "numpy"

    def __init__(self):
        self.np = importlib.import_module("numpy")
        # Narrow networks of random signs die: their norm is zero.
        self.np.seterr(divide="ignore", invalid="ignore")
        self.version = self.np.__version__

    def ways(self, law, packed):
        draw = ("unpackbits" if packed else "integers") if law == "rademacher" else ""
        for generator in ("PCG64", "SFC64"):
            for product in ("matmul", "matvec" if hasattr(self.np, "matvec") else "einsum"):
                yield (generator, draw, product)

    def start(self, law, width, replicas, way):
        np = self.np
        generator, draw, product = way
        random = np.random.Generator(getattr(np.random, generator)(1))
        shape = (replicas, width, width)
        w = np.empty(shape, np.float32)
        scale = np.float32(normalized_scale(law, width))

        def draw_weights():
            if law == "gaussian":
                random.standard_normal(out=w, dtype=np.float32)
            elif law == "uniform":
                random.random(out=w, dtype=np.float32)
                np.subtract(w, np.float32(0.5), out=w)
            else:
                if draw == "integers":
                    bits = random.integers(0, 2, shape, dtype=np.int8)
                else:
                    packed = np.frombuffer(random.bytes((w.size + 7) // 8), np.uint8)
                    bits = np.unpackbits(packed, count=w.size).reshape(shape)
                np.multiply(bits, np.float32(2), out=w, dtype=np.float32)
                np.subtract(w, np.float32(1), out=w)

        def multiply(x):
            if product == "matmul":
                return np.matmul(w, x[:, :, None])[:, :, 0]
            if product == "matvec":
                return np.matvec(w, x)
            return np.einsum("rij,rj->ri", w, x)

        def propagate(layers):
            x = np.full((replicas, width), width**-0.5, np.float32)
            growth = np.zeros(replicas)
            for _ in range(layers):
                draw_weights()
                z = multiply(x) * scale
                x = np.maximum(z, np.float32(SLOPE) * z)
                norm = np.linalg.norm(x, axis=1, keepdims=True)
                growth += np.log(norm[:, 0])
                x /= norm
            return float(growth.mean())

        return propagate


class Torch:
    library = "torch"

    def __init__(self):
        self.torch = importlib.import_module("torch")
        self.torch.set_num_threads(1)
        self.torch.set_grad_enabled(False)
        self.version = self.torch.__version__

    def ways(self, law, _packed):
        draws = {"rademacher": ["randint", "bernoulli_", "random_"]}.get(law, [""])
        for draw in draws:
            for product in ("bmm", "einsum"):
                yield (draw, product)

    def start(self, law, width, replicas, way):
        torch = self.torch
        draw, product = way
        shape = (replicas, width, width)
        w = torch.empty(shape)
        bits = torch.empty(shape, dtype=torch.int8)
        scale = normalized_scale(law, width)

        def draw_weights():
            if law == "gaussian":
                torch.randn(shape, out=w)
            elif law == "uniform":
                w.uniform_(-0.5, 0.5)
            elif draw == "randint":
                torch.randint(0, 2, shape, out=bits)
                w.copy_(bits).mul_(2).sub_(1)
            elif draw == "random_":
                w.random_(0, 2).mul_(2).sub_(1)
            else:
                w.bernoulli_(0.5).mul_(2).sub_(1)

        def multiply(x):
            if product == "bmm":
                return torch.bmm(w, x[:, :, None])[:, :, 0]
            return torch.einsum("rij,rj->ri", w, x)

        def propagate(layers):
            x = torch.full((replicas, width), width**-0.5)
            growth = torch.zeros(replicas, dtype=torch.float64)
            for _ in range(layers):
                draw_weights()
                x = torch.nn.functional.leaky_relu(multiply(x).mul_(scale), SLOPE)
                norm = torch.linalg.vector_norm(x, dim=1, keepdim=True)
                growth += norm[:, 0].log()
                x.div_(norm)
            return float(growth.mean())

        return propagate


class Jax:
    library = "jax"

    def __init__(self):
        self.jax = importlib.import_module("jax")
        self.version = self.jax.__version__

    def ways(self, law, _packed):
        # JAX's default; its other generators were two to six times as slow on a processor.
        yield ("threefry2x32",)

    def start(self, law, width, replicas, way):
        jax, jnp = self.jax, self.jax.numpy
        (generator,) = way
        shape = (replicas, width, width)
        scale = normalized_scale(law, width)
        layers_per_call = 4

        def weights(key):
            if law == "gaussian":
                return jax.random.normal(key, shape)
            if law == "uniform":
                return jax.random.uniform(key, shape) - 0.5
            return jax.random.rademacher(key, shape, dtype=jnp.float32)

        def layer(state, key):
            x, growth = state
            x = jax.nn.leaky_relu(jnp.einsum("rij,rj->ri", weights(key), x) * scale, SLOPE)
            norm = jnp.linalg.norm(x, axis=1, keepdims=True)
            return (x / norm, growth + jnp.log(norm[:, 0])), None

        @jax.jit
        def layers_of(state, key):
            keys = jax.random.split(key, layers_per_call)
            return jax.lax.scan(layer, state, keys)[0]

        key = jax.random.key(1, impl=generator)
        start = (jnp.full((replicas, width), width**-0.5), jnp.zeros(replicas))

        def propagate(layers):
            state = start
            for call in range(layers // layers_per_call):
                state = layers_of(state, jax.random.fold_in(key, call))
            return float(state[1].mean())

        return propagate


class Case:
    """A law and a width in the fastest way that its library has for them."""

    def __init__(self, peer, law, width, packed):
        self.tried = {}
        best = 0
        for batch in BATCHES:
            replicas = max(1, batch // width**2)
            if replicas * width**2 > 2 * batch:
                continue
            for way in peer.ways(law, packed):
                propagate = peer.start(law, width, replicas, way)
                weights = replicas * width**2
                # Twice, for a compiler meets the second call's arguments anew.
                propagate(8)
                layers, seconds = 4, 0.0
                while seconds < TRIAL_SECONDS:
                    layers *= 2
                    seconds = timed(propagate, layers)[0]
                # The better of two, for a machine has busy moments.
                seconds = min(seconds, timed(propagate, layers)[0])
                rate = layers * weights / seconds
                name = " ".join(part for part in (*way, f"2^{batch.bit_length() - 1}") if part)
                self.tried[name] = rate
                if rate > best:
                    best = rate
                    self.way, self.propagate, self.weights = name, propagate, weights
                    self.seconds_per_layer = seconds / layers

    def measure(self, seconds):
        # A multiple of four, which is what one call of the jitted function does.
        layers = max(4, 4 * round(seconds / self.seconds_per_layer / 4))
        spent, growth = timed(self.propagate, layers)
        return {
            "weights": layers * self.weights,
            "seconds": spent,
            "exponent": growth / layers if math.isfinite(growth) else None,
            "way": self.way,
            "ways": self.tried,
        }


def timed(propagate, layers):
    start = clock()
    growth = propagate(layers)
    return clock() - start, growth


def say(value):
    print(json.dumps(value), flush=True)


def main(name):
    try:
        peer = {"numpy": NumPy, "torch": Torch, "jax": Jax}[name]()
    except ImportError as error:
        say({"missing": str(error)})
        return
    say({"library": name, "version": peer.version})
    cases = {}
    for line in sys.stdin:
        request = json.loads(line)
        law, width = request["law"], request["width"]
        packed = request["packed"]
        if (law, width, packed) not in cases:
            cases[law, width, packed] = Case(peer, law, width, packed)
        say(cases[law, width, packed].measure(request["seconds"]))


main(sys.argv[1])
