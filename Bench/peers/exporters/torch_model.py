"""Networks as modules of PyTorch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from exporters import UnknownOperator
from harness.model import Network, Node

_PLAIN = {"relu": torch.relu, "add": torch.add, "multiply": torch.mul, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


class TorchNetwork(nn.Module):
    """The network, node by node."""

    def __init__(self, network: Network):
        super().__init__()
        self.network = network
        self.weights = nn.ParameterList(
            [nn.Parameter(torch.from_numpy(value.copy()), requires_grad=False) for value in network.weights.values()])
        self.places = {name: index for index, name in enumerate(network.weights)}

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        values = {self.network.input: samples}
        for node in self.network.nodes:
            values[node.result] = self._node(node, values)
        return values[self.network.output]

    def _weight(self, node: Node, place: int) -> torch.Tensor | None:
        return self.weights[self.places[node.operands[place]]] if len(node.operands) > place else None

    def _node(self, node: Node, values: dict[str, torch.Tensor]) -> torch.Tensor:
        operator, value, network = node.operator, values[node.operands[0]], self.network
        if operator in _PLAIN:
            return _PLAIN[operator](*(values[operand] for operand in node.operands))
        if operator == "conv2d":
            padded, padding = self._padded(node, value)
            return functional.conv2d(
                padded, self._weight(node, 1), self._weight(node, 2), network.stride(node), padding,
                node.pair("dilation"), node.attributes.get("groups", 1))
        if operator == "max_pool2d":
            return functional.max_pool2d(value, network.window(node), network.stride(node), self._even_padding(node))
        if operator == "average_pool2d":
            return functional.avg_pool2d(
                value, network.window(node), network.stride(node), self._even_padding(node),
                count_include_pad=node.attributes.get("count_padding", False))
        if operator == "global_average_pool":
            return functional.adaptive_avg_pool2d(value, 1)
        if operator == "flatten":
            return torch.flatten(value, 1)
        if operator == "dense":
            return functional.linear(value, self._weight(node, 1), self._weight(node, 2))
        if operator == "softmax":
            return torch.softmax(value, -1)
        raise UnknownOperator(operator, "PyTorch")

    def _padded(self, node: Node, value: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        """The picture with whatever padding is not the same on opposite sides, and the padding that is left."""
        top, left, bottom, right = self.network.padding(node)
        if (top, left) == (bottom, right):
            return value, (top, left)
        return functional.pad(value, (left, right, top, bottom)), (0, 0)

    def _even_padding(self, node: Node) -> tuple[int, int]:
        top, left, bottom, right = self.network.padding(node)
        if (top, left) != (bottom, right):
            raise UnknownOperator(f"{node.operator} with uneven padding", "PyTorch")
        return top, left
