"""Measures the growth of networks whose kernels Keras' initializers have made."""

import keras
import numpy as np

from growth import NETWORKS, growth_of, initializer, run


def growth(case):
    name = "".join(word.capitalize() for word in case["name"].split("_"))
    make = initializer("keras", name, case)
    sizes, slope = case["sizes"], case["negativeSlope"]
    initialize = make(slope, seed=1) if case["takesSlope"] else make(seed=1)
    inputs = np.random.default_rng(1).normal(size=(NETWORKS, sizes[0]))
    kernels = [
        np.stack([keras.ops.convert_to_numpy(initialize(shape)) for _ in range(NETWORKS)])
        for shape in zip(sizes, sizes[1:])
    ]
    return growth_of(inputs, kernels, slope)


run(growth)
