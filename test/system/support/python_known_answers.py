"""Prints how far the example worker is from the known growth of replicas, at most, as JSON.

    PYTHONPATH=OUT python3 python_known_answers.py examples/python-worker known-answers.txt
"""

import json
import sys
from math import inf

sys.path.insert(0, sys.argv[1])

import propagation
from lyapunov.v1 import fleet_service_pb2, network_pb2


def error(weights, parameter, sampling, width, slope, depth, seed, replica, expected):
    network = network_pb2.Network(
        width=int(width),
        depth=int(depth),
        negative_slope=float(slope),
        weights=network_pb2.WeightLaw.Value(f"WEIGHT_LAW_{weights.upper()}"),
        gain=1,
    )
    if weights == "student_t":
        network.degrees_of_freedom = float(parameter)
    if weights == "sparse_gaussian":
        network.density = float(parameter)
    task = fleet_service_pb2.ShardTask(
        network=network,
        sampling=network_pb2.Sampling.Value(f"SAMPLING_{sampling.upper()}"),
        seed=int(seed, 16),
    )
    (growth,) = propagation.log_norm_growth(task, int(replica), [int(depth)])
    if float(expected) == -inf:
        return 0 if growth == -inf else inf
    return abs(growth - float(expected)) / max(1, abs(float(expected)))


with open(sys.argv[2], encoding="utf-8") as lines:
    answers = [line.split()[1:] for line in lines if line.startswith("growth ")]
errors = [error(*answer) for answer in answers]
print(json.dumps({"count": len(errors), "worst": max(errors)}))
