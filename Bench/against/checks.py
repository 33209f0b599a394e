"""What is the same each time: sizes of arenas, bits on any number of threads, allocations."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

from checkout import Checkout, CheckoutError


@dataclasses.dataclass(frozen=True)
class Arena:
    """The bytes of an arena and the least that it could have, on both sides."""

    model: str
    plan: str
    old: tuple[int, int, bool]
    new: tuple[int, int, bool]

    @property
    def verdict(self) -> str:
        """Worse where it grew, or where it is not proven any more that it can't be smaller."""
        if self.new[0] > self.old[0] or self.old[2] and not self.new[2]:
            return "worse"
        return "equal" if self.new == self.old else "better" if self.new[0] < self.old[0] else "other bound"


def arenas(specs: dict[str, pathlib.Path], old: Checkout, new: Checkout) -> list[Arena]:
    """The arenas of a sample, of 128, and of a training step where the model can be trained."""
    found = []
    for model, spec in specs.items():
        for plan, arguments in [("1", ["--batch", 1]), ("128", ["--batch", 128]), ("training", ["--batch", 128, "--training"])]:
            try:
                sizes = [_sizes(side, spec, arguments) for side in (old, new)]
            except CheckoutError:
                continue
            found.append(Arena(model, plan, sizes[0], sizes[1]))
    return found


def _sizes(side: Checkout, spec: pathlib.Path, arguments: list[Any]) -> tuple[int, int, bool]:
    plan = json.loads(side.run("apus-compile", spec, *arguments, "--json"))
    plan = plan.get("training", plan) if "--training" in arguments else plan
    return plan["activation_bytes"], plan["bound_bytes"], plan["optimal"]


def bits(side: Checkout, scratch: pathlib.Path) -> bool:
    """Whether training on one thread and on two ends in the same bytes."""
    files = []
    for threads in (1, 2):
        run = scratch / f"threads-{threads}"
        side.run("apus-train", side.root / "Models/mnist-cnn-small.graph", "--data", "digits", "--digits-count", 1200,
                 "--epochs", 2, "--shift", 1, "--threads", threads, "--out", run)
        files.append((run / "best.apus").read_bytes())
    return files[0] == files[1]


def allocations(side: Checkout, models: list[str]) -> list[str]:
    """The lines of those runs that allocate memory."""
    printed = side.run("allocation-count", *models)
    lines = printed.splitlines()
    if not lines or lines[-1] != "counter works":
        raise CheckoutError("the counter of allocations doesn't work")
    return [line for line in lines[:-1] if not line.endswith(" 0")]
