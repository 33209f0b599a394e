"""The project's random numbers in Python: what a training run starts from, and the order of its samples.

Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (2011),
section 3.3. Sources/ApusGraph/Graph/Initialization.swift, Sources/ApusData/Random/CounterRandom.swift and Shuffle.swift beside it
say what counters and keys are.
"""

from __future__ import annotations

import numpy

SHUFFLE = 0x8000_0001
_LOW = 0xFFFF_FFFF


def words(counters: numpy.ndarray, key: tuple[int, int]) -> numpy.ndarray:
    """Four words for each counter, u64[n, 4] of 32 bits each."""
    x, y, z, w = (counters[:, column].astype(numpy.uint64) for column in range(4))
    first, second = key
    low = numpy.uint64(_LOW)
    shift = numpy.uint64(32)
    for _ in range(10):
        left, right = numpy.uint64(0xD251_1F53) * x, numpy.uint64(0xCD9E_8D57) * z
        x, y, z, w = (
            (right >> shift) ^ y ^ numpy.uint64(first), right & low, (left >> shift) ^ w ^ numpy.uint64(second), left & low)
        first, second = (first + 0x9E37_79B9) & _LOW, (second + 0xBB67_AE85) & _LOW
    return numpy.stack([x, y, z, w], axis=1)


def _halves(word: int) -> tuple[int, int]:
    return word & _LOW, word >> 32


def _parameter_words(seed: int, name: str, count: int) -> numpy.ndarray:
    """The words of a parameter's elements, by fours."""
    label = 0xCBF2_9CE4_8422_2325
    for byte in name.encode():
        label = ((label ^ byte) * 0x100_0000_01B3) & 0xFFFF_FFFF_FFFF_FFFF
    groups = (count + 3) // 4
    counters = numpy.zeros((groups, 4), numpy.uint64)
    counters[:, 0] = numpy.arange(groups)
    counters[:, 2:] = _halves(label)
    return words(counters, _halves(seed))


def uniform(seed: int, name: str, count: int) -> numpy.ndarray:
    """What a parameter of this name starts with, in (-1, 1)."""
    parts = (_parameter_words(seed, name, count) >> numpy.uint64(8)).astype(numpy.float64)
    return (2 * (parts + 0.5) * 2.0 ** -24 - 1).reshape(-1)[:count]


def normal(seed: int, name: str, count: int) -> numpy.ndarray:
    """The same of the standard normal distribution: Box and Muller (1958)."""
    parts = (_parameter_words(seed, name, count) >> numpy.uint64(8)).astype(numpy.float64).reshape(-1, 2)
    radius = numpy.sqrt(-2 * numpy.log((parts[:, 0] + 0.5) * 2.0 ** -24))
    angle = 2 * numpy.pi * parts[:, 1] * 2.0 ** -24
    return (radius[:, None] * numpy.stack([numpy.cos(angle), numpy.sin(angle)], axis=1)).reshape(-1)[:count]


def permutation(count: int, seed: int, epoch: int) -> list[int]:
    """The order of an epoch's samples: Fisher and Yates' shuffle, with the bounded integers of Lemire (2019), algorithm 5."""
    stream = _halves(epoch)
    source = _stream(seed, stream, SHUFFLE)
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        bound = last + 1
        product = next(source) * bound
        if product & _LOW < bound:
            threshold = (2 ** 32 - bound) % bound
            while product & _LOW < threshold:
                product = next(source) * bound
        other = product >> 32
        order[last], order[other] = order[other], order[last]
    return order


def _stream(seed: int, stream: tuple[int, int], purpose: int):
    block = 0
    while True:
        counters = numpy.zeros((256, 4), numpy.uint64)
        counters[:, 0] = numpy.arange(block, block + 256)
        counters[:, 1], counters[:, 2], counters[:, 3] = *stream, purpose
        yield from words(counters, _halves(seed)).reshape(-1).tolist()
        block += 256
