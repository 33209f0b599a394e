"""What torchvision needs to be imported where the libraries of CUDA aren't there."""

from __future__ import annotations

import functools
import importlib.util
import pathlib

import torch


def declare() -> None:
    """Declares the operators without which the package can't be imported, nor what of transformers imports it.

    The compiled part of the wheel, which defines them, wants the libraries of CUDA. None of our models uses them.
    """
    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None:
        raise ImportError("torchvision is not installed: see requirements-imported.txt")
    for library in pathlib.Path(package.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(library)
        except OSError:
            _library()


@functools.cache
def _library() -> torch.library.Library:
    """What is declared stays so while the library lives: the cache keeps it."""
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library
