"""Networks for LiteRT, by TensorFlow's converter: pictures as NHWC, as the format has them."""

from __future__ import annotations

import pathlib

import numpy
import tensorflow as tf

from exporters import UnknownOperator
from harness.model import Network, Node

_PLAIN = {"relu": tf.nn.relu, "add": tf.add, "multiply": tf.multiply, "tanh": tf.tanh, "sigmoid": tf.sigmoid}


def export(network: Network, batch: int, path: pathlib.Path, calibration: numpy.ndarray | None = None) -> None:
    """Writes the network for that batch; with samples to calibrate by, as [count, ...], in integers of 8 bits from its input to
    its output.

    The converter refuses a network that it can't have wholly in integers.
    """
    shape = network.input_shape
    last = [batch, shape[1], shape[2], shape[0]] if len(shape) == 3 else [batch, *shape]

    @tf.function(input_signature=[tf.TensorSpec(last, tf.float32)])
    def answer(samples: tf.Tensor) -> tf.Tensor:
        values = {network.input: samples}
        for node in network.nodes:
            values[node.result] = _node(network, node, values, batch)
        return values[network.output]

    module = tf.Module()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([answer.get_concrete_function()], module)
    if calibration is not None:
        _quantize(converter, calibration.transpose(0, 2, 3, 1) if calibration.ndim == 4 else calibration, batch)
    path.write_bytes(converter.convert())


def _quantize(converter: tf.lite.TFLiteConverter, samples: numpy.ndarray, batch: int) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [samples[start:start + batch]] for start in range(0, len(samples) - batch + 1, batch))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8


def _node(network: Network, node: Node, values: dict[str, tf.Tensor], batch: int) -> tf.Tensor:
    operator, value = node.operator, values[node.operands[0]]
    if operator in _PLAIN:
        return _PLAIN[operator](*(values[operand] for operand in node.operands))
    if operator == "conv2d":
        return _convolution(network, node, value)
    if operator in ("max_pool2d", "average_pool2d"):
        padded, padding = _padded(network, node, value, _filler(network, node))
        pool = tf.nn.max_pool2d if operator == "max_pool2d" else tf.nn.avg_pool2d
        return pool(padded, network.window(node), network.stride(node), padding)
    if operator == "global_average_pool":
        return tf.reduce_mean(value, axis=[1, 2], keepdims=True)
    if operator == "flatten":
        return tf.reshape(value, [batch, -1])
    if operator == "dense":
        result = tf.matmul(value, _dense_weight(network, node), transpose_b=True)
        return tf.nn.bias_add(result, network.weights[node.operands[2]]) if len(node.operands) > 2 else result
    if operator == "clip":
        least, greatest = node.attributes["min"], node.attributes["max"]
        return tf.nn.relu6(value) if (least, greatest) == (0, 6) else tf.clip_by_value(value, least, greatest)
    if operator == "softmax":
        return tf.nn.softmax(value)
    raise UnknownOperator(operator, "TensorFlow Lite")


def _convolution(network: Network, node: Node, value: tf.Tensor) -> tf.Tensor:
    weight = network.weights[node.operands[1]]  # [filters, channels of a group, rows, columns]
    groups, strides = node.attributes.get("groups", 1), network.stride(node)
    padded, padding = _padded(network, node, value, 0.0)
    dilation = node.pair("dilation")
    if groups == value.shape[-1] and groups > 1:
        # [rows, columns, channels, filters of a channel]
        kernel = weight.reshape(groups, -1, *weight.shape[2:]).transpose(2, 3, 0, 1)
        result = tf.nn.depthwise_conv2d(padded, kernel, [1, *strides, 1], padding, dilations=dilation)
    else:
        result = tf.nn.conv2d(padded, weight.transpose(2, 3, 1, 0), strides, padding, dilations=dilation)
    return tf.nn.bias_add(result, network.weights[node.operands[2]]) if len(node.operands) > 2 else result


def _filler(network: Network, node: Node) -> float:
    """What a pool's padding holds. Zero is in no maximum's way behind a rectifier, and has a code of 8 bits."""
    source = next((other for other in network.nodes if other.result == node.operands[0]), None)
    is_rectified = source is not None and (
        source.operator == "relu" or source.operator == "clip" and source.attributes["min"] >= 0)
    return 0.0 if node.operator == "average_pool2d" or is_rectified else -numpy.inf


def _padded(network: Network, node: Node, value: tf.Tensor, filler: float) -> tuple[tf.Tensor, str]:
    """The picture with whatever padding TensorFlow has no word for, and the word."""
    padding = network.padding(node)
    if not any(padding):
        return value, "VALID"
    if padding == network.padding(Node(node.operator, {**node.attributes, "padding": "same"}, node.operands, "", [])):
        return value, "SAME"
    top, left, bottom, right = padding
    return tf.pad(value, [[0, 0], [top, bottom], [left, right], [0, 0]], constant_values=filler), "VALID"


def _dense_weight(network: Network, node: Node) -> numpy.ndarray:
    """The weight [units, features], its features in the order in which flattening gives them here."""
    weight = network.weights[node.operands[1]]
    by_result = {other.result: other for other in network.nodes}
    source = by_result.get(node.operands[0])
    while source is not None and source.operator in ("relu", "tanh", "sigmoid"):
        source = by_result.get(source.operands[0])
    if source is None or source.operator != "flatten":
        return weight
    shape = network.shapes[source.operands[0]]
    return weight.reshape(-1, *shape).transpose(0, 2, 3, 1).reshape(weight.shape) if len(shape) == 3 else weight
