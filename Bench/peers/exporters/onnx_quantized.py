"""What apus-export writes of a network in 8 bits, in the form of which ONNX Runtime and OpenVINO make the most kernels of integers."""

from __future__ import annotations

import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# What only gives elements another shape.
_RESHAPING = ("Flatten", "Reshape")


def export(source: pathlib.Path, batch: int, path: pathlib.Path) -> None:
    """Writes the network for that batch. Its scales, codes and operators stay what they are."""
    model = onnx.load(source)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = batch
    form = _Form(model.graph)
    form.state_zero_points()
    form.dequantize_biases()
    form.reshape_codes()
    onnx.checker.check_model(model)
    onnx.save(model, path)


class _Form:
    """The nodes of a graph as they are rewritten. A name means one value, whatever is done."""

    def __init__(self, graph: onnx.GraphProto):
        self.graph = graph
        self.constants = {tensor.name: tensor for tensor in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}

    def state_zero_points(self) -> None:
        """Writes the zeros of weights out: ONNX Runtime makes no product of integers where they are left out."""
        for node in self.graph.node:
            codes = self.constants.get(node.input[0]) if node.op_type == "DequantizeLinear" and len(node.input) == 2 else None
            if codes is not None and codes.data_type == TensorProto.INT8:
                axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
                zeros = numpy_helper.from_array(numpy.zeros(codes.dims[axis], numpy.int8), f"{node.output[0]}.zero_points")
                self.graph.initializer.append(zeros)
                node.input.append(zeros.name)

    def dequantize_biases(self) -> None:
        """Makes biases of codes by the operator for that, in place of a conversion and a product."""
        for product in [node for node in self.graph.node if node.op_type == "Mul"]:
            cast = self.makers.get(product.input[0])
            if cast is None or cast.op_type != "Cast" or cast.input[0] not in self.constants:
                continue
            made = helper.make_node("DequantizeLinear", [cast.input[0], product.input[1]], list(product.output), axis=0)
            self._replace(product, [made])
            self.graph.node.remove(cast)

    def reshape_codes(self) -> None:
        """Has codes reshaped, and not what they stand for, so that nothing is between the latter and a product."""
        for node in [node for node in self.graph.node if node.op_type in _RESHAPING]:
            source = self.makers.get(node.input[0])
            if source is None or source.op_type != "DequantizeLinear":
                continue
            codes = f"{node.output[0]}.codes"
            reshaped = helper.make_node(node.op_type, [source.input[0], *node.input[1:]], [codes])
            reshaped.attribute.extend(node.attribute)
            made = helper.make_node("DequantizeLinear", [codes, *source.input[1:]], list(node.output))
            self._replace(node, [reshaped, made])
            if not any(source.output[0] in other.input for other in self.graph.node):
                self.graph.node.remove(source)

    def _replace(self, node: onnx.NodeProto, others: list[onnx.NodeProto]) -> None:
        place = list(self.graph.node).index(node)
        self.graph.node.remove(node)
        for distance, other in enumerate(others):
            self.graph.node.insert(place + distance, other)
            self.makers.update(dict.fromkeys(other.output, other))
