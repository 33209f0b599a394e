"""Networks as ONNX."""

from __future__ import annotations

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from exporters import UnknownOperator, onnx_transformer as transformer
from harness.model import Network, Node

OPSET, IR_VERSION = 17, 8
_PLAIN = {"relu": "Relu", "add": "Add", "multiply": "Mul", "tanh": "Tanh", "sigmoid": "Sigmoid",
          "global_average_pool": "GlobalAveragePool", "matmul": "MatMul"}


def export(network: Network, batch: int, path: pathlib.Path) -> None:
    """Writes the network for that batch, as NCHW."""
    nodes = [part for node in network.nodes for part in _nodes(network, node)]
    inputs = [helper.make_tensor_value_info(network.input, TensorProto.FLOAT, [batch, *network.input_shape])]
    outputs = [helper.make_tensor_value_info(network.output, TensorProto.FLOAT, [batch, *network.output_shape])]
    weights = [numpy_helper.from_array(value, name) for name, value in network.weights.items()]
    # ONNX has the axes of a sum, and the shape that a value gets, as tensors.
    weights += [
        numpy_helper.from_array(numpy.array(node.attributes["axes"], numpy.int64), f"{node.result}.axes")
        for node in network.nodes if node.operator == "reduce_sum"]
    weights += [
        numpy_helper.from_array(numpy.array([-1, *node.shape], numpy.int64), f"{node.result}.shape")
        for node in network.nodes if node.operator == "reshape"]
    # And limits as scalars.
    weights += [
        numpy_helper.from_array(numpy.float32(node.attributes[limit]), f"{node.result}.{limit}")
        for node in network.nodes if node.operator == "clip" for limit in ("min", "max")]
    weights += [numpy_helper.from_array(value, name) for name, value in transformer.constants(network).items()]
    graph = helper.make_graph(nodes, network.name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def _nodes(network: Network, node: Node) -> list[onnx.NodeProto]:
    """The operators that stand for one of ours."""
    if node.operator in transformer.OPERATORS:
        return transformer.nodes(network, node)
    return [_node(network, node)]


def _node(network: Network, node: Node) -> onnx.NodeProto:
    operator = node.operator
    if operator in _PLAIN:
        return helper.make_node(_PLAIN[operator], node.operands, [node.result])
    if operator == "conv2d":
        return helper.make_node(
            "Conv", node.operands, [node.result], kernel_shape=network.window(node), strides=network.stride(node),
            pads=network.padding(node), dilations=node.pair("dilation"), group=node.attributes.get("groups", 1))
    if operator in ("max_pool2d", "average_pool2d"):
        extra = {"count_include_pad": int(node.attributes.get("count_padding", False))}
        return helper.make_node(
            "MaxPool" if operator == "max_pool2d" else "AveragePool", node.operands, [node.result],
            kernel_shape=network.window(node), strides=network.stride(node), pads=network.padding(node),
            **({} if operator == "max_pool2d" else extra))
    if operator == "dense":
        return helper.make_node("Gemm", node.operands, [node.result], transB=1)
    if operator == "clip":
        return helper.make_node("Clip", [node.operands[0], f"{node.result}.min", f"{node.result}.max"], [node.result])
    if operator == "concat":
        return helper.make_node("Concat", node.operands, [node.result], axis=node.attributes["axis"])
    if operator == "flatten":
        return helper.make_node("Flatten", node.operands, [node.result], axis=1)
    if operator == "softmax":
        return helper.make_node("Softmax", node.operands, [node.result], axis=-1)
    if operator == "transpose":
        return helper.make_node("Transpose", node.operands, [node.result], perm=node.attributes["permutation"])
    if operator == "layer_norm":
        return helper.make_node(
            "LayerNormalization", node.operands, [node.result], axis=-1, epsilon=node.attributes.get("epsilon", 1e-5))
    if operator == "reshape":
        return helper.make_node("Reshape", [node.operands[0], f"{node.result}.shape"], [node.result])
    if operator == "reduce_mean":
        return helper.make_node("ReduceMean", node.operands, [node.result], axes=node.attributes["axes"], keepdims=0)
    if operator == "reduce_sum":
        return helper.make_node("ReduceSum", [node.operands[0], f"{node.result}.axes"], [node.result], keepdims=0)
    raise UnknownOperator(operator, "ONNX")
