"""Rounds in which every runtime has its turn, and what is made of their times."""

from __future__ import annotations

import dataclasses
import statistics
from typing import Any

from harness.worker import Worker


@dataclasses.dataclass
class Plan:
    """How long things are measured."""

    rounds: int
    warm_milliseconds: int
    milliseconds: int

    @staticmethod
    def of(quick: bool) -> Plan:
        return Plan(5, 10, 30) if quick else Plan(15, 25, 100)


@dataclasses.dataclass
class Times:
    """Of each runtime: what one unit of work took in each round, and the least that it ever took."""

    rounds: dict[str, list[float]]
    least: dict[str, float]


def interleave(workers: list[Worker], sizes: dict[str, int], plan: Plan) -> Times:
    """The median time of a sample in each round, in microseconds, where each runtime answers so many in a call.

    A turn begins with time that isn't counted: the others have had the caches.
    """
    times: dict[str, list[float]] = {worker.name: [] for worker in workers}
    least = {worker.name: float("inf") for worker in workers}
    for number in range(plan.rounds):
        # Nobody always comes after the same neighbour's full speed or rest.
        for worker in workers if number % 2 == 0 else reversed(workers):
            worker.run(plan.warm_milliseconds)
            timing = worker.run(plan.milliseconds)
            samples = sizes[worker.name] * 1000
            times[worker.name].append(timing.median / samples)
            least[worker.name] = min(least[worker.name], timing.least / samples)
    return Times(times, least)


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The median between the quartiles."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return lower, middle, upper


def best_peer(times: dict[str, list[float]], ours: set[str]) -> str:
    """The peer with the least median."""
    peers = {name: statistics.median(values) for name, values in times.items() if name not in ours}
    return min(peers, key=peers.__getitem__)


def ratios(times: dict[str, list[float]], name: str, peer: str) -> dict[str, float]:
    """The median of one's time over a peer's in the same round, and the quartiles about it."""
    lower, middle, upper = quartiles([own / other for own, other in zip(times[name], times[peer])])
    return {"ratio": middle, "lower": lower, "upper": upper}


def summary(times: dict[str, list[float]], ours: set[str]) -> dict[str, Any]:
    """What is kept of a comparison: the medians, and our ratios to the best peer."""
    peer = best_peer(times, ours)
    return {
        "median": {name: statistics.median(values) for name, values in times.items()},
        "best_peer": peer,
        "ratios": {name: ratios(times, name, peer) for name in times if name in ours},
    }
