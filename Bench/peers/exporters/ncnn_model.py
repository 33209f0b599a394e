"""Networks in ncnn's text (`.param`) and weights (`.bin`)."""

from __future__ import annotations

import pathlib

import numpy

from exporters import UnknownOperator
from harness.model import Network, Node

_MAGIC = 7767517
_PLAIN_F32 = b"\0\0\0\0"  # the tag before a weight that is stored as f32
_PLAIN = {"relu": "ReLU", "tanh": "TanH", "sigmoid": "Sigmoid", "flatten": "Flatten"}


class _Writer:
    """Layers and weights as they come. A blob of ncnn has one reader: whatever has several is split."""

    def __init__(self, network: Network):
        self.network = network
        self.lines: list[str] = []
        self.weights = bytearray()
        self.blobs = 0
        self.fused = _rectifiers_of_layers(network)
        self.readers = {network.input: 0}
        for node in network.nodes:
            self.readers.setdefault(node.result, 0)
            for operand in node.operands:
                if operand in self.readers:
                    self.readers[operand] += 1
        self.copies: dict[str, list[str]] = {}

    def layer(self, kind: str, node: Node, parameters: dict[int, int]) -> None:
        """One layer, which computes the rectifier behind it as well where there is nothing else behind it."""
        sources = [self._read(operand) for operand in node.operands if operand in self.readers]
        result = self.fused.get(node.result, node.result)
        self._line(kind, node.result, sources, [result], parameters)
        self.split(result)

    def split(self, value: str) -> None:
        count = self.readers.get(value, 0)
        if count < 2:
            return
        names = [f"{value}_{index}" for index in range(count)]
        self._line("Split", f"{value}_split", [value], names, {})
        self.copies[value] = names

    def _read(self, value: str) -> str:
        return self.copies[value].pop() if value in self.copies else value

    def _line(self, kind: str, name: str, sources: list[str], results: list[str], parameters: dict[int, int]) -> None:
        values = " ".join(f"{key}={value}" for key, value in parameters.items())
        self.lines.append(
            f"{kind} {name} {len(sources)} {len(results)} {' '.join([*sources, *results])} {values}".rstrip())
        self.blobs += len(results)

    def tensors(self, node: Node) -> tuple[int, int]:
        """Stores weight and bias; gives the weight's elements and whether there is a bias."""
        weight, *bias = (self.network.weights[name] for name in node.operands[1:])
        self.weights += _PLAIN_F32 + numpy.ascontiguousarray(weight).tobytes()
        for values in bias:
            self.weights += values.tobytes()
        return weight.size, len(bias)


def _rectifiers_of_layers(network: Network) -> dict[str, str]:
    """The rectifier of each convolution and dense layer that nobody else reads."""
    readers: dict[str, list[Node]] = {}
    for node in network.nodes:
        for operand in node.operands:
            readers.setdefault(operand, []).append(node)
    fused = {}
    for node in network.nodes:
        behind = readers.get(node.result, [])
        if node.operator in ("conv2d", "dense") and [reader.operator for reader in behind] == ["relu"]:
            fused[node.result] = behind[0].result
    return fused


def export(network: Network, param: pathlib.Path, binary: pathlib.Path) -> None:
    """Writes the network for one sample: ncnn has no batches."""
    writer = _Writer(network)
    shape = network.input_shape
    size = {0: shape[2], 1: shape[1], 2: shape[0]} if len(shape) == 3 else {0: shape[0]}
    writer._line("Input", network.input, [], [network.input], size)
    writer.split(network.input)
    rectified = set(writer.fused.values())
    for node in network.nodes:
        if node.result not in rectified:
            _write(writer, network, node)
    head = [str(_MAGIC), f"{len(writer.lines)} {writer.blobs}"]
    param.write_text("\n".join([*head, *writer.lines]) + "\n")
    binary.write_bytes(writer.weights)


def _write(writer: _Writer, network: Network, node: Node) -> None:
    operator = node.operator
    if operator in _PLAIN:
        writer.layer(_PLAIN[operator], node, {})
    elif operator == "conv2d":
        rows, columns = network.window(node)
        strides, dilation = network.stride(node), node.pair("dilation")
        top, left, bottom, right = network.padding(node)
        groups = node.attributes.get("groups", 1)
        elements, bias = writer.tensors(node)
        parameters = {
            0: node.attributes["filters"], 1: columns, 11: rows, 2: dilation[1], 12: dilation[0], 3: strides[1],
            13: strides[0], 4: left, 15: right, 14: top, 16: bottom, 5: bias, 6: elements}
        if groups > 1:
            parameters[7] = groups
        if node.result in writer.fused:
            parameters[9] = 1
        writer.layer("ConvolutionDepthWise" if groups > 1 else "Convolution", node, parameters)
    elif operator in ("max_pool2d", "average_pool2d"):
        rows, columns = network.window(node)
        strides = network.stride(node)
        top, left, bottom, right = network.padding(node)
        writer.layer("Pooling", node, {
            0: int(operator == "average_pool2d"), 1: columns, 11: rows, 2: strides[1], 12: strides[0], 3: left,
            14: right, 13: top, 15: bottom, 5: 1, 6: int(node.attributes.get("count_padding", False))})
    elif operator == "global_average_pool":
        writer.layer("Pooling", node, {0: 1, 4: 1})
    elif operator == "dense":
        elements, bias = writer.tensors(node)
        parameters = {0: node.attributes["units"], 1: bias, 2: elements}
        if node.result in writer.fused:
            parameters[9] = 1
        writer.layer("InnerProduct", node, parameters)
    elif operator == "add":
        writer.layer("BinaryOp", node, {0: 0})
    elif operator == "softmax":
        writer.layer("Softmax", node, {0: 0, 1: 1})
    else:
        raise UnknownOperator(operator, "ncnn")
