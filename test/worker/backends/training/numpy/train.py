"""Trains one network by a plain loop in NumPy, written from the definitions alone.

Reads JSON from standard input: `layers`, each with `weights` (outputs x inputs) and `biases`;
`slope` of the Leaky ReLU, which follows every layer but the first and the last; `inputs` and
`targets` of the training set, a row for each example, and `testInputs` and `testTargets`; `loss`;
`optimizer`, `learningRate`, `finalLearningRateRatio`, `weightDecay`, `stepCount`, and how many steps
to make, `steps`.

Writes the training loss before each step and after the last, and the test loss after the last.
"""

import json
import sys

import numpy as np


def outputs_of(layers, slope, inputs):
    """What each layer is given, and what each layer's sums are, for all examples."""
    given, sums = [], []
    x = inputs
    for number, (weights, biases) in enumerate(layers):
        given.append(x)
        z = x @ weights.T + biases
        sums.append(z)
        x = np.where(z > 0, z, slope * z) if 0 < number < len(layers) - 1 else z
    return given, sums


def loss_and_slope(loss, outputs, targets):
    """The mean loss, and its gradient by the outputs."""
    if loss == "mean_squared_error":
        return np.mean((outputs - targets) ** 2), 2 * (outputs - targets) / targets.size
    shares = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return -np.mean(np.log((shares * targets).sum(axis=1))), (shares - targets) / len(targets)


def gradients_of(layers, slope, given, sums, by_outputs):
    """The gradient by each layer's weights and biases."""
    found = []
    by_sums = by_outputs
    for number in reversed(range(len(layers))):
        found.append((by_sums.T @ given[number], by_sums.sum(axis=0)))
        by_given = by_sums @ layers[number][0]
        if number > 1:
            by_given *= np.where(sums[number - 1] > 0, 1.0, slope)
        by_sums = by_given
    return found[::-1]


def main():
    asked = json.load(sys.stdin)
    layers = [
        [np.array(layer["weights"], dtype=float), np.array(layer["biases"], dtype=float)]
        for layer in asked["layers"]
    ]
    inputs, targets, test_inputs, test_targets = (
        np.array(asked[name], dtype=float)
        for name in ("inputs", "targets", "testInputs", "testTargets")
    )
    slope, loss = asked["slope"], asked["loss"]
    first = [[np.zeros_like(part) for part in layer] for layer in layers]
    second = [[np.zeros_like(part) for part in layer] for layer in layers]
    losses = []
    for step in range(asked["steps"] + 1):
        given, sums = outputs_of(layers, slope, inputs)
        value, by_outputs = loss_and_slope(loss, sums[-1], targets)
        losses.append(value)
        if step == asked["steps"]:
            break
        rate = asked["learningRate"]
        if asked["stepCount"] > 1:
            rate *= asked["finalLearningRateRatio"] ** (step / (asked["stepCount"] - 1))
        gradients = gradients_of(layers, slope, given, sums, by_outputs)
        for number, gradient in enumerate(gradients):
            for part, g in enumerate(gradient):
                if asked["optimizer"] == "adam":
                    m = first[number][part] = 0.9 * first[number][part] + 0.1 * g
                    v = second[number][part] = 0.999 * second[number][part] + 0.001 * g**2
                    m_hat = m / (1 - 0.9 ** (step + 1))
                    v_hat = v / (1 - 0.999 ** (step + 1))
                    direction = m_hat / (np.sqrt(v_hat) + 1e-8)
                elif asked["optimizer"] == "momentum":
                    direction = first[number][part] = 0.9 * first[number][part] + g
                else:
                    direction = g
                if part == 0:
                    direction = direction + asked["weightDecay"] * layers[number][part]
                layers[number][part] = layers[number][part] - rate * direction
    _, sums = outputs_of(layers, slope, test_inputs)
    test_loss, _ = loss_and_slope(loss, sums[-1], test_targets)
    json.dump({"trainingLosses": losses, "testLoss": test_loss}, sys.stdout)


main()
