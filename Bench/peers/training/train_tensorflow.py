"""Epochs of a recipe with TensorFlow: train_tensorflow.py NETWORK DATA THREADS VARIANT

VARIANT is `graph`, the whole epoch as one graph of TensorFlow, with its steps in a loop of the graph itself, or `xla`,
the same with the step compiled by XLA. Nothing of Python runs between two steps.
"""

from __future__ import annotations

import pathlib
import sys

import numpy
import tensorflow as tf

from epochs import serve_epochs, training_set
from recipes import RATE, RECIPES
from tensorflow_networks import NETWORKS, Network

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Training:
    """A network, the moments of its parameters, and one step of Adam (Kingma and Ba, 2015) on a batch."""

    def __init__(self, network: Network, batch: int, noise: float, compiled: bool):
        self.network, self.batch, self.noise = network, batch, noise
        self.means = [tf.Variable(tf.zeros_like(weight)) for weight in network.weights]
        self.squares = [tf.Variable(tf.zeros_like(weight)) for weight in network.weights]
        self.steps = tf.Variable(0.0)
        self.step = tf.function(self._step, jit_compile=compiled)

    def _step(self, inputs: tf.Tensor, targets: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if self.noise:
            inputs += tf.random.stateless_normal(
                tf.shape(inputs), tf.stack([1, seed]), stddev=self.noise, alg="philox")
        with tf.GradientTape() as tape:
            answers = self.network(inputs)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(targets, [-1]), answers))
        gradients = tape.gradient(loss, self.network.weights)
        self.steps.assign_add(1.0)
        for weight, mean, square, gradient in zip(self.network.weights, self.means, self.squares, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle, m=mean.handle, v=square.handle, beta1_power=BETA1**self.steps,
                beta2_power=BETA2**self.steps, lr=RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON,
                grad=tf.convert_to_tensor(gradient))
        return loss

    @tf.function
    def epoch(self, inputs: tf.Tensor, targets: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        samples = inputs.shape[0]
        order = tf.random.experimental.stateless_shuffle(tf.range(samples), tf.stack([2, seed]))
        count, rest = divmod(samples, self.batch)
        total = tf.constant(0.0)
        for index in tf.range(count):
            chosen = tf.reshape(order[index * self.batch:(index + 1) * self.batch], [self.batch])
            total += self.step(tf.gather(inputs, chosen), tf.gather(targets, chosen), seed * 1000 + index)
        if rest:
            chosen = tf.reshape(order[count * self.batch:], [rest])
            total += self.step(tf.gather(inputs, chosen), tf.gather(targets, chosen), seed * 1000 + count)
        return total / (count + (1 if rest else 0))


def main() -> None:
    recipe, data, threads, variant = RECIPES[sys.argv[1]], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    samples = training_set(recipe, data)
    values = samples.inputs.astype(numpy.int32) if recipe.length > 1 else samples.inputs.transpose(0, 2, 3, 1)
    inputs, targets = tf.constant(values), tf.constant(samples.targets, tf.int32)
    training = Training(NETWORKS[recipe.network](samples.classes), recipe.batch, recipe.noise, variant == "xla")
    serve_epochs(lambda number: float(training.epoch(inputs, targets, tf.constant(number))))


if __name__ == "__main__":
    main()
