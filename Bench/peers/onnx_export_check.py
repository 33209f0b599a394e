"""Holds exported ONNX files against the onnx package's checker and against ONNX Runtime.

    onnx_export_check.py FOLDER

The folder has one for each export: model.onnx, input_0.pb and so on, and the answers of Apus as output_0.pb and so on. The tests of
exports write it: `make onnx-export-check`. Ends with 1 where the checker refuses a file or the answers differ.
"""

from __future__ import annotations

import pathlib
import sys

import numpy
import onnx
import onnx.numpy_helper
import onnxruntime

# Of the greatest number in the answers.
TOLERANCE = 1e-5
# What ONNX Runtime says where it has no kernel for a right file.
MISSING = ("NOT_IMPLEMENTED", "mode only supports")


def tensors(folder: pathlib.Path, kind: str) -> list[tuple[str, numpy.ndarray]]:
    found = []
    for number in range(len(list(folder.glob(f"{kind}_*.pb")))):
        message = onnx.TensorProto.FromString((folder / f"{kind}_{number}.pb").read_bytes())
        found.append((message.name, onnx.numpy_helper.to_array(message)))
    return found


def difference(found: numpy.ndarray, expected: numpy.ndarray) -> float:
    """The largest, as a part of the greatest number; infinite where shape or type differ."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return float("inf")
    if expected.size == 0:
        return 0
    found, expected = found.astype(numpy.float64), expected.astype(numpy.float64)
    same = (found == expected) | (numpy.isnan(found) & numpy.isnan(expected))
    finite = numpy.abs(expected[numpy.isfinite(expected)])
    scale = max(float(finite.max(initial=0)), 1e-12)
    with numpy.errstate(invalid="ignore"):
        distances = numpy.where(same, 0, numpy.abs(found - expected)) / scale
    worst = float(distances.max())
    return float("inf") if numpy.isnan(worst) else worst


def has_empty_sequence(folder: pathlib.Path) -> bool:
    """Whether it is a recurrent layer, one of whose sequences has no step."""
    is_recurrent = folder.name.partition("-")[0] in ("gru", "lstm", "rnn")
    lengths = [tensor for _, tensor in tensors(folder, "input") if tensor.dtype == numpy.int32]
    return is_recurrent and any((tensor <= 0).any() for tensor in lengths)


def check(folder: pathlib.Path) -> tuple[str, float]:
    """What is wrong with an export, or nothing; and how far the answers are from each other."""
    path = folder / "model.onnx"
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except Exception as error:  # The checker has several, which have nothing in common.
        return f"the checker: {error}".replace("\n", " "), 0
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        answers = session.run(None, dict(tensors(folder, "input")))
    except Exception as error:
        kind = "has no kernel" if any(text in str(error) for text in MISSING) else "fails"
        return f"ONNX Runtime {kind}: {error}".replace("\n", " "), 0
    worst = 0.0
    for output, found, (name, expected) in zip(session.get_outputs(), answers, tensors(folder, "output"), strict=True):
        if output.name != name:
            return f"the output '{output.name}' should be '{name}'", 0
        worst = max(worst, difference(numpy.asarray(found), expected))
    return ("" if worst <= TOLERANCE else f"the answers differ by {worst:.1e}"), worst


def main() -> int:
    folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/model.onnx"))
    wrong = missing = 0
    worst = 0.0
    for folder in folders:
        problem, distance = check(folder)
        worst = max(worst, distance if not problem else 0)
        if problem.startswith("the answers") and has_empty_sequence(folder):
            print(f"{folder.name}: ONNX Runtime's last state of a sequence without steps is zero, ours the first state")
        elif "has no kernel" in problem:
            missing += 1
            print(f"{folder.name}: not run: {problem}")
        elif problem:
            wrong += 1
            print(f"{folder.name}: {problem}")
        elif folder.name.startswith("model-"):
            print(f"{folder.name}: {distance:.1e}")
    print(
        f"{len(folders)} exports: {wrong} wrong, {missing} that ONNX Runtime has no kernel for; "
        f"answers differ by {worst:.1e} at most"
    )
    return 1 if wrong or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
