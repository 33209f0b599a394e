"""Networks in 8 bits beside LiteRT, ONNX Runtime and OpenVINO in 8 bits, and beside our own plans in single precision."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

from harness import agreement, workshop
from harness.integers_table import TINY, mean_ratio
from harness.quantized import QuantizedSubject, mnist_folder
from harness.rounds import Plan
from parts.comparison import compare
from parts.networks import MNIST, MODELS
from parts.thread_networks import resnet50

NAMES = {"Apus", workshop.FLOATS, "LiteRT", "ONNX Runtime", "OpenVINO"}
PIECES = (1, 16, 128)


@dataclasses.dataclass(frozen=True)
class Case:
    """A network, the batches and threads that it is measured with, and how many samples it is calibrated by."""

    network: str
    runs: tuple[tuple[int, int], ...] = ((1, 1),)
    calibration: int = 200


CASES = (
    Case(MNIST.stem, ((1, 1), (128, 1)), 512), *(Case(network) for network in TINY),
    # A sample of these is a hundred thousand numbers, and tells as much of ranges.
    Case("resnet50", ((1, 1), (1, 2)), 40), Case("mobilenet-v2", ((1, 1), (1, 2)), 40))


def integers(quick: bool, only: str = "") -> list[dict[str, Any]]:
    """mnist-cnn, the networks of MLPerf Tiny, ResNet-50 and MobileNetV2 in 8 bits.

    mnist-cnn is calibrated by MNIST, which must be in the folder APUS_DATA/mnist, or in data/mnist.
    """
    chosen = [case for case in CASES if only in case.network]
    if not chosen:
        raise SystemExit(f"integers: no network has '{only}' in its name; there are {', '.join(case.network for case in CASES)}")
    records = []
    for case in chosen:
        data = mnist_folder() if case.network == MNIST.stem else None
        subject = QuantizedSubject(_source(case.network), case.network, data, case.calibration)
        records += [_measure(subject, batch, threads, Plan.of(quick)) for batch, threads in case.runs]
    if (mean := mean_ratio(records)) is not None:
        print(f"MLPerf Tiny: geometric mean of the ratios to LiteRT {mean:.3f}")
    return records


def _measure(subject: QuantizedSubject, batch: int, threads: int, plan: Plan) -> dict[str, Any]:
    workers = workshop.start(NAMES)
    try:
        record = compare(subject, workers, batch, threads, plan, PIECES if batch > 1 else (), agreement.check_integers)
    finally:
        for worker in workers:
            worker.close()
    for name in ("LiteRT", workshop.FLOATS):
        ratio = record["beside"][name]
        print(f"  Apus / {name} {ratio['ratio']:.3f} ({ratio['lower']:.3f} to {ratio['upper']:.3f})")
    # In decibels: how far codes of 8 bits are from single precision.
    record["signal_to_noise"] = record.pop("differences")
    print("  signal to noise: " + ", ".join(f"{name} {value:.1f}" for name, value in record["signal_to_noise"].items()) + " dB")
    return record


def _source(network: str) -> pathlib.Path:
    """The network's model or spec; that of ResNet-50 is written."""
    if network == MNIST.stem:
        return MNIST
    if network != "resnet50":
        return MODELS / f"{network}.graph"
    folder = workshop.SCRATCH / "integers"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "resnet50.graph"
    path.write_text(resnet50())
    return path
