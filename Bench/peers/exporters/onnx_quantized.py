"""What apus-export writes of a network in 8 bits, for one batch."""

from __future__ import annotations

import pathlib

import onnx


def export(source: pathlib.Path, batch: int, path: pathlib.Path) -> None:
    """Writes the network for that batch. Its scales, codes and operators stay what they are."""
    model = onnx.load(source)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = batch
    onnx.checker.check_model(model)
    onnx.save(model, path)
