"""The arrays that a model takes and gives, of any element type, as workers read them: a folder with a file for each and
`ports.json`, which README.md states."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy

Array = numpy.ndarray

# The names of the language. bf16 isn't among them: NumPy has no such elements.
_TYPES = {
    "f16": numpy.float16, "f32": numpy.float32, "f64": numpy.float64, "bool": numpy.bool_,
    "i8": numpy.int8, "i16": numpy.int16, "i32": numpy.int32, "i64": numpy.int64,
    "u8": numpy.uint8, "u16": numpy.uint16, "u32": numpy.uint32, "u64": numpy.uint64}


@dataclasses.dataclass(frozen=True)
class Port:
    """An array: what the model calls it, what it is, and the name of its file in a folder."""

    name: str
    type: str
    shape: tuple[int, ...]
    file: str

    @property
    def elements(self) -> type[numpy.generic]:
        return _TYPES[self.type]

    def read(self, folder: pathlib.Path) -> Array:
        return numpy.fromfile(folder / self.file, self.elements).reshape(self.shape)


@dataclasses.dataclass(frozen=True)
class Ports:
    """What a model takes and what it gives."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    def read_outputs(self, folder: pathlib.Path) -> dict[str, Array]:
        """What a worker has written."""
        return {port.name: port.read(folder) for port in self.outputs}


def write(folder: pathlib.Path, inputs: dict[str, Array], outputs: dict[str, Array]) -> Ports:
    """Writes the samples of a model. Of its outputs nothing but type and shape is used.

    Raises ValueError where an array has elements that have no name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = Ports(_list("input", inputs), _list("output", outputs))
    for port, array in zip(ports.inputs, inputs.values()):
        numpy.ascontiguousarray(array).tofile(folder / port.file)
    (folder / "ports.json").write_text(json.dumps(dataclasses.asdict(ports), indent=1))
    return ports


def read(folder: pathlib.Path) -> Ports:
    """The list in a folder."""
    lists = json.loads((folder / "ports.json").read_text())
    inputs, outputs = (
        tuple(Port(**{**entry, "shape": tuple(entry["shape"])}) for entry in lists[kind])
        for kind in ("inputs", "outputs"))
    return Ports(inputs, outputs)


def _list(kind: str, arrays: dict[str, Array]) -> tuple[Port, ...]:
    return tuple(
        Port(name, _type(name, array), array.shape, f"{kind}-{number}.raw")
        for number, (name, array) in enumerate(arrays.items()))


def _type(name: str, array: Array) -> str:
    for text, elements in _TYPES.items():
        if array.dtype == elements:
            return text
    raise ValueError(f"'{name}' has elements of {array.dtype}, which the workers don't take")
