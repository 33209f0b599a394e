"""Layers of transformers as the ONNX operators that PyTorch's exporter writes for them, which runtimes know to fuse."""

from __future__ import annotations

import math

import numpy
import onnx
from onnx import helper

from harness.model import Array, Network, Node

OPERATORS = ("linear", "attention", "gelu")


def nodes(network: Network, node: Node) -> list[onnx.NodeProto]:
    """The operators that stand for one of ``OPERATORS``."""
    return {"linear": _linear, "attention": _attention, "gelu": _gelu}[node.operator](network, node)


def constants(network: Network) -> dict[str, Array]:
    """What the operators of a network read beside its own weights."""
    found: dict[str, Array] = {}
    for node in network.nodes:
        if node.operator == "linear":
            found[f"{node.result}.transposed"] = network.weights[node.operands[1]].T.copy()
        elif node.operator == "gelu":
            found |= {"gelu.divisor": _scalar(math.sqrt(2)), "gelu.one": _scalar(1), "gelu.half": _scalar(0.5)}
        elif node.operator == "attention":
            heads = node.attributes["heads"]
            for operand in node.operands:
                found[f"{node.result}.{operand}.heads"] = numpy.array([0, 0, heads, -1], numpy.int64)
            found[f"{node.result}.rows"] = numpy.array([0, 0, -1], numpy.int64)
            found[f"{node.result}.divisor"] = _scalar(math.sqrt(network.shapes[node.operands[0]][-1] / heads))
    return found


def _scalar(number: float) -> Array:
    return numpy.array(number, numpy.float32)


def _linear(network: Network, node: Node) -> list[onnx.NodeProto]:
    product = f"{node.result}.product" if len(node.operands) > 2 else node.result
    made = [helper.make_node("MatMul", [node.operands[0], f"{node.result}.transposed"], [product])]
    if len(node.operands) > 2:
        made.append(helper.make_node("Add", [product, node.operands[2]], [node.result]))
    return made


def _gelu(network: Network, node: Node) -> list[onnx.NodeProto]:
    """Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), section 2, by the error function."""
    if node.attributes.get("approximate", "none") != "none":
        raise ValueError(f"{node.result}: only the gelu by the error function is written")
    source, stem = node.operands[0], node.result
    return [
        helper.make_node("Div", [source, "gelu.divisor"], [f"{stem}.scaled"]),
        helper.make_node("Erf", [f"{stem}.scaled"], [f"{stem}.erf"]),
        helper.make_node("Add", [f"{stem}.erf", "gelu.one"], [f"{stem}.share"]),
        helper.make_node("Mul", [source, f"{stem}.share"], [f"{stem}.double"]),
        helper.make_node("Mul", [f"{stem}.double", "gelu.half"], [stem])]


def _attention(network: Network, node: Node) -> list[onnx.NodeProto]:
    """Vaswani et al., "Attention Is All You Need" (2017), section 3.2, without a mask."""
    if set(node.attributes) != {"heads"} or len(node.operands) != 3:
        raise ValueError(f"{node.result}: only attention of all to all is written")
    stem, made = node.result, []
    # Keys are turned for the product: [batch, heads, size, rows].
    for part, operand, order in zip("qkv", node.operands, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])):
        made.append(helper.make_node("Reshape", [operand, f"{stem}.{operand}.heads"], [f"{stem}.{part}.rows"]))
        made.append(helper.make_node("Transpose", [f"{stem}.{part}.rows"], [f"{stem}.{part}"], perm=order))
    return made + [
        helper.make_node("MatMul", [f"{stem}.q", f"{stem}.k"], [f"{stem}.products"]),
        helper.make_node("Div", [f"{stem}.products", f"{stem}.divisor"], [f"{stem}.scores"]),
        helper.make_node("Softmax", [f"{stem}.scores"], [f"{stem}.weights"], axis=-1),
        helper.make_node("MatMul", [f"{stem}.weights", f"{stem}.v"], [f"{stem}.seen"]),
        helper.make_node("Transpose", [f"{stem}.seen"], [f"{stem}.seen.rows"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"{stem}.seen.rows", f"{stem}.rows"], [stem])]
