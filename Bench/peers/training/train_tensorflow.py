"""Epochs of the seed recipe with TensorFlow: train_tensorflow.py DATA THREADS VARIANT

VARIANT is `graph`, the whole epoch as one graph of TensorFlow, with its steps in a loop of the graph itself, or `xla`,
the same with the step compiled by XLA. Nothing of Python runs between two steps.
"""

from __future__ import annotations

import pathlib
import sys

import numpy
import tensorflow as tf

from epochs import serve_epochs, training_set

BATCH, RATE, NOISE = 128, 3e-3, 0.1
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def parameters() -> list[tf.Variable]:
    """Those of mnist-cnn, with Glorot's uniform initialization."""
    draw = tf.keras.initializers.GlorotUniform(seed=1)
    shapes = [(3, 3, 1, 16), (16,), (3, 3, 16, 32), (32,), (3, 3, 32, 32), (32,), (288, 10), (10,)]
    return [tf.Variable(draw(shape) if len(shape) > 1 else tf.zeros(shape)) for shape in shapes]


def logits(weights: list[tf.Variable], images: tf.Tensor) -> tf.Tensor:
    value = images
    for layer in range(3):
        value = tf.nn.conv2d(value, weights[2 * layer], 1, "SAME")
        value = tf.nn.max_pool2d(tf.nn.relu(tf.nn.bias_add(value, weights[2 * layer + 1])), 2, 2, "VALID")
    return tf.nn.bias_add(tf.matmul(tf.reshape(value, [-1, 288]), weights[6]), weights[7])


class Training:
    """Parameters, their moments, and one step of Adam (Kingma and Ba, 2015) on a batch."""

    def __init__(self, compiled: bool):
        self.weights = parameters()
        self.means = [tf.Variable(tf.zeros_like(weight)) for weight in self.weights]
        self.squares = [tf.Variable(tf.zeros_like(weight)) for weight in self.weights]
        self.steps = tf.Variable(0.0)
        self.step = tf.function(self._step, jit_compile=compiled)

    def _step(self, images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        noise = tf.random.stateless_normal(tf.shape(images), tf.stack([1, seed]), stddev=NOISE, alg="philox")
        with tf.GradientTape() as tape:
            answers = logits(self.weights, images + noise)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, answers))
        gradients = tape.gradient(loss, self.weights)
        self.steps.assign_add(1.0)
        for weight, mean, square, gradient in zip(self.weights, self.means, self.squares, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle, m=mean.handle, v=square.handle, beta1_power=BETA1**self.steps,
                beta2_power=BETA2**self.steps, lr=RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON, grad=gradient)
        return loss

    @tf.function
    def epoch(self, images: tf.Tensor, labels: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        order = tf.random.experimental.stateless_shuffle(tf.range(tf.shape(images)[0]), tf.stack([2, seed]))
        count = tf.shape(images)[0] // BATCH
        total = tf.constant(0.0)
        for index in tf.range(count):
            chosen = order[index * BATCH:(index + 1) * BATCH]
            batch = tf.reshape(tf.gather(images, chosen), [BATCH, 28, 28, 1])
            total += self.step(batch, tf.reshape(tf.gather(labels, chosen), [BATCH]), seed * 1000 + index)
        rest = order[count * BATCH:]
        total += self.step(tf.gather(images, rest), tf.gather(labels, rest), seed * 1000 + count)
        return total / tf.cast(count + 1, tf.float32)


def main() -> None:
    data, threads, variant = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    images, labels = training_set(data)
    images, labels = tf.constant(images[..., numpy.newaxis]), tf.constant(labels, tf.int32)
    training = Training(compiled=variant == "xla")
    serve_epochs(lambda number: float(training.epoch(images, labels, tf.constant(number))))


if __name__ == "__main__":
    main()
