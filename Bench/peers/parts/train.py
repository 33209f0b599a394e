"""One training epoch of the seed recipe: 60,000 images of MNIST, batches of 128, Adam with 0.003, noise of 0.1."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys
from typing import Any

from harness import workshop
from harness.rounds import summary
from harness.worker import Worker

ROUNDS = 3
# Each peer with the ways that are tried; the quickest in the warm-up stays. XLA takes three times as long as
# TensorFlow's own graph here, which is why it isn't tried each time.
PEERS = {
    "TensorFlow": ("train_tensorflow.py", ("graph",)), "PyTorch": ("train_pytorch.py", ("contiguous", "channels-last"))}
# An epoch that learns ends its first pass below this, and one that doesn't stays near the logarithm of ten, 2.3.
GREATEST_FIRST_LOSS = 0.5


def train(quick: bool) -> list[dict[str, Any]]:
    """A record for one thread and one for two. Needs MNIST in the folder APUS_DATA/mnist, or in data/mnist."""
    data = pathlib.Path(os.environ.get("APUS_DATA", workshop.PROJECT / "data")) / "mnist"
    if not data.exists():
        raise SystemExit(f"there is no {data}: run Tools/fetch-data mnist, or set APUS_DATA")
    return [_compare(data, threads, 1 if quick else ROUNDS) for threads in (1, 2)]


def _compare(data: pathlib.Path, threads: int, rounds: int) -> dict[str, Any]:
    workers: dict[str, Worker] = {}
    losses: dict[str, float] = {}
    try:
        for name in PEERS:
            workers[name], losses[name] = _quickest(name, data, threads)
        times: dict[str, list[float]] = {name: [] for name in ["Apus", *workers]}
        for _ in range(rounds):
            seconds, losses["Apus"] = _own_epoch(data, threads)
            times["Apus"].append(seconds)
            for name, worker in workers.items():
                times[name].append(worker.epoch()[0])
    finally:
        for worker in workers.values():
            worker.close()
    for name, loss in losses.items():
        if loss > GREATEST_FIRST_LOSS:
            raise SystemExit(f"train: {name} ends its first epoch with a loss of {loss:.2f}: it doesn't learn")
    record = summary(times, {"Apus"})
    ratio = record["ratios"]["Apus"]["ratio"]
    print(f"{threads} threads: " + ", ".join(f"{name} {time:.2f} s" for name, time in record["median"].items())
          + f"; ratio to {record['best_peer']} {ratio:.3f}", flush=True)
    return {"threads": threads, "first_loss": losses, **record}


def _quickest(name: str, data: pathlib.Path, threads: int) -> tuple[Worker, float]:
    """The peer in its quickest way after two epochs, in the first of which it compiles, and the loss of the first."""
    script, variants = PEERS[name]
    best: tuple[float, Worker, float] | None = None
    for variant in variants:
        command = [sys.executable, str(workshop.PEERS / "training" / script), str(data), str(threads), variant]
        worker = Worker(name, command, workshop.environment(), workshop.SCRATCH / f"{name}-{variant}.log")
        loss = worker.epoch()[1]
        seconds = worker.epoch()[0]
        if best is None or seconds < best[0]:
            if best is not None:
                best[1].close()
            best = (seconds, worker, loss)
        else:
            worker.close()
    assert best is not None
    return best[1], best[2]


def _own_epoch(data: pathlib.Path, threads: int) -> tuple[float, float]:
    """Seconds of the second of two epochs, as apus-train says them, and the loss of the first."""
    run = workshop.SCRATCH / "training-run"
    shutil.rmtree(run, ignore_errors=True)
    target = os.environ.get("APUS_TARGET")
    workshop.run([
        workshop.TOOLS / "apus-train", workshop.PROJECT / "Models/mnist-cnn.graph", "--data", data, "--out", run,
        "--epochs", 2, "--select-on", "last", "--threads", threads, *(["--target", target] if target else [])])
    epochs = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    return epochs[1]["seconds"], epochs[0]["train_loss"]
