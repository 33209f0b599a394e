#!/usr/bin/env python3
"""Trains on ranks that talk over slow links, and compares bytes and times of a step with the model of docs/SCALING.md.

Each rank is in a network namespace of its own, on this machine; the links between them are those of network.c, which needs no module of
the kernel but tun. Root is needed. Ranks have one thread each, and share the machine's processors where there are fewer: the model counts
that. Times are only worth something on a machine that does nothing else."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import launch  # noqa: E402

BATCH, SHARDS, STEPS, EPOCHS = 128, 8, 12, 4
DATA = ["--data", "digits", "--data-count", BATCH * STEPS, "--batch", BATCH, "--shards", SHARDS, "--select-on", "last", "--epochs", EPOCHS,
        "--noise", 0, "--threads", 1, "--patience", 0]
MODELS = {
    "mnist-cnn": [ROOT / "Models/mnist-cnn.graph"],
    "resnet8": [ROOT / "Models/resnet8.graph", "--set", "image_size=28", "--set", "channels=1"],
}
# Exchanges of a step that wait for each other, beside the one behind the body: two for each batch norm, one for a layer that several
# ranks own, and one that brings the parameters back.
ROUNDS = {"mnist-cnn": 3, "resnet8": 2 + 2 * 9}
# Trips over the network that a message takes: one where it is small, and a question and an answer before where it is large.
EAGER = 65536


@dataclasses.dataclass(frozen=True)
class Link:
    bits: float
    delay: float

    def __str__(self) -> str:
        return f"{self.bits / 1e6:.0f} Mbit/s, {1e3 * self.delay:g} ms"


@contextlib.contextmanager
def network(ranks: int, link: Link, program: pathlib.Path):
    """Namespaces apus-1 to apus-N, with links between them."""
    def ip(*words: object, space: int = 0) -> None:
        inside = ["ip", "netns", "exec", f"apus-{space}"] if space else []
        subprocess.run([*inside, "ip", *map(str, words)], check=True, capture_output=True)

    switch = None
    try:
        for space in range(1, ranks + 1): ip("netns", "add", f"apus-{space}")
        switch = subprocess.Popen([program, str(ranks + 1), str(link.bits), str(1e6 * link.delay)], stdout=subprocess.PIPE, text=True)
        if switch.stdout.readline() != "ready\n": sys.exit("measure_scaling: the links can't be made")
        for space in range(ranks + 1):
            # The switch counts modulo 64.
            ip("address", "add", f"10.77.0.{space or 64}/24", "dev", "apus", space=space)
            ip("link", "set", "apus", "mtu", 9000, "up", space=space)
            if space: ip("link", "set", "lo", "up", space=space)
        yield
    finally:
        if switch:
            switch.terminate()
            switch.wait()
        for space in range(1, ranks + 1): subprocess.run(["ip", "netns", "delete", f"apus-{space}"], capture_output=True)


def received(space: int) -> int:
    """Bytes that have come to a rank."""
    lines = subprocess.run(["ip", "netns", "exec", f"apus-{space}", "cat", "/proc/net/dev"], check=True, capture_output=True, text=True)
    return next(int(line.split()[1]) for line in lines.stdout.splitlines() if line.strip().startswith("apus:"))


@dataclasses.dataclass
class Measurement:
    seconds: float
    bytes: float = 0


def measure(trainer: str, name: str, ranks: int, folder: pathlib.Path) -> Measurement:
    """Seconds of a step, the shortest epoch's, and bytes that come to a rank in it, over the network that is there."""
    words = [trainer, *map(str, [*MODELS[name], *DATA, "--out", folder / "run", "--overwrite"])]
    if ranks == 1:
        command = [*launch.mpirun(1), *words]
    else:
        # Each rank is named by itself.
        command = launch.mpirun(1, ["--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "10.77.0.0/24"])[:-2]
        for space in range(1, ranks + 1):
            command = [*command, *([":"] if space > 1 else []), "-n", "1", "ip", "netns", "exec", f"apus-{space}", *words]
    before = [received(space) for space in range(1, ranks + 1)] if ranks > 1 else [0]
    environment = os.environ | {"PMIX_MCA_ptl_tcp_if_include": "10.77.0.0/24"} if ranks > 1 else None
    end = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    if end.returncode: sys.exit(f"measure_scaling: {end.stdout}{end.stderr}")
    after = [received(space) for space in range(1, ranks + 1)] if ranks > 1 else [0]
    history = [json.loads(line) for line in (folder / "run/history.jsonl").read_text().splitlines()]
    total = sum(b - a for a, b in zip(before, after)) / ranks
    return Measurement(min(line["seconds"] for line in history) / STEPS, total / (STEPS * EPOCHS))


def parameter_bytes(folder: pathlib.Path) -> int:
    """Of a run by Adam: the checkpoint has each number and its two moments."""
    return (folder / "run/checkpoint").stat().st_size // 3


def predict(name: str, alone: float, parameters: int, ranks: int, link: Link, cores: int) -> tuple[float, float, float]:
    """Bytes that come to a rank; seconds of a step, where no exchange is hidden behind the backward pass, and where the first one is."""
    most = -(-SHARDS // ranks)
    sums = (SHARDS - SHARDS / ranks) * parameters / ranks
    # The large layer's sums, and the parameters.
    back = parameters * (ranks - 1) / ranks
    count = sums + (2 * back if name == "mnist-cnn" else back)
    compute = alone * most / SHARDS * max(1, ranks / cores)
    sent = most * parameters * (ranks - 1) / ranks
    seconds = lambda size: 8 * size / link.bits + link.delay * (3 if size / max(1, ranks - 1) > EAGER else 1)
    first = seconds(max(sums, sent))
    rest = seconds(back) * (2 if name == "mnist-cnn" else 1) + (ROUNDS[name] - (2 if name == "mnist-cnn" else 1)) * link.delay
    return count, compute + first + rest, max(compute, first) + rest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trainer", help="apus-train-mpi")
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--ranks", nargs="*", type=int, default=[2, 3, 4])
    options = parser.parse_args()
    if os.geteuid(): sys.exit("measure_scaling: network namespaces need root")
    trainer, cores = str(pathlib.Path(options.trainer).resolve()), len(os.sched_getaffinity(0))
    links = [Link(1e9, 0), Link(1e8, 0), Link(1e9, 2e-3), Link(1e9, 10e-3)]
    with tempfile.TemporaryDirectory(prefix="apus-scaling-") as temporary:
        folder = pathlib.Path(temporary)
        program = folder / "network"
        subprocess.run(["gcc", "-O2", "-o", program, HERE / "network.c"], check=True)
        print(f"{cores} processors, load {os.getloadavg()[0]:.1f}")
        for name in options.models:
            alone = measure(trainer, name, 1, folder).seconds
            parameters = parameter_bytes(folder)
            print(f"\n{name}: {parameters} bytes of parameters, {1e3 * alone:.1f} ms a step on one rank\n")
            print("| link | ranks | KB to each rank, model | measured | ms a step, model | measured |\n|---|---|---|---|---|---|")
            for link in links:
                for ranks in options.ranks:
                    with network(ranks, link, program): found = measure(trainer, name, ranks, folder)
                    count, slow, quick = predict(name, alone, parameters, ranks, link, cores)
                    print(f"| {link} | {ranks} | {count / 1e3:.0f} | {found.bytes / 1e3:.0f} | {1e3 * quick:.1f} to {1e3 * slow:.1f} | "
                          f"{1e3 * found.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
