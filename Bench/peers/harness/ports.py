"""The arrays that a model takes and gives, of any element type, as workers read them: a folder with a file for each and
`ports.json`, which README.md states."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy

Array = numpy.ndarray

# What the language calls an element type, what NumPy has for it, and its number in ONNX (TensorProto.DataType). bf16
# isn't among them: NumPy has no such elements.
_TYPES = {
    "f16": (numpy.float16, 10), "f32": (numpy.float32, 1), "f64": (numpy.float64, 11), "bool": (numpy.bool_, 9),
    "i8": (numpy.int8, 3), "i16": (numpy.int16, 5), "i32": (numpy.int32, 6), "i64": (numpy.int64, 7),
    "u8": (numpy.uint8, 2), "u16": (numpy.uint16, 4), "u32": (numpy.uint32, 12), "u64": (numpy.uint64, 13)}


@dataclasses.dataclass(frozen=True)
class Port:
    """An array: what the model calls it, what it is, and the name of its file in a folder."""

    name: str
    type: str
    shape: tuple[int, ...]
    file: str

    @property
    def elements(self) -> type[numpy.generic]:
        return _TYPES[self.type][0]

    @property
    def onnx_type(self) -> int:
        return _TYPES[self.type][1]

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


def onnx_type(elements: numpy.dtype) -> int:
    """The number of an element type in ONNX."""
    return _TYPES[_name(elements)][1]


def _list(kind: str, arrays: dict[str, Array]) -> tuple[Port, ...]:
    return tuple(
        Port(name, _name(array.dtype), array.shape, f"{kind}-{number}.raw")
        for number, (name, array) in enumerate(arrays.items()))


def _name(elements: numpy.dtype) -> str:
    for text, (known, _) in _TYPES.items():
        if elements == known:
            return text
    raise ValueError(f"workers take no elements of {elements}")
