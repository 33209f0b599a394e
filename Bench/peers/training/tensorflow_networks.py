"""The networks of Models that are trained, in TensorFlow's functions, with the initialization of the specs."""

from __future__ import annotations

import math
from collections.abc import Callable

import tensorflow as tf

MOMENTUM, EPSILON = 0.1, 1e-5


class Network:
    """Parameters in the order in which they are made. Called with a batch it gives the logits."""

    def __init__(self) -> None:
        self.weights: list[tf.Variable] = []

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        raise NotImplementedError

    def weight(self, *shape: int) -> tf.Variable:
        """A weight by Glorot's uniform distribution."""
        return self._add(tf.keras.initializers.GlorotUniform(seed=len(self.weights))(shape))

    def vector(self, size: int, value: float = 0.0) -> tf.Variable:
        return self._add(tf.fill([size], value))

    def table(self, *shape: int) -> tf.Variable:
        return self._add(tf.random.stateless_normal(shape, [3, len(self.weights)], stddev=0.02))

    def _add(self, value: tf.Tensor) -> tf.Variable:
        self.weights.append(tf.Variable(value))
        return self.weights[-1]


class Linear:
    def __init__(self, network: Network, size: int, units: int):
        self.weight, self.bias = network.weight(size, units), network.vector(units)

    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        """Of rows f32[n, size]."""
        return tf.nn.bias_add(tf.matmul(value, self.weight), self.bias)


class Convolution:
    """Over images that have their channels last. The paddings are those of the language's `same`."""

    def __init__(self, network: Network, channels: int, filters: int, kernel: int, stride: int = 1, bias: bool = False):
        self.weight, self.stride = network.weight(kernel, kernel, channels, filters), stride
        self.bias = network.vector(filters) if bias else None

    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        value = tf.nn.conv2d(value, self.weight, self.stride, "SAME")
        return value if self.bias is None else tf.nn.bias_add(value, self.bias)


class BatchNorm:
    """By the statistics of the batch; the running ones are kept."""

    def __init__(self, network: Network, channels: int):
        self.scale, self.bias = network.vector(channels, 1.0), network.vector(channels)
        self.mean, self.variance = tf.Variable(tf.zeros(channels)), tf.Variable(tf.ones(channels))

    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        value, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            value, self.scale, self.bias, self.mean, self.variance, EPSILON, is_training=True,
            exponential_avg_factor=MOMENTUM)
        self.mean.assign(mean)
        self.variance.assign(variance)
        return value


class LayerNorm:
    def __init__(self, network: Network, width: int):
        self.scale, self.bias = network.vector(width, 1.0), network.vector(width)

    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        mean, variance = tf.nn.moments(value, [-1], keepdims=True)
        return tf.nn.batch_normalization(value, mean, variance, self.bias, self.scale, EPSILON)


class MnistCNN(Network):
    def __init__(self, classes: int):
        super().__init__()
        self.convolutions = [
            Convolution(self, channels, filters, 3, bias=True) for channels, filters in ((1, 16), (16, 32), (32, 32))]
        self.logits = Linear(self, 288, classes)

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        value = inputs
        for convolution in self.convolutions:
            value = tf.nn.max_pool2d(tf.nn.relu(convolution(value)), 2, 2, "VALID")
        return self.logits(tf.reshape(value, [-1, 288]))


class ResidualStage:
    """Two convolutions, and what they were given added again. From the second stage on the image is halved."""

    def __init__(self, network: Network, channels: int, filters: int):
        stride = 1 if channels == filters else 2
        self.first = Convolution(network, channels, filters, 3, stride)
        self.first_norm = BatchNorm(network, filters)
        self.second = Convolution(network, filters, filters, 3)
        self.second_norm = BatchNorm(network, filters)
        self.short = Convolution(network, channels, filters, 1, stride, bias=True) if stride == 2 else None

    def __call__(self, value: tf.Tensor) -> tf.Tensor:
        inner = tf.nn.relu(self.first_norm(self.first(value)))
        inner = self.second_norm(self.second(inner))
        return tf.nn.relu(inner + (value if self.short is None else self.short(value)))


class ResNet8(Network):
    def __init__(self, classes: int):
        super().__init__()
        self.stem, self.stem_norm = Convolution(self, 3, 16, 3), BatchNorm(self, 16)
        self.stages = [ResidualStage(self, channels, filters) for channels, filters in ((16, 16), (16, 32), (32, 64))]
        self.logits = Linear(self, 64, classes)

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        value = tf.nn.relu(self.stem_norm(self.stem(inputs)))
        for stage in self.stages:
            value = stage(value)
        return self.logits(tf.reduce_mean(value, [1, 2]))


class Block:
    """A block of the transformer. Query, key and value come of one matrix product, which is quicker than three."""

    def __init__(self, network: Network, length: int, width: int, heads: int):
        self.length, self.width, self.heads = length, width, heads
        self.norm, self.triple = LayerNorm(network, width), Linear(network, width, 3 * width)
        self.joined, self.hidden_norm = Linear(network, width, width), LayerNorm(network, width)
        self.hidden, self.out = Linear(network, width, 4 * width), Linear(network, 4 * width, width)

    def __call__(self, stream: tf.Tensor, hidden_by: tf.Tensor) -> tf.Tensor:
        """Of rows f32[n · length, width]; `hidden_by` is added to the scores."""
        triple = tf.reshape(self.triple(self.norm(stream)), [-1, self.length, 3, self.heads, self.width // self.heads])
        query, key, value = tf.unstack(tf.transpose(triple, [2, 0, 3, 1, 4]))
        scores = tf.matmul(query * math.sqrt(self.heads / self.width), key, transpose_b=True) + hidden_by
        seen = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        middle = stream + self.joined(tf.reshape(seen, [-1, self.width]))
        return middle + self.out(tf.nn.gelu(self.hidden(self.hidden_norm(middle)), approximate=True))


class CharTransformer(Network):
    def __init__(self, classes: int, length: int = 128, width: int = 128, heads: int = 4, blocks: int = 4):
        super().__init__()
        self.length, self.width = length, width
        self.characters, self.positions = self.table(classes, width), self.table(length, width)
        self.blocks = [Block(self, length, width, heads) for _ in range(blocks)]
        self.final = LayerNorm(self, width)
        # Far below all scores where a character would see a later one.
        self.hidden_by = (tf.linalg.band_part(tf.ones([length, length]), -1, 0) - 1) * 1e9

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        stream = tf.reshape(tf.gather(self.characters, inputs) + self.positions, [-1, self.width])
        for block in self.blocks:
            stream = block(stream, self.hidden_by)
        return tf.matmul(self.final(stream), self.characters, transpose_b=True)


NETWORKS: dict[str, Callable[[int], Network]] = {
    "mnist-cnn": MnistCNN, "resnet8": ResNet8, "char-transformer": CharTransformer}
