"""Whether all runtimes give the same answers."""

from __future__ import annotations

import math

import numpy

from harness.workshop import FLOATS, OURS, SCRATCH, Subject, file_name
from harness.worker import Worker

# Of the greatest number in the answers: sums of thousands of products in single precision, in other orders.
TOLERANCE = 1e-4
# Of plans that are permitted larger rounding errors.
APPROXIMATE_TOLERANCE = 1e-3
# In decibels, of answers in 8 bits beside those in single precision.
LEAST_SIGNAL_TO_NOISE = 10.0
# And beside those of who has the same codes and rounds in the same places. OpenVINO has them too, but doesn't round what it adds.
SAME_CODES, LEAST_OF_SAME_CODES = "ONNX Runtime", 20.0


def check(subject: Subject, workers: list[Worker], batch: int) -> dict[str, float]:
    """How far each runtime's answers are from ours, as a part of the greatest number in ours.

    Raises SystemExit where one is farther than the tolerance.
    """
    answers = _answers(subject, workers, batch)
    reference = next(values for name, values in answers.items() if name in OURS)
    differences = {name: difference(values, reference) for name, values in answers.items()}
    for name, distance in differences.items():
        if not distance <= (APPROXIMATE_TOLERANCE if "approximate" in name else TOLERANCE):
            raise SystemExit(f"{subject.name}: the answers of {name} differ by {distance:.1e} of the greatest number")
    return differences


def check_integers(subject: Subject, workers: list[Worker], batch: int) -> dict[str, float]:
    """The signal to noise of each runtime's answers in 8 bits, in decibels: the noise is what they differ by from ours in single
    precision.

    Raises SystemExit where it is less than ``LEAST_SIGNAL_TO_NOISE``, or where ONNX Runtime, which has our codes, answers otherwise.
    """
    answers = _answers(subject, workers, batch)
    reference = answers.pop(FLOATS)
    decibels = {name: signal_to_noise(values, reference) for name, values in answers.items()}
    for name, signal in decibels.items():
        if not signal >= LEAST_SIGNAL_TO_NOISE:
            raise SystemExit(f"{subject.name}: the signal to noise of the answers of {name} in 8 bits is {signal:.1f} dB")
    signal = signal_to_noise(answers["Apus"], answers[SAME_CODES])
    if not signal >= LEAST_OF_SAME_CODES:
        raise SystemExit(f"{subject.name}: {SAME_CODES} has our codes, but beside its answers ours have {signal:.1f} dB")
    return decibels


def signal_to_noise(values: numpy.ndarray, reference: numpy.ndarray) -> float:
    """Ten times the decimal logarithm of the ratio of powers: of the right numbers, and of what others differ by from them."""
    signal = float(numpy.square(reference, dtype=numpy.float64).sum())
    noise = float(numpy.square(values.astype(numpy.float64) - reference).sum())
    return 10 * math.log10(signal / noise) if signal > 0 and noise > 0 else float("inf" if noise == 0 else "-inf")


def _answers(subject: Subject, workers: list[Worker], batch: int) -> dict[str, numpy.ndarray]:
    """What each runtime answers, as [batch, ...] with channels first."""
    answers = {}
    for worker in workers:
        worker.run(1)
        values = worker.output(SCRATCH / f"answers-{file_name(worker.name)}.f32")
        values = values.reshape(batch, *_shape(subject, worker))
        answers[worker.name] = values.transpose(0, 3, 1, 2) if _is_channels_last(subject, worker) else values
    return answers


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
