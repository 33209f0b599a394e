"""A network as its peers get it: the graph that dump-graph prints, and the weights of its model file."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import struct
import subprocess
from typing import Any

import numpy

Array = numpy.ndarray


@dataclasses.dataclass
class Node:
    """One operator: its attributes with their defaults filled in, what it reads, and what it makes."""

    operator: str
    attributes: dict[str, Any]
    operands: list[str]
    result: str
    shape: list[int]  # of one sample

    def pair(self, name: str, default: int = 1) -> tuple[int, int]:
        """An attribute of two numbers, or of one that stands for both."""
        value = self.attributes.get(name, default)
        return (value, value) if isinstance(value, int) else (value[0], value[1])


@dataclasses.dataclass
class Network:
    """A graph of one input and one output. Shapes are those of one sample; the batch goes before them."""

    name: str
    input: str
    input_shape: list[int]
    output: str
    nodes: list[Node]
    weights: dict[str, Array]
    shapes: dict[str, list[int]]

    @property
    def output_shape(self) -> list[int]:
        return self.shapes[self.output]

    def padding(self, node: Node) -> tuple[int, int, int, int]:
        """Top, left, bottom and right of a window operator, whatever way they are written."""
        value = node.attributes.get("padding", 0)
        if value == "same":
            rows, columns = (self._same(node, axis) for axis in (0, 1))
            return rows[0], columns[0], rows[1], columns[1]
        if isinstance(value, int):
            return value, value, value, value
        return (value[0], value[1], value[0], value[1]) if len(value) == 2 else tuple(value)

    def _same(self, node: Node, axis: int) -> tuple[int, int]:
        """Padding with which ceil(input / stride) windows fit; the odd one goes behind."""
        kernel = self.window(node)[axis]
        reach = node.pair("dilation")[axis] * (kernel - 1) + 1
        stride = self.stride(node)[axis]
        size = self.shapes[node.operands[0]][1 + axis]
        total = max(0, (-(-size // stride) - 1) * stride + reach - size)
        return total // 2, total - total // 2

    @staticmethod
    def window(node: Node) -> tuple[int, int]:
        return node.pair("kernel" if node.operator == "conv2d" else "window")

    def stride(self, node: Node) -> tuple[int, int]:
        if "stride" in node.attributes or node.operator == "conv2d":
            return node.pair("stride")
        return self.window(node)


def read(model: pathlib.Path, dump_graph: pathlib.Path) -> Network:
    """The network of a model file (`.apus`) that has all its weights, in single precision."""
    printed = subprocess.run([dump_graph, model, "--format", "json"], check=True, capture_output=True, text=True)
    graph = json.loads(printed.stdout)
    names = [parameter["name"] for parameter in graph["parameters"]]
    weights = dict(zip(names, _weights(model.read_bytes())))
    for parameter in graph["parameters"]:
        weights[parameter["name"]] = weights[parameter["name"]].reshape(parameter["shape"])
    shapes = {value["name"]: value["shape"][1:] for value in graph["inputs"]}
    nodes = []
    for node in graph["nodes"]:
        result = node["results"][0]
        shapes[result["name"]] = result["shape"][1:]
        nodes.append(Node(node["operator"], node["attributes"], node["operands"], result["name"], result["shape"][1:]))
    (source,), (output,) = graph["inputs"], graph["outputs"]
    return Network(
        graph["model"], source["name"], source["shape"][1:], output, nodes, weights, shapes)


def _weights(file: bytes) -> list[Array]:
    """The tensors of a model file, flat, in the order of its graph. docs/FORMATS.md states the format."""
    major, _, section_count = struct.unpack_from("<HHI", file, 8)
    if major != 3:
        raise SystemExit(f"the model file has version {major}; here is known how weights lie in version 3")
    sections = [struct.unpack_from("<IIQQ", file, 32 + 32 * index) for index in range(section_count)]
    start = next(offset for kind, _, offset, _ in sections if kind == 4)
    tensors = []
    for index in range(struct.unpack_from("<Q", file, start)[0]):
        kind, _, offset, elements = struct.unpack_from("<IIQQ", file, start + 8 + 24 * index)
        element = {1: "<f4", 2: "<f2"}[kind]
        tensors.append(numpy.frombuffer(file, element, elements, start + offset).astype(numpy.float32))
    return tensors
