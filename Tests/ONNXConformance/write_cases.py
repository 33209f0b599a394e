"""Writes the node tests of the onnx package as files, for onnx-conformance.

    python write_cases.py FOLDER

makes FOLDER/<case>/model.onnx with input_<k>.pb and output_<k>.pb, tensors in the order of the graph's inputs and outputs. What
is no tensor, a sequence for example, has no file. FOLDER/cases.tsv, which is written last, has a line for each case: its name,
the operator that it tests, its relative and absolute tolerance, how many inputs and outputs it has, and what is to be known of it:

    common     every operator is of the default domain, and there are no sequences, optionals, strings and training
    known      every element type is one that Apus has
    random     outputs are random numbers: only their types and shapes can be compared
"""

import pathlib
import re
import sys
import warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

# FLOAT to INT64 and BOOL to UINT64 without STRING and complex numbers, and BFLOAT16.
KNOWN_TYPES = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16}
RANDOM_OPERATORS = {
    "Bernoulli",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
}
STRING_OPERATORS = {"RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit"}


def nodes_of(graph):
    """All nodes, those of branches and loops included."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from nodes_of(attribute.g)


def holds_others(value_type):
    return value_type.WhichOneof("value") != "tensor_type"


def element_types(model):
    """The element types that the case's ports, attributes and constants name."""
    for port in [*model.graph.input, *model.graph.output]:
        if not holds_others(port.type):
            yield port.type.tensor_type.elem_type
    for node in nodes_of(model.graph):
        for attribute in node.attribute:
            if attribute.name in ("to", "dtype", "output_dtype"):
                yield attribute.i
            if attribute.type == onnx.AttributeProto.TENSOR:
                yield attribute.t.data_type


def facts(case):
    model = case.model
    nodes = list(nodes_of(model.graph))
    operators = {node.op_type for node in nodes}
    ports = [*model.graph.input, *model.graph.output]
    types = set(element_types(model))
    is_training = "_training_" in case.name or any(
        attribute.name == "training_mode" and attribute.i
        for node in nodes
        for attribute in node.attribute
    )
    is_common = (
        all(node.domain in ("", "ai.onnx") for node in nodes)
        and not any(holds_others(port.type) for port in ports)
        and not any(name.startswith(("Sequence", "Optional")) for name in operators)
        and not operators & STRING_OPERATORS
        and onnx.TensorProto.STRING not in types
        and not is_training
    )
    found = []
    if is_common:
        found.append("common")
    if types <= KNOWN_TYPES:
        found.append("known")
    if operators & RANDOM_OPERATORS:
        found.append("random")
    return found


def write_tensors(folder, kind, values, ports):
    for number, (value, port) in enumerate(zip(values, ports)):
        if holds_others(port.type):
            continue
        if not isinstance(value, onnx.TensorProto):
            value = numpy_helper.from_array(value, port.name)
        (folder / f"{kind}_{number}.pb").write_bytes(value.SerializeToString())


def write(case, operator, root):
    folder = root / case.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    ((inputs, outputs),) = case.data_sets
    graph = case.model.graph
    write_tensors(folder, "input", inputs, graph.input)
    write_tensors(folder, "output", outputs, graph.output)
    fields = [case.name, operator, case.rtol, case.atol, len(graph.input), len(graph.output), ",".join(facts(case))]
    return "\t".join(str(field) for field in fields)


def main():
    root = pathlib.Path(sys.argv[1])
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    cases = sorted(collect_testcases(), key=lambda case: case.name)
    # A case whose operator is written out as its function's nodes counts for that operator.
    operators = {case.name: case.model.graph.node[0].op_type for case in cases}
    lines = []
    for case in cases:
        original = re.sub(r"_expanded(_ver\d+)?$", "", case.name)
        lines.append(write(case, operators.get(original, operators[case.name]), root))
    partial = root / "cases.tsv.partial"
    partial.write_text("\n".join(lines) + "\n")
    partial.rename(root / "cases.tsv")


if __name__ == "__main__":
    main()
