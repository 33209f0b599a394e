"""The networks of Models that are trained, as PyTorch's own modules, with the initialization of the specs."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as functional
from torch import nn


def mnist_cnn(classes: int) -> nn.Module:
    layers: list[nn.Module] = []
    for channels, filters in ((1, 16), (16, 32), (32, 32)):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return _initialized(nn.Sequential(*layers, nn.Flatten(), nn.Linear(288, classes)))


class ResidualStage(nn.Module):
    """Two convolutions, and what they were given added again. From the second stage on the image is halved.

    `padding: same` of the language pads a halving convolution below and to the right only, which PyTorch's convolutions
    can't.
    """

    def __init__(self, channels: int, filters: int):
        super().__init__()
        self.halves = channels != filters
        stride, padding = (2, 0) if self.halves else (1, 1)
        self.first = nn.Conv2d(channels, filters, 3, stride, padding, bias=False)
        self.first_norm = nn.BatchNorm2d(filters)
        self.second = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(filters)
        self.short = nn.Conv2d(channels, filters, 1, stride) if self.halves else nn.Identity()

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        inner = functional.pad(value, (0, 1, 0, 1)) if self.halves else value
        inner = functional.relu(self.first_norm(self.first(inner)), inplace=True)
        inner = self.second_norm(self.second(inner))
        return functional.relu(inner + self.short(value), inplace=True)


def resnet8(classes: int) -> nn.Module:
    return _initialized(nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
        ResidualStage(16, 16), ResidualStage(16, 32), ResidualStage(32, 64),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes)))


class Block(nn.Module):
    """A block of the transformer. Query, key and value come of one matrix product, which is quicker than three."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.triple = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.hidden_norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, stream: torch.Tensor) -> torch.Tensor:
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.triple(self.norm(stream)).chunk(3, -1))
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        middle = stream + self.joined(seen.transpose(1, 2).flatten(2))
        return middle + self.out(functional.gelu(self.hidden(self.hidden_norm(middle)), approximate="tanh"))


class CharTransformer(nn.Module):
    def __init__(self, classes: int, length: int = 128, width: int = 128, heads: int = 4, blocks: int = 4):
        super().__init__()
        self.characters = nn.Parameter(torch.empty(classes, width))
        self.positions = nn.Parameter(torch.empty(length, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.final = nn.LayerNorm(width)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        stream = functional.embedding(text, self.characters) + self.positions
        return functional.linear(self.final(self.blocks(stream)), self.characters)


def char_transformer(classes: int) -> nn.Module:
    network = _initialized(CharTransformer(classes))
    for table in (network.characters, network.positions):
        nn.init.normal_(table, std=0.02)
    return network


def _initialized(network: nn.Module) -> nn.Module:
    """Weights by Glorot's uniform distribution, biases of zero; norms begin as PyTorch begins them."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


NETWORKS: dict[str, Callable[[int], nn.Module]] = {
    "mnist-cnn": mnist_cnn, "resnet8": resnet8, "char-transformer": char_transformer}
