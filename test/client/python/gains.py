"""Prints the critical gains of the layers in its argument, as the package computes them."""

import json
import sys

from lyapunov_init import critical_gain

print(
    json.dumps(
        [
            critical_gain(
                layer["fanIn"],
                layer["fanOut"],
                negative_slope=layer["negativeSlope"],
                weights=layer["weights"],
            )
            for layer in json.loads(sys.argv[1])
        ]
    )
)
