"""Latency of mnist-cnn and of other networks, and throughput of mnist-cnn."""

from __future__ import annotations

import pathlib
from typing import Any

from harness import workshop
from harness.rounds import Plan
from harness.worker import Worker
from parts.comparison import compare

MODELS = workshop.PROJECT / "Models"
MNIST = MODELS / "mnist-cnn.apus"
# The four networks of MLPerf Tiny (Banbury et al., 2021), and the project's smaller ones.
OTHERS = ("resnet8", "mobilenet-v1-025", "ds-cnn", "autoencoder", "lenet5", "mlp")


def latency(quick: bool) -> list[dict[str, Any]]:
    """mnist-cnn with its trained weights, one picture at a time, on one thread."""
    return _measure([MNIST], [(1, 1)], quick)


def models(quick: bool) -> list[dict[str, Any]]:
    """The other networks, one sample at a time, on one thread."""
    return _measure([MODELS / f"{name}.graph" for name in OTHERS], [(1, 1)], quick)


def throughput(quick: bool) -> list[dict[str, Any]]:
    """mnist-cnn in large batches, on one and on two threads."""
    return _measure([MNIST], [(batch, threads) for batch in (128, 1024) for threads in (1, 2)], quick, (1, 16, 128))


def _measure(
    files: list[pathlib.Path], cases: list[tuple[int, int]], quick: bool, pieces: tuple[int, ...] = ()
) -> list[dict[str, Any]]:
    workers: list[Worker] = []
    try:
        records = []
        for file in files:
            subject = workshop.Subject(file, file.stem)
            for batch, threads in cases:
                # New processes for each number of threads: OpenMP keeps the threads that it once had.
                for worker in workers:
                    worker.close()
                workers = workshop.start()
                record = compare(subject, workers, batch, threads, Plan.of(quick), pieces)
                records.append({"peak_gflops": subject.peak(), **record})
        return records
    finally:
        for worker in workers:
            worker.close()
