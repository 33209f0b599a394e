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
import re
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
    """Of a step: seconds, those of the shortest epoch; bytes that came to the first rank; and what the trainer said of it before."""

    seconds: float
    bytes: float
    sums: int
    expected: int
    rounds: int


def measure(trainer: str, name: str, ranks: int, folder: pathlib.Path) -> Measurement:
    words = [trainer, *map(str, [*MODELS[name], *DATA, "--out", folder / "run", "--overwrite"])]
    if ranks == 1:
        command = [*launch.mpirun(1), *words]
    else:
        # Each rank is named by itself.
        command = launch.mpirun(1, ["--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "10.77.0.0/24"])[:-2]
        for space in range(1, ranks + 1):
            command = [*command, *([":"] if space > 1 else []), "-n", "1", "ip", "netns", "exec", f"apus-{space}", *words]
    before = received(1) if ranks > 1 else 0
    environment = os.environ | {"PMIX_MCA_ptl_tcp_if_include": "10.77.0.0/24"} if ranks > 1 else None
    end = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    if end.returncode: sys.exit(f"measure_scaling: {end.stdout}{end.stderr}")
    after = received(1) if ranks > 1 else 0
    history = [json.loads(line) for line in (folder / "run/history.jsonl").read_text().splitlines()]
    said = re.search(r"ranks: ([\d,]+) bytes of sums .*, ([\d,]+) bytes to a rank and (\d+) exchanges", end.stdout)
    sums, expected, rounds = (int(text.replace(",", "")) for text in said.groups())
    return Measurement(min(line["seconds"] for line in history) / STEPS, (after - before) / (STEPS * EPOCHS), sums, expected, rounds)


def predict(alone: float, found: Measurement, ranks: int, link: Link, cores: int) -> tuple[float, float]:
    """Seconds of a step: where the exchange of the sums is hidden behind the body as far as can be, and where none of it is."""
    most = -(-SHARDS // ranks)
    compute = alone * most / SHARDS * max(1, ranks / cores)
    came = (SHARDS - SHARDS / ranks) * found.sums / ranks
    went = most * found.sums * (ranks - 1) / ranks
    trips = 3 if max(came, went) / (ranks - 1) > EAGER else 1
    first = 8 * max(came, went) / link.bits + trips * link.delay
    rest = 8 * max(0, found.expected - came) / link.bits + (found.rounds - 1) * link.delay
    return max(compute, first) + rest, compute + first + rest


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
            alone = measure(trainer, name, 1, folder)
            print(f"\n{name}: {alone.sums} bytes of sums, {1e3 * alone.seconds:.1f} ms a step on one rank\n")
            print("| link | ranks | exchanges | KB to a rank, model | measured | ms a step, model | measured |\n|---|---|---|---|---|---|---|")
            for link in links:
                for ranks in options.ranks:
                    with network(ranks, link, program): found = measure(trainer, name, ranks, folder)
                    quick, slow = predict(alone.seconds, found, ranks, link, cores)
                    print(f"| {link} | {ranks} | {found.rounds} | {found.expected / 1e3:.0f} | {found.bytes / 1e3:.0f} | "
                          f"{1e3 * quick:.1f} to {1e3 * slow:.1f} | {1e3 * found.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
