"""Made-up pictures that can be learned: a pattern for each class, and noise."""

from __future__ import annotations

import pathlib

import numpy

CLASSES, CHANNELS, SIZE = 10, 3, 32
# A pattern is drawn in squares of so many pixels, so that a small convolution sees it.
SQUARE = 4
NOISE = 0.2


def write(folder: pathlib.Path, count: int) -> None:
    """x.npy, f32[count, 3, 32, 32] from 0 to 1, and y.npy, i32[count]: the same in each run. They are written once."""
    images, labels = folder / "x.npy", folder / "y.npy"
    if images.exists() and labels.exists() and len(numpy.load(labels, mmap_mode="r")) == count:
        return
    random = numpy.random.default_rng(7)
    patterns = random.random((CLASSES, CHANNELS, SIZE // SQUARE, SIZE // SQUARE), numpy.float32)
    patterns = patterns.repeat(SQUARE, axis=2).repeat(SQUARE, axis=3)
    classes = random.integers(0, CLASSES, count, numpy.int32)
    values = patterns[classes] + NOISE * random.standard_normal((count, CHANNELS, SIZE, SIZE), numpy.float32)
    folder.mkdir(parents=True, exist_ok=True)
    numpy.save(images, values.clip(0, 1))
    numpy.save(labels, classes)
