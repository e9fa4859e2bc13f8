"""Measures the growth of networks whose layers PyTorch's initializers have filled."""

import torch

from growth import NETWORKS, initializer, run

torch.set_num_threads(1)


def growth(case):
    fill = initializer("torch", f"{case['name']}_", case)
    generator = torch.Generator().manual_seed(1)
    sizes, slope = case["sizes"], case["negativeSlope"]
    slopes = [slope] if case["takesSlope"] else []
    x = torch.randn(NETWORKS, sizes[0], generator=generator)
    before = x.norm(dim=1)
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        weights = torch.empty(NETWORKS, fan_out, fan_in)
        for weight in weights:
            fill(weight, *slopes, generator=generator)
        x = torch.nn.functional.leaky_relu((weights @ x[:, :, None])[:, :, 0], slope)
    return (x.norm(dim=1) / before).log().numpy()


run(growth)
