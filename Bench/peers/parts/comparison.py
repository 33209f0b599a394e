"""What several parts do: one network, all runtimes, so many samples, so many threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness import agreement
from harness.rounds import Plan, interleave, ratios, summary
from harness.worker import Worker
from harness.workshop import FLOATS, OURS, Subject

OWN = OURS | {FLOATS}
Check = Callable[[Subject, list[Worker], int], dict[str, float]]
TRIAL_MILLISECONDS = 100


def compare(
    subject: Subject, workers: list[Worker], batch: int, threads: int, plan: Plan, pieces: tuple[int, ...] = (),
    check: Check = agreement.check
) -> dict[str, Any]:
    """Times of one sample in microseconds, with the ratios to the best peer and to each, and what `check` says of the answers:
    their differences.

    A batch may be given to a peer in pieces of one of the sizes, whichever suits it best.
    """
    for worker in workers:
        subject.load(worker, batch, threads)
    differences = check(subject, workers, batch)
    sizes = {worker.name: _best_size(subject, worker, batch, threads, pieces) for worker in workers}
    times = interleave(workers, sizes, plan)
    record = summary(times.rounds, OWN)
    beside = {name: ratios(times.rounds, "Apus", name) for name in times.rounds if name != "Apus"}
    print(line(f"{subject.name}, batch {batch}, {threads} threads", record), flush=True)
    return {
        "network": subject.name, "batch": batch, "threads": threads, "multiply_adds": subject.multiply_adds,
        "pieces": sizes, "least": times.least, "differences": differences, "beside": beside, **record}


def _best_size(subject: Subject, worker: Worker, batch: int, threads: int, pieces: tuple[int, ...]) -> int:
    """The size with which a peer needs the least time for a sample; it stays loaded. ncnn takes samples one by one."""
    if worker.name in OWN or worker.name == "ncnn":
        return batch
    sizes = [size for size in pieces if size < batch] + [batch]
    trials = {}
    for size in sizes:
        if len(sizes) > 1:
            subject.load(worker, size, threads)
            worker.run(TRIAL_MILLISECONDS)
            trials[size] = worker.run(TRIAL_MILLISECONDS).median / size
    best = min(trials, key=trials.__getitem__, default=batch)
    if trials and best != batch:
        subject.load(worker, best, threads)
    return best


def line(title: str, record: dict[str, Any]) -> str:
    """One line to watch while it runs."""
    times = ", ".join(f"{name} {time:.2f}" for name, time in record["median"].items())
    ratios = ", ".join(
        f"{name} / {record['best_peer']} {ratio['ratio']:.3f} ({ratio['lower']:.3f} to {ratio['upper']:.3f})"
        for name, ratio in record["ratios"].items())
    return f"{title}: {times} µs; {ratios}"
