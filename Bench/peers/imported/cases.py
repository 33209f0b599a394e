"""The ONNX files that are tried, with what each is asked and, where its author said so, what it answers."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import numpy
import onnx
from onnx import numpy_helper

Arrays = dict[str, numpy.ndarray]


@dataclasses.dataclass(frozen=True)
class Samples:
    """An array for each input, and for each output where there are published ones."""

    inputs: Arrays
    published: Arrays = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Case:
    """A model with the samples that it is asked. The first are those that it is timed with."""

    name: str
    family: str
    model: pathlib.Path
    samples: tuple[Samples, ...]
    # How near an answer must be to the published number, as numpy.allclose has it; None: as near as to the peer's.
    relative: float | None = None
    absolute: float = 0
    # Whether every weight of a tensor is the same number, and so every published one.
    is_uniform: bool = False


def exported(folder: pathlib.Path) -> list[Case]:
    """What write_models.py has written."""
    names = json.loads((folder / "models.json").read_text())
    return [
        Case(name, family, folder / name / "model.onnx", _asked(folder / name))
        for family, members in names.items() for name in members]


def _asked(folder: pathlib.Path) -> tuple[Samples, ...]:
    return tuple(Samples(dict(numpy.load(path))) for path in sorted(folder.glob("inputs-*.npz")))


def light() -> list[Case]:
    """The networks of the onnx package whose weights are made by formula, with the input, the outputs and the tolerances
    of its own runner (onnx/backend/test/runner)."""
    data = pathlib.Path(onnx.__file__).parent / "backend/test/data"
    cases = []
    for description in sorted((data / "real").glob("*/data.json")):
        case = json.loads(description.read_text())
        model = data / "light" / pathlib.Path(case["url"]).name
        inputs, outputs = _ports(onnx.load(model))
        values = {name: _ramp([dimension or 1 for dimension in shape]) for name, shape in inputs.items()}
        published = {
            name: _array(model.with_name(f"{model.stem}_output_{number}.pb"))
            for number, name in enumerate(outputs)}
        cases.append(Case(
            case["model_name"], "onnx package", model, (Samples(values, published),), case["rtol"], case["atol"],
            is_uniform=True))
    return cases


def shared(folder: pathlib.Path) -> list[Case]:
    """Each ONNX file under a folder that has test data beside it: `test_data_set_N`, or `NAME.test_data_set_N`, with
    `input_k.pb` and `output_k.pb`."""
    cases = []
    for model in sorted(folder.rglob("*.onnx")):
        own, common = (sorted(model.parent.glob(f"{start}test_data_set_*")) for start in (f"{model.stem}.", ""))
        sets = own or common
        if not sets:
            continue
        inputs, outputs = _ports(onnx.load(model))
        samples = tuple(
            Samples(_numbered(data, "input", inputs), _numbered(data, "output", outputs)) for data in sets)
        name = model.parent.name if model.stem == "model" else model.stem
        cases.append(Case(name, "published", model, samples))
    return cases


def exact(case: Case, path: pathlib.Path) -> tuple[pathlib.Path, dict[str, int]]:
    """A file for the peer, in which dimensions that the model leaves open are the numbers that the samples have; and
    these numbers by the dimensions' names, but for a batch, which leads.

    Weights that are inputs too are none any more: from version 4 of the format on the peer would not take them for constants.
    A model that has neither is its own.
    """
    model = onnx.load(case.model)
    weights = {weight.name for weight in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    is_open = model.ir_version >= 4 and len(inputs) < len(model.graph.input)
    if is_open:
        del model.graph.input[:]
        model.graph.input.extend(inputs)
    given = {value.name: value for value in model.graph.input}
    numbers: dict[str, int] = {}
    inner: dict[str, int] = {}
    for name, array in case.samples[0].inputs.items():
        for axis, (dimension, size) in enumerate(zip(given[name].type.tensor_type.shape.dim, array.shape)):
            if dimension.dim_param:
                numbers[dimension.dim_param] = size
                if axis > 0:
                    inner[dimension.dim_param] = size
            if not dimension.dim_value:
                dimension.dim_value = size
                is_open = True
    if not is_open:
        return case.model, {}
    # What these say of other values was said by name.
    del model.graph.value_info[:]
    for value in model.graph.output:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in numbers:
                dimension.dim_value = numbers[dimension.dim_param]
    onnx.save(model, path)
    return path, inner


def with_random_weights(case: Case, path: pathlib.Path) -> Case:
    """The same network with random weights in place of the uniform ones, under which no channel differs from another and
    hardly a mistake would show. It is asked random numbers, and answers without its last softmax."""
    model, generator = onnx.load(case.model), numpy.random.default_rng(1)
    shapes = {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}
    uniform = [node for node in model.graph.node if node.op_type == "ConstantOfShape" and node.input[0] in shapes]
    for node in uniform:
        weights = _random_weights(tuple(int(size) for size in shapes[node.input[0]]), generator)
        model.graph.initializer.append(numpy_helper.from_array(weights, node.output[0]))
        model.graph.node.remove(node)
    last = model.graph.node[-1]
    if last.op_type == "Softmax":
        answer = onnx.helper.make_tensor_value_info(last.input[0], onnx.TensorProto.FLOAT, None)
        model.graph.node.remove(last)
        del model.graph.output[:]
        model.graph.output.append(answer)
    model.ir_version = max(model.ir_version, 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    asked = {
        name: generator.random(array.shape, numpy.float32) for name, array in case.samples[0].inputs.items()}
    return Case(f"{case.name}-random", case.family, path, (Samples(asked),))


def _random_weights(shape: tuple[int, ...], generator: numpy.random.Generator) -> numpy.ndarray:
    """By He et al. (2015), equation 10; biases, and the numbers of a batch norm, of which variances are above zero."""
    if len(shape) < 2:
        return generator.uniform(0.5, 1.5, shape).astype(numpy.float32)
    deviation = numpy.float32(numpy.sqrt(2 / numpy.prod(shape[1:])))
    return deviation * generator.standard_normal(shape, numpy.float32)


def _ports(model: onnx.ModelProto) -> tuple[dict[str, list[int]], list[str]]:
    """The inputs that aren't weights, with their dimensions, 0 where one is not said; and the names of the outputs."""
    weights = {weight.name for weight in model.graph.initializer}
    inputs = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in model.graph.input if value.name not in weights}
    return inputs, [value.name for value in model.graph.output]


def _ramp(shape: list[int]) -> numpy.ndarray:
    count = int(numpy.prod(shape))
    return (numpy.arange(count).reshape(shape) / count).astype(numpy.float32)


def _numbered(folder: pathlib.Path, kind: str, names: dict[str, list[int]] | list[str]) -> Arrays:
    return {name: _array(folder / f"{kind}_{number}.pb") for number, name in enumerate(names)}


def _array(path: pathlib.Path) -> numpy.ndarray:
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)
