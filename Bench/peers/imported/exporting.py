"""How a module of PyTorch becomes an ONNX file, with weights that let a comparison of answers fail."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable

import numpy
import torch

SEED = 1
OPSET = 17

Arrays = dict[str, numpy.ndarray]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model: its name, and what writes its file and says what it is to be asked: in turn, each input by its name."""

    name: str
    write: Callable[[pathlib.Path], list[Arrays]]


@dataclasses.dataclass(frozen=True)
class Network:
    """A module in training's or evaluation's state, and a sample of each of its inputs, in their order."""

    module: torch.nn.Module
    inputs: dict[str, torch.Tensor]


def exported(name: str, build: Callable[[], Network], dynamo: bool = False) -> Recipe:
    """A recipe of PyTorch. The seed is set before the module is built, so a network doesn't depend on those before it.

    The exporter that traces is what most files in use come from; `dynamo` asks for the one that captures the program.
    """

    def write(path: pathlib.Path) -> list[Arrays]:
        torch.manual_seed(SEED)
        network = build()
        _enliven(network.module, tuple(network.inputs.values()))
        arguments = tuple(network.inputs.values())
        options = {"external_data": False, "verbose": False} if dynamo else {"opset_version": OPSET}
        with torch.no_grad():
            torch.onnx.export(
                network.module, arguments, str(path), input_names=list(network.inputs), dynamo=dynamo, **options)
        return [{input_name: tensor.numpy() for input_name, tensor in network.inputs.items()}]

    return Recipe(name, write)


def _enliven(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Moves biases and scales away from zero and one, where it would not show that one got lost, and gives batch norms
    the statistics of what really comes by, as training would: numbers neither die out nor grow on their way."""
    module.eval()
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.empty_like(parameter).uniform_(-0.2, 0.2))
        norms = [part for part in module.modules() if isinstance(part, torch.nn.modules.batchnorm._BatchNorm)]
        if not norms:
            return
        for norm in norms:
            norm.momentum = 1
            norm.train()
        module(*(torch.cat([torch.randn_like(tensor) for _ in range(4)]) for tensor in inputs))
    module.eval()
