"""One sample on one thread and on two: large networks, and small ones of every kind of layer."""

from __future__ import annotations

import math
import statistics
from typing import Any

from harness import workshop
from harness.rounds import Plan
from harness.worker import Worker
from parts.comparison import compare
from parts.thread_networks import NETWORKS

NAMES = {"Apus", "ONNX Runtime", "OpenVINO"}


def threads(quick: bool) -> list[dict[str, Any]]:
    """One sample on one thread and on two, beside the peers that share one."""
    folder = workshop.SCRATCH / "threads"
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan.of(quick)
    records: list[dict[str, Any]] = []
    for network in NETWORKS:
        source = workshop.PROJECT / "Models" / f"{network.name}.graph"
        if network.spec is not None:
            source = folder / f"{network.name}.graph"
            source.write_text(network.spec)
        subject = workshop.Subject(source, network.name)
        estimates = subject.estimates(2)
        for count in (1, 2):
            workers: list[Worker] = workshop.start(NAMES)
            try:
                records.append({"estimate": estimates[count], **compare(subject, workers, 1, count, plan)})
            finally:
                for worker in workers:
                    worker.close()
    for count in (1, 2):
        print(f"{count} threads: geometric mean of the ratios {mean_ratio(records, count):.3f}")
    return records


def mean_ratio(records: list[dict[str, Any]], count: int) -> float:
    """The geometric mean of our ratios to the best peer, on so many threads."""
    ratios = [record["ratios"]["Apus"]["ratio"] for record in records if record["threads"] == count]
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def speed_ups(records: list[dict[str, Any]]) -> dict[str, tuple[int, float]]:
    """Of each network: its multiply-adds, and our time on one thread over that on two."""
    times = {(record["network"], record["threads"]): record["median"]["Apus"] for record in records}
    return {
        record["network"]: (record["multiply_adds"], times[record["network"], 1] / times[record["network"], 2])
        for record in records if record["threads"] == 2}
