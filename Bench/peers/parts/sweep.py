"""Single convolutions over 60 shapes, one sample at a time, on one thread."""

from __future__ import annotations

import math
from typing import Any

from harness import workshop
from harness.rounds import Plan
from parts.comparison import compare
from parts.sweep_shapes import SHAPES

WORST = 10


def sweep(quick: bool) -> list[dict[str, Any]]:
    """A record for each shape; with `quick` every fifth shape. Sixty of them have fewer rounds than the networks."""
    plan = Plan.of(True)
    workers = workshop.start()
    folder = workshop.SCRATCH / "sweep"
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    try:
        for shape in SHAPES[::5] if quick else SHAPES:
            spec = folder / f"{shape.name}.graph"
            spec.write_text(shape.spec)
            records.append(compare(workshop.Subject(spec, shape.name), workers, 1, 1, plan))
    finally:
        for worker in workers:
            worker.close()
    for name in sorted(workshop.OURS):
        print(f"{name}: geometric mean of the ratios {geometric_mean(records, name):.3f}")
    return records


def geometric_mean(records: list[dict[str, Any]], name: str) -> float:
    """Of our ratios to the best peer of each shape."""
    return math.exp(sum(math.log(record["ratios"][name]["ratio"]) for record in records) / len(records))


def worst(records: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The shapes in which the best peer is farthest ahead."""
    return sorted(records, key=lambda record: -record["ratios"][name]["ratio"])[:WORST]
