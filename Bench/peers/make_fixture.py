#!/usr/bin/env python3
"""Computes with PyTorch what the models of this project should answer, and stores it as a fixture of the tests.

    make_fixture.py [FOLDER]        (default: Tests/ModelsTests/Fixtures)

For each model, on one batch of 8 images: the logits, the probabilities, the loss (the mean cross-entropy of the logits)
and the gradient of the loss with respect to every parameter. All is computed in double precision and stored as f32.

Parameters are named as in Models/*.graph. Weights, images and labels come from the formula below, which
Tests/ModelsTests/PeerFixture.swift has as well, so the fixture holds only what PyTorch computed.

The formula. All integers are unsigned, 32 bits wide, and wrap around.

    seed(name)      = FNV-1a of the name's UTF-8 bytes
    word(name, i)   = mix(seed(name) + i · 0x9E3779B9), mix being the finalizer of MurmurHash3
    weight i        = (2 · (word >> 20) - 4095) / 4096 · scale         an odd multiple of scale / 4096 in (-1, 1)
    scale           = the largest power of two such that scale² · inputs ≤ 12, for a weight; 1/8 for a bias
    pixel i         = (2 · (word("image", i) >> 20) + 1) / 8192        in (0, 1)
    label i         = word("label", i) mod 10

`i` counts the elements of the tensor in row-major order. A convolution's weight is [filters, channels, rows, columns],
that of a dense layer [units, inputs]; `inputs` is the product of all dimensions but the first. The scale is the power
of two nearest to the bound √(6 / inputs) of He's uniform initialization. Every number is exact in f32.

No pixel is zero, so that no two candidates of a pooling window and no pre-activation are equal by construction. The
script measures how near the nearest ones are and refuses a batch where rounding in f32 might decide between them.
"""

import pathlib
import sys

import numpy
import torch
import torch.nn.functional as functional

BATCH = 8
SMALLEST_MARGIN = 3e-6  # well above what f32 rounding moves a pre-activation of these models


def words(name, count):
    """The first `count` words of the stream with this name."""
    seed = numpy.uint32(2166136261)
    with numpy.errstate(over="ignore"):
        for byte in name.encode():
            seed = (seed ^ numpy.uint32(byte)) * numpy.uint32(16777619)
        word = seed + numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9)
        word ^= word >> numpy.uint32(16)
        word *= numpy.uint32(0x85EBCA6B)
        word ^= word >> numpy.uint32(13)
        word *= numpy.uint32(0xC2B2AE35)
        word ^= word >> numpy.uint32(16)
    return word


def weights(name, *shape):
    """A parameter of this name and shape that collects its gradient."""
    count = int(numpy.prod(shape))
    scale = 1.0
    if len(shape) == 1:
        scale = 0.125
    else:
        while scale * scale * (count // shape[0]) > 12:
            scale /= 2
    steps = 2 * (words(name, count) >> numpy.uint32(20)).astype(numpy.int64) - 4095
    values = steps.astype(numpy.float64) / 4096 * scale
    return torch.tensor(values.reshape(shape), requires_grad=True)


def images():
    steps = 2 * (words("image", BATCH * 28 * 28) >> numpy.uint32(20)).astype(numpy.int64) + 1
    return torch.tensor((steps.astype(numpy.float64) / 8192).reshape(BATCH, 1, 28, 28))


def labels():
    return torch.tensor((words("label", BATCH) % numpy.uint32(10)).astype(numpy.int64))


class Network:
    """The layers of the language, with parameters made on first use and the decisions' margins kept."""

    def __init__(self):
        self.parameters = {}
        self.margin = float("inf")

    def parameter(self, name, *shape):
        self.parameters[name] = weights(name, *shape)
        return self.parameters[name]

    def conv2d(self, value, name, filters, kernel, padding=0):
        weight = self.parameter(f"{name}.weight", filters, value.shape[1], kernel, kernel)
        bias = self.parameter(f"{name}.bias", filters)
        return functional.conv2d(value, weight, bias, padding=padding)

    def dense(self, value, name, units):
        weight = self.parameter(f"{name}.weight", units, value.shape[1])
        return functional.linear(value, weight, self.parameter(f"{name}.bias", units))

    def relu(self, value):
        self.margin = min(self.margin, value.detach().abs().min().item())
        return functional.relu(value)

    def max_pool2d(self, value):
        """2 × 2. Takes what relu gave: windows that are zero throughout pass no gradient on, whoever wins."""
        windows = functional.unfold(value.detach().flatten(0, 1).unsqueeze(1), 2, stride=2)
        best = windows.topk(2, dim=1).values
        gaps = (best[:, 0] - best[:, 1])[best[:, 0] > 0]
        self.margin = min(self.margin, gaps.min().item())
        return functional.max_pool2d(value, 2)


def mnist_cnn(network, image, channels=(16, 32, 32)):
    value = image
    for index, filters in enumerate(channels, start=1):
        value = network.max_pool2d(network.relu(network.conv2d(value, f"conv{index}", filters, 3, padding=1)))
    return network.dense(value.flatten(1), "logits", 10)


def mnist_cnn_small(network, image):
    return mnist_cnn(network, image, channels=(8, 16, 8))


def lenet5(network, image):
    value = functional.avg_pool2d(torch.tanh(network.conv2d(image, "conv1", 6, 5, padding=2)), 2)
    value = functional.avg_pool2d(torch.tanh(network.conv2d(value, "conv2", 16, 5)), 2)
    value = torch.tanh(network.dense(value.flatten(1), "hidden1.dense", 120))
    value = torch.tanh(network.dense(value, "hidden2.dense", 84))
    return network.dense(value, "logits", 10)


def mlp(network, image):
    return network.dense(network.relu(network.dense(image.flatten(1), "hidden", 128)), "logits", 10)


MODELS = {"mnist-cnn": mnist_cnn, "mnist-cnn-small": mnist_cnn_small, "lenet5": lenet5, "mlp": mlp}


def main():
    torch.set_num_threads(1)
    here = pathlib.Path(__file__).resolve()
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[2] / "Tests/ModelsTests/Fixtures"
    for model, forward in MODELS.items():
        network = Network()
        logits = forward(network, images())
        if network.margin < SMALLEST_MARGIN:
            sys.exit(f"{model}: a decision is as near as {network.margin:.1e}; change the names in the formula")
        loss = functional.cross_entropy(logits, labels())
        loss.backward()

        results = {"logits": logits, "probabilities": functional.softmax(logits, dim=1), "loss": loss.reshape(1)}
        for name, parameter in network.parameters.items():
            results[f"{name}.gradient"] = parameter.grad
        (folder / model).mkdir(parents=True, exist_ok=True)
        for name, value in results.items():
            numpy.save(folder / model / f"{name}.npy", value.detach().numpy().astype("<f4"))
        print(f"{model}: loss {loss.item():.6f}, nearest decision {network.margin:.1e}, {len(results)} files")


if __name__ == "__main__":
    main()
