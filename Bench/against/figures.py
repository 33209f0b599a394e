"""What is timed of a model: each figure is a command of the tools, and less is better."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import time
from collections.abc import Callable

from checkout import Checkout, CheckoutError

# Starts of a process whose median is one measurement.
STARTS = 20
# What is trained on digits, and how many digits an epoch has.
TRAINED, DIGITS = ["mnist-cnn", "mnist-cnn-small"], 4000


@dataclasses.dataclass(frozen=True)
class Figure:
    model: str
    name: str
    unit: str
    measure: Callable[[Checkout], float]


def figures(specs: dict[str, pathlib.Path], old: Checkout, new: Checkout, scratch: pathlib.Path) -> list[Figure]:
    """All figures of the models; both sides read the specs of the older one."""
    found = []
    for model, spec in specs.items():
        found.append(Figure(model, "one sample", "µs", _benchmark(spec, 1)))
        found.append(Figure(model, "128 samples", "µs", _benchmark(spec, 128)))
        found.append(Figure(model, "compiling", "ms", _compiling(spec)))
        starting = _starting(spec, scratch)
        if all(_answers(starting, side) for side in (old, new)):
            found.append(Figure(model, "start to answer", "ms", starting))
        if model in TRAINED:
            found.append(Figure(model, f"epoch of {DIGITS} digits", "s", _training(spec, scratch)))
    return [figure for figure in found if all(_answers(figure.measure, side) for side in (old, new))]


def _answers(measure: Callable[[Checkout], float], side: Checkout) -> bool:
    """Whether a side can do it at all; it warms its caches too."""
    try:
        measure(side)
    except CheckoutError:
        return False
    return True


def _benchmark(spec: pathlib.Path, batch: int) -> Callable[[Checkout], float]:
    def measure(side: Checkout) -> float:
        printed = side.run("apus-infer", spec, "--random-weights", "--benchmark", "--batch", batch, "--threads", 1, "--json")
        return float(json.loads(printed)["median_us"])

    return measure


def _compiling(spec: pathlib.Path) -> Callable[[Checkout], float]:
    def measure(side: Checkout) -> float:
        return min(float(json.loads(side.run("apus-compile", spec, "--json"))["compile_milliseconds"]) for _ in range(3))

    return measure


def _starting(spec: pathlib.Path, scratch: pathlib.Path) -> Callable[[Checkout], float]:
    """From the start of apus-infer to its answer about a picture, with a plan that is compiled once."""
    picture = spec.parent / "samples/07-seven.png"

    def measure(side: Checkout) -> float:
        plan = scratch / f"{spec.stem}-{side.root.name}.plan"
        if not plan.exists():
            side.run("apus-compile", spec, "-o", plan)
            side.run("apus-infer", plan, picture)
        times = []
        with open(os.devnull, "wb") as nowhere:
            arguments = [side.tool("apus-infer"), str(plan), str(picture)]
            actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1), (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)]
            for _ in range(STARTS):
                began = time.perf_counter()
                process = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=actions)
                _, status = os.waitpid(process, 0)
                times.append(time.perf_counter() - began)
                if status != 0:
                    raise CheckoutError(f"{side.name}: {spec.stem} answers no picture")
        return 1000 * statistics.median(times)

    return measure


def _training(spec: pathlib.Path, scratch: pathlib.Path) -> Callable[[Checkout], float]:
    def measure(side: Checkout) -> float:
        run = scratch / "epoch"
        shutil.rmtree(run, ignore_errors=True)
        side.run("apus-train", spec, "--data", "digits", "--digits-count", DIGITS, "--epochs", 1, "--select-on", "last",
                 "--threads", 1, "--out", run)
        return float(json.loads((run / "history.jsonl").read_text(encoding="utf-8").splitlines()[0])["seconds"])

    return measure
