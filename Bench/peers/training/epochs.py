"""What the training peers have in common: MNIST as arrays, and the answering of requests for epochs."""

from __future__ import annotations

import gzip
import os
import pathlib
import sys
import time
from collections.abc import Callable

import numpy


def _read(folder: pathlib.Path, name: str) -> bytes:
    plain = folder / name
    if plain.exists():
        return plain.read_bytes()
    with gzip.open(folder / f"{name}.gz") as file:
        return file.read()


def training_set(folder: pathlib.Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The training images as f32[60000, 28, 28] from 0 to 1, and their labels as int64[60000].

    The header of an IDX file is two zero bytes, the type, the number of dimensions, and each dimension as a big-endian
    u32: 16 bytes for images, 8 for labels.
    """
    images = numpy.frombuffer(_read(folder, "train-images-idx3-ubyte"), numpy.uint8, offset=16)
    labels = numpy.frombuffer(_read(folder, "train-labels-idx1-ubyte"), numpy.uint8, offset=8)
    return images.reshape(-1, 28, 28).astype(numpy.float32) / 255, labels.astype(numpy.int64)


def serve_epochs(epoch: Callable[[int], float]) -> None:
    """Runs an epoch for each line of standard input, and answers with its seconds and its mean loss.

    `epoch` gets the number of the epoch, from 0 on. What a framework prints itself goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        loss = epoch(number)
        answers.write(f"ok\t{time.perf_counter() - start}\t{loss}\n")
