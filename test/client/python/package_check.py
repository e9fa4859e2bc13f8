"""Tests of the Python package itself, run by package.test.ts: each function is one, by its name.

Argument: the name of the test to run.
"""

import sys

import numpy as np


def raises(call, *words):
    """Asserts that a call is refused in one sentence that has these words."""
    try:
        call()
    except ValueError as error:
        text = str(error)
        assert "\n" not in text and "; " in text, text
        assert all(word in text for word in words), text
    else:
        raise AssertionError(f"was not refused: {words}")


def numpy_alone():
    from lyapunov_init import critical_gain, sample_lyapunov_

    raises(lambda: critical_gain(0, negative_slope=0.1), "fan_in=0")
    raises(lambda: critical_gain(2.5, negative_slope=0.1), "fan_in=2.5")
    raises(lambda: critical_gain(3, -1, negative_slope=0.1), "fan_out=-1")
    raises(lambda: critical_gain(3, negative_slope=float("nan")), "negative_slope=nan")
    raises(lambda: critical_gain(3, negative_slope=1e-200), "1e-200", "1e-100")
    raises(lambda: critical_gain(3, negative_slope="a"), "negative_slope='a'")
    raises(lambda: critical_gain(3, negative_slope=1, weights="cauchy"), "cauchy", "gaussian")
    raises(lambda: critical_gain(3, 4, negative_slope=1, weights="uniform"), "square")

    random = np.random.default_rng(1)
    layers = [np.empty((8, 8)) for _ in range(100)]
    probes = random.normal(size=(16, 8))
    sampled = sample_lyapunov_(layers, probes, 0.01, generator=random)
    # Sigma squared is 0.367338 a layer.
    assert abs(sampled.growth_deviation - np.sqrt(36.7338)) < 1e-4
    assert sampled.candidates == 10
    # What is in the layers is the candidate that was kept.
    x, growths = probes, []
    for layer in layers:
        z = x @ layer.T
        x = np.where(z < 0, 0.01 * z, z)
        growths.append(np.log(np.linalg.norm(x, axis=1) / np.linalg.norm(probes, axis=1)).mean())
    assert abs(growths[-1] - sampled.final_growth) < 1e-9
    distance = np.sqrt(np.mean(np.square(growths)))
    assert abs(distance - sampled.distance) < 1e-9
    assert sampled.distance <= sampled.median_distance
    assert abs(1 - sampled.reduction - sampled.distance / sampled.median_distance) < 1e-12
    raises(lambda: sample_lyapunov_(layers, np.zeros((1, 8)), 0.1), "probes", "zero")
    raises(lambda: sample_lyapunov_(layers, np.ones((1, 3)), 0.1), "probes", "(1, 3)")
    raises(lambda: sample_lyapunov_(layers, probes, 0.1, candidates=0), "candidates=0")
    assert sample_lyapunov_(layers, probes, 0.1, candidates=np.int64(3)).candidates == 3
    whole = [np.empty((8, 8), dtype=int)]
    raises(lambda: sample_lyapunov_(whole, probes, 0.1), "int64", "real")
    raises(lambda: sample_lyapunov_(layers, probes, 0.1, generator=3), "generator=3")
    both = np.array([[1.0], [-1.0]])  # One of the two ends in any ReLU layer of one unit.
    raises(lambda: sample_lyapunov_([np.empty((1, 1))] * 9, both, 0), "negative_slope=0")
    raises(lambda: sample_lyapunov_([layers[0], np.ones((3, 3))], probes, 1), "follow")
    frameworks = {"torch", "jax", "keras"} & set(sys.modules)
    assert not frameworks, frameworks


def torch_modules():
    import torch
    from torch import nn

    from lyapunov_init import lyapunov_normal_, lyapunov_orthogonal_, lyapunov_uniform_
    from lyapunov_init import critical_gain, sample_lyapunov_

    torch.set_num_threads(1)
    stack = [each for _ in range(20) for each in (nn.Linear(8, 8), nn.LeakyReLU(0.1))]
    net = nn.Sequential(nn.Linear(2, 8), *stack, nn.Conv1d(1, 1, 3), nn.Linear(8, 1, bias=False))
    kept = {name: net[int(name)].weight.clone() for name in ("0", "41", "42")}
    seeded = torch.Generator().manual_seed(1)
    assert lyapunov_orthogonal_(net, 0.1, exclude=["0", net[-1]], generator=seeded) is net
    for name, weight in kept.items():
        assert torch.equal(net[int(name)].weight, weight), name
    gain = critical_gain(8, negative_slope=0.1, weights="orthogonal")
    for layer in net[1:41:2]:
        assert torch.allclose(layer.weight @ layer.weight.T, gain**2 * torch.eye(8), atol=1e-5)
        assert not layer.bias.any() and layer.weight.requires_grad
    assert not torch.equal(net[1].weight, net[3].weight)
    first = net[1].weight.clone()
    lyapunov_orthogonal_(net, 0.1, exclude="0", generator=seeded.manual_seed(1))
    assert torch.equal(net[1].weight, first) and not torch.equal(net[42].weight, kept["42"])

    half = lyapunov_orthogonal_(torch.empty(3, 4, dtype=torch.bfloat16), 0.1)
    assert half.dtype == torch.bfloat16 and half.isfinite().all()
    bound = critical_gain(8, negative_slope=0.1, weights="uniform") * (3 / 8) ** 0.5
    assert lyapunov_uniform_(torch.empty(8, 8), 0.1).abs().max() <= bound

    kept = net[1].weight.clone()
    raises(lambda: lyapunov_uniform_(net, 0.1), "fan_in=2", "leave this layer out")
    assert torch.equal(net[1].weight, kept)
    raises(lambda: lyapunov_normal_(nn.ReLU(), 0.1), "ReLU")
    raises(lambda: lyapunov_normal_(torch.zeros(2, 2, 3), 0.1), "(2, 2, 3)")
    raises(lambda: lyapunov_normal_(torch.zeros(2, 2, dtype=int), 0.1), "int64")
    raises(lambda: lyapunov_normal_(net, 0.1, exclude=["x"]), "'x'")
    raises(lambda: lyapunov_normal_(nn.LazyLinear(3), 0.1), "LazyLinear")
    normed = nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))
    raises(lambda: lyapunov_normal_(normed, 0.1), "ParametrizedLinear")

    ends = [net[0], net[-1]]
    sampled = sample_lyapunov_(net, torch.randn(16, 8), 0.1, exclude=ends, generator=seeded)
    assert sampled.candidates == 5 and 0 <= sampled.distance <= sampled.median_distance


def keras_layers():
    import tempfile

    import keras

    from lyapunov_init.keras import LyapunovNormal, LyapunovOrthogonal, LyapunovUniform

    for kind in (LyapunovNormal, LyapunovOrthogonal, LyapunovUniform):
        initializer = kind(negative_slope=0.1, seed=3)
        first, second = (np.asarray(initializer((4, 4))) for _ in range(2))
        assert not np.array_equal(first, second)
        restored = keras.initializers.deserialize(keras.initializers.serialize(initializer))
        assert type(restored) is kind and restored.negative_slope == 0.1
        assert np.array_equal(np.asarray(restored((4, 4))), first)
        assert kind(0.1)((4, 4), dtype="float16").dtype == "float16"
        raises(lambda kind=kind: kind(float("inf")), "negative_slope=inf")
        raises(lambda kind=kind: kind(0.1, seed="a"), "seed='a'")
        numbered = kind(negative_slope=0.1, seed=np.int64(3))
        assert np.array_equal(np.asarray(numbered((4, 4))), first)
        raises(lambda kind=kind: kind(0.1)((3, 3, 4, 4)), "(3, 3, 4, 4)")
    raises(lambda: LyapunovUniform(0.1)((3, 4)), "square")
    keras.utils.set_random_seed(1)
    first = np.asarray(LyapunovNormal(0.1)((4, 4)))
    keras.utils.set_random_seed(1)
    assert np.array_equal(np.asarray(LyapunovNormal(0.1)((4, 4))), first)

    dense = {"units": 4, "kernel_initializer": LyapunovNormal(0.1)}
    layers = [keras.layers.Dense(**dense), keras.layers.LeakyReLU(0.1), keras.layers.Dense(**dense)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    assert not np.array_equal(model.layers[0].get_weights()[0], model.layers[2].get_weights()[0])
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        loaded = keras.models.load_model(f"{folder}/model.keras")
    assert isinstance(loaded.layers[0].kernel_initializer, LyapunovNormal)


def jax_functions():
    import jax
    import jax.numpy as jnp

    from lyapunov_init import critical_gain
    from lyapunov_init.jax import lyapunov_normal, lyapunov_orthogonal, lyapunov_uniform

    key = jax.random.key(1)
    for make in (lyapunov_normal, lyapunov_orthogonal, lyapunov_uniform):
        initialize = make(0.1)
        compiled = jax.jit(initialize, static_argnums=1)
        assert jnp.allclose(initialize(key, (4, 4)), compiled(key, (4, 4)), rtol=1e-5)
        assert initialize(key, (4, 4), jnp.bfloat16).dtype == jnp.bfloat16
        raises(lambda make=make: make(float("nan")), "negative_slope=nan")
        raises(lambda initialize=initialize: initialize(key, (2, 4, 4)), "(2, 4, 4)", "vmap")
    raises(lambda: lyapunov_uniform(0.1)(key, (3, 4)), "square")
    mesh = jax.make_mesh((1,), ("x",), axis_types=(jax.sharding.AxisType.Explicit,))
    place = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x", None))
    # The initializers of jax.nn take where the kernel is to lie, and so do these.
    for sharding in (None, place):
        placed = lyapunov_normal(0.1)(key, (4, 4), jnp.float32, out_sharding=sharding)
        assert jnp.array_equal(placed, lyapunov_normal(0.1)(key, (4, 4)))
    kernel = lyapunov_orthogonal(0.1)(key, (4, 3))
    gain = critical_gain(4, 3, negative_slope=0.1, weights="orthogonal")
    assert jnp.allclose(kernel.T @ kernel, gain**2 * jnp.eye(3), atol=1e-5)


globals()[sys.argv[1]]()
print("null")
