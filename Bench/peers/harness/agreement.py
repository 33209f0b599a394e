"""Whether all runtimes give the same answers."""

from __future__ import annotations

import numpy

from harness.workshop import OURS, SCRATCH, Subject, file_name
from harness.worker import Worker

# Of the greatest number in the answers: sums of thousands of products in single precision, in other orders.
TOLERANCE = 1e-4
# Of plans that are permitted larger rounding errors.
APPROXIMATE_TOLERANCE = 1e-3


def check(subject: Subject, workers: list[Worker], batch: int) -> dict[str, float]:
    """How far each runtime's answers are from ours, as a part of the greatest number in ours.

    Raises SystemExit where one is farther than the tolerance.
    """
    answers = {}
    for worker in workers:
        worker.run(1)
        values = worker.output(SCRATCH / f"answers-{file_name(worker.name)}.f32")
        values = values.reshape(batch, *_shape(subject, worker))
        answers[worker.name] = values.transpose(0, 3, 1, 2) if _is_channels_last(subject, worker) else values
    reference = next(values for name, values in answers.items() if name in OURS)
    scale = float(numpy.abs(reference).max())
    differences = {name: float(numpy.abs(values - reference).max()) / scale for name, values in answers.items()}
    for name, difference in differences.items():
        if not difference <= (APPROXIMATE_TOLERANCE if "approximate" in name else TOLERANCE):
            raise SystemExit(f"{subject.name}: the answers of {name} differ by {difference:.1e} of the greatest number")
    return differences


def _is_channels_last(subject: Subject, worker: Worker) -> bool:
    return worker.name == "LiteRT" and len(subject.network.output_shape) == 3


def _shape(subject: Subject, worker: Worker) -> list[int]:
    shape = subject.network.output_shape
    return [*shape[1:], shape[0]] if _is_channels_last(subject, worker) else shape
