"""Reads weights from a file in the format safetensors by NumPy only, and propagates inputs.

Prints JSON: the shape of all layers together, the file's metadata, and the mean growth of the log-norm
over 2,000 inputs after each layer.
"""

import json
import struct
import sys

import numpy as np

path, slope = sys.argv[1], float(sys.argv[2])
with open(path, "rb") as file:
    content = file.read()
(length,) = struct.unpack("<Q", content[:8])
assert length % 8 == 0
header = json.loads(content[8 : 8 + length])
metadata = header.pop("__metadata__")
numbers = content[8 + length :]
layers = []
for layer in range(len(header)):
    entry = header[f"layers.{layer}.weight"]
    begin, end = entry["data_offsets"]
    assert entry["dtype"] == "F32"
    layers.append(np.frombuffer(numbers[begin:end], "<f4").reshape(entry["shape"]))
assert max(entry["data_offsets"][1] for entry in header.values()) == len(numbers)

x = np.random.default_rng(1).standard_normal((layers[0].shape[1], 2000))
x /= np.linalg.norm(x, axis=0)
growth = np.zeros(2000)
growths = []
for weights in layers:
    x = weights.astype(np.float64) @ x
    x = np.where(x > 0, x, slope * x)
    norms = np.linalg.norm(x, axis=0)
    growth += np.log(norms)
    x /= norms
    growths.append(growth.mean())
print(json.dumps({"shape": np.shape(layers), "growths": growths, "metadata": metadata}))
