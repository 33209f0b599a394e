"""What the training peers have in common: the samples as arrays, and the answering of requests for epochs."""

from __future__ import annotations

import dataclasses
import gzip
import os
import pathlib
import sys
import time
from collections.abc import Callable

import numpy

from recipes import Recipe


@dataclasses.dataclass(frozen=True)
class Samples:
    """Images f32[n, channels, height, width] with labels i64[n], or texts i64[n, length] with the characters that follow."""

    inputs: numpy.ndarray
    targets: numpy.ndarray
    classes: int


def _read(folder: pathlib.Path, name: str) -> bytes:
    plain = folder / name
    if plain.exists():
        return plain.read_bytes()
    with gzip.open(folder / f"{name}.gz") as file:
        return file.read()


def _mnist(folder: pathlib.Path) -> Samples:
    """The training images from 0 to 1.

    The header of an IDX file is two zero bytes, the type, the number of dimensions, and each dimension as a big-endian
    u32: 16 bytes for images, 8 for labels.
    """
    images = numpy.frombuffer(_read(folder, "train-images-idx3-ubyte"), numpy.uint8, offset=16)
    labels = numpy.frombuffer(_read(folder, "train-labels-idx1-ubyte"), numpy.uint8, offset=8)
    return Samples(images.reshape(-1, 1, 28, 28).astype(numpy.float32) / 255, labels.astype(numpy.int64), 10)


def _arrays(folder: pathlib.Path) -> Samples:
    labels = numpy.load(folder / "y.npy").astype(numpy.int64)
    return Samples(numpy.load(folder / "x.npy"), labels, int(labels.max()) + 1)


def windows(source: pathlib.Path, length: int) -> Samples:
    """A text, or those in a folder one after the other, cut as apus-train cuts them; the classes are its alphabet."""
    files = [source] if source.is_file() else sorted(
        path for path in source.iterdir() if path.suffix in (".md", ".txt"))
    text = "".join(path.read_bytes().decode() for path in files)
    numbers = {character: number for number, character in enumerate(sorted(set(text)))}
    whole = numpy.array([numbers[character] for character in text], numpy.int64)
    count = (len(whole) - 1) // length
    return Samples(
        whole[:count * length].reshape(count, length), whole[1:count * length + 1].reshape(count, length), len(numbers))


def training_set(recipe: Recipe, data: pathlib.Path) -> Samples:
    """What one epoch of the recipe sees."""
    if recipe.length > 1:
        samples = windows(data, recipe.length)
    else:
        samples = _arrays(data) if (data / "x.npy").exists() else _mnist(data)
    if len(samples.inputs) < recipe.samples:
        raise SystemExit(f"{data} has {len(samples.inputs)} samples, and {recipe.network} is to see {recipe.samples}")
    return Samples(samples.inputs[:recipe.samples], samples.targets[:recipe.samples], samples.classes)


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
