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
    differences = {name: difference(values, reference) for name, values in answers.items()}
    for name, distance in differences.items():
        if not distance <= (APPROXIMATE_TOLERANCE if "approximate" in name else TOLERANCE):
            raise SystemExit(f"{subject.name}: the answers of {name} differ by {distance:.1e} of the greatest number")
    return differences


def difference(values: numpy.ndarray, reference: numpy.ndarray) -> float:
    """How far numbers are from those that they should be, as a part of the greatest of these.

    Infinitely far where a whole number, which is a label, is another, or where there are others in number or type.
    """
    if values.shape != reference.shape or values.dtype != reference.dtype:
        return float("inf")
    if values.size == 0 or not numpy.issubdtype(values.dtype, numpy.floating):
        return 0 if numpy.array_equal(values, reference) else float("inf")
    distance = float(numpy.abs(values.astype(numpy.float64) - reference.astype(numpy.float64)).max())
    return distance / (float(numpy.abs(reference).max()) or 1)


def _is_channels_last(subject: Subject, worker: Worker) -> bool:
    return worker.name == "LiteRT" and len(subject.network.output_shape) == 3


def _shape(subject: Subject, worker: Worker) -> list[int]:
    shape = subject.network.output_shape
    return [*shape[1:], shape[0]] if _is_channels_last(subject, worker) else shape
