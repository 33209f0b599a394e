"""Training epochs of three networks beside PyTorch and TensorFlow, on one thread and on two."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys
from typing import Any

from harness import workshop
from harness.rounds import summary
from harness.train_table import speed_ups
from harness.worker import Worker
from training import pictures
from training.recipes import RATE, RECIPES, Recipe

ROUNDS = 3
THREADS = (1, 2)
SCRIPTS = {"TensorFlow": "train_tensorflow.py", "PyTorch": "train_pytorch.py"}
# The ways that are tried; the quickest in the warm-up stays. XLA and torch.compile are left out where convolutions take the time:
# XLA's epochs are two to three times as long as those of TensorFlow's own graph, and those of torch.compile are longer than without.
_CONVOLUTIONS = {"TensorFlow": ("graph",), "PyTorch": ("contiguous", "channels-last")}
VARIANTS = {
    "mnist-cnn": _CONVOLUTIONS, "resnet8": _CONVOLUTIONS,
    "char-transformer": {"TensorFlow": ("graph", "xla"), "PyTorch": ("contiguous", "compiled")}}


def train(quick: bool, only: str = "") -> list[dict[str, Any]]:
    """Epochs of mnist-cnn, resnet8 and char-transformer: for each a record for one thread and one for two.

    mnist-cnn needs MNIST in the folder APUS_DATA/mnist, or in data/mnist.
    """
    chosen = [recipe for recipe in RECIPES.values() if only in recipe.network]
    if not chosen:
        raise SystemExit(f"train: no network has '{only}' in its name; there are {', '.join(RECIPES)}")
    records = []
    for recipe in chosen:
        data = _data(recipe)
        own = [_compare(recipe, data, threads, 1 if quick else ROUNDS) for threads in THREADS]
        print(f"{recipe.network}: two threads are {speed_ups(own)[recipe.network]:.2f} times as quick as one", flush=True)
        records += own
    return records


def _data(recipe: Recipe) -> pathlib.Path:
    """What apus-train and the peers read."""
    if recipe.length > 1:
        return workshop.PROJECT / "docs"
    if recipe.network == "resnet8":
        folder = workshop.SCRATCH / "pictures"
        pictures.write(folder, recipe.samples)
        return folder
    folder = pathlib.Path(os.environ.get("APUS_DATA", workshop.PROJECT / "data")) / "mnist"
    if not folder.exists():
        raise SystemExit(f"there is no {folder}: run Tools/fetch-data mnist, or set APUS_DATA")
    return folder


def _compare(recipe: Recipe, data: pathlib.Path, threads: int, rounds: int) -> dict[str, Any]:
    workers: dict[str, Worker] = {}
    losses: dict[str, float] = {}
    variants: dict[str, str] = {}
    try:
        for name in SCRIPTS:
            workers[name], losses[name], variants[name] = _quickest(name, recipe, data, threads)
        times: dict[str, list[float]] = {name: [] for name in ["Apus", *workers]}
        for _ in range(rounds):
            seconds, losses["Apus"] = _own_epoch(recipe, data, threads)
            times["Apus"].append(seconds)
            for name, worker in workers.items():
                times[name].append(worker.epoch()[0])
    finally:
        for worker in workers.values():
            worker.close()
    for name, loss in losses.items():
        # What is no number must not pass either.
        if not loss <= recipe.greatest_first_loss:
            raise SystemExit(
                f"train: {name} ends its first epoch of {recipe.network} with a loss of {loss:.2f}: it doesn't learn")
    record = summary(times, {"Apus"})
    ratio = record["ratios"]["Apus"]["ratio"]
    print(f"{recipe.network}, {threads} threads: "
          + ", ".join(f"{name} {time:.2f} s ({recipe.units / time:,.0f} {recipe.unit}/s)"
                      for name, time in record["median"].items())
          + f"; ratio to {record['best_peer']} ({variants[record['best_peer']]}) {ratio:.3f}", flush=True)
    return {"network": recipe.network, "description": recipe.description, "batch": recipe.batch, "threads": threads,
            "units": recipe.units, "unit": recipe.unit, "variants": variants, "first_loss": losses, **record}


def _quickest(name: str, recipe: Recipe, data: pathlib.Path, threads: int) -> tuple[Worker, float, str]:
    """The peer in its quickest way after two epochs, in the first of which it compiles; the loss of the first, and the way."""
    best: tuple[float, Worker, float, str] | None = None
    environment = {**workshop.environment(), "TORCHINDUCTOR_CACHE_DIR": str(workshop.SCRATCH / "inductor")}
    for variant in VARIANTS[recipe.network][name]:
        command = [
            sys.executable, str(workshop.PEERS / "training" / SCRIPTS[name]), recipe.network, str(data), str(threads), variant]
        worker = Worker(name, command, environment, workshop.SCRATCH / f"{name}-{recipe.network}-{variant}.log")
        loss = worker.epoch()[1]
        seconds = worker.epoch()[0]
        if best is None or seconds < best[0]:
            if best is not None:
                best[1].close()
            best = (seconds, worker, loss, variant)
        else:
            worker.close()
    assert best is not None
    return best[1], best[2], best[3]


def _own_epoch(recipe: Recipe, data: pathlib.Path, threads: int) -> tuple[float, float]:
    """Seconds of the second of two epochs, as apus-train says them, and the loss of the first."""
    run = workshop.SCRATCH / "training-run"
    shutil.rmtree(run, ignore_errors=True)
    target = os.environ.get("APUS_TARGET")
    workshop.run([
        workshop.TOOLS / "apus-train", workshop.PROJECT / f"Models/{recipe.network}.graph", "--data", data, "--out", run,
        "--batch", recipe.batch, "--limit", recipe.samples, "--learning-rate", RATE, "--noise", recipe.noise,
        "--epochs", 2, "--select-on", "last", "--threads", threads, *(["--target", target] if target else [])])
    epochs = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return epochs[1]["seconds"], epochs[0]["train_loss"]
