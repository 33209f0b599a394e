"""Inputs and outputs: what they are called, and which arrays they are."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy

# NumPy's types by the names of the language. NumPy has no bf16: those are taken and given as their bits.
DTYPES: Final[dict[str, numpy.dtype[Any]]] = {
    "f32": numpy.dtype(numpy.float32),
    "f16": numpy.dtype(numpy.float16),
    "bf16": numpy.dtype(numpy.uint16),
    "f64": numpy.dtype(numpy.float64),
    "i8": numpy.dtype(numpy.int8),
    "u8": numpy.dtype(numpy.uint8),
    "i16": numpy.dtype(numpy.int16),
    "u16": numpy.dtype(numpy.uint16),
    "i32": numpy.dtype(numpy.int32),
    "u32": numpy.dtype(numpy.uint32),
    "i64": numpy.dtype(numpy.int64),
    "u64": numpy.dtype(numpy.uint64),
    "bool": numpy.dtype(numpy.bool_),
}


class Meaning(IntEnum):
    """What the numbers of an output are, as far as the network tells."""

    #: Nothing is known of them; where they are scores of classes, the largest is the best.
    NUMBERS = 0
    #: Probabilities of classes, which add up to 1.
    PROBABILITIES = 1
    #: The logarithms of such probabilities.
    LOG_PROBABILITIES = 2
    #: Probabilities, each by itself.
    INDEPENDENT_PROBABILITIES = 3


@dataclass(frozen=True)
class Port:
    """An input or output of a model."""

    name: str
    #: The type as the language writes it: "f32[N, 1, 28, 28]", where N is the batch.
    type: str
    #: The type of its arrays. For bf16, which NumPy doesn't have, it is uint16: arrays of bits. ``array.view(ml_dtypes.bfloat16)``
    #: makes numbers of them, and inputs of that type are taken as well.
    dtype: numpy.dtype[Any]
    #: The dimensions of its arrays. The batch is None, and comes first.
    shape: tuple[int | None, ...]
    #: The type of an element by the name of the language: "f32", "bf16".
    element_type: str
    #: Whether all samples have it in common: then it has no batch.
    is_shared: bool
    #: Of an output: what its numbers are.
    meaning: Meaning

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


def describe(
    name: str,
    type: str,
    dtype: numpy.dtype[Any],
    shape: tuple[int | None, ...],
    element_type: str,
    is_shared: int,
    meaning: int,
) -> Port:
    """The port that the extension has in numbers of apus.h. A newer library may know of further meanings."""
    known = Meaning(meaning) if meaning in Meaning._value2member_map_ else Meaning.NUMBERS
    return Port(name, type, dtype, shape, element_type, bool(is_shared), known)
