#!/usr/bin/env python3
"""Trains on 1 to 4 ranks, and compares checksums of all that a run leaves with those of one process; then kills ranks at random moments,
goes on with another number of ranks, and compares again.

A round that fails prints its seed and number: `--seed S --round N` does it again."""

from __future__ import annotations

import argparse
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "Tests/faults"))
sys.path.insert(0, str(HERE))

from runs import RECIPES, Failure, sums  # noqa: E402
import launch  # noqa: E402

DIGITS = ["--data", "digits", "--batch", 32, "--shift", 1]
# Models without and with batch norm, and what else an epilogue has: averages, clipping, sums of several batches.
MODELS = {
    "mnist-cnn": [ROOT / "Models/mnist-cnn.graph", *DIGITS, "--data-count", 300, "--held-out", 60, "--epochs", 2],
    "resnet8": [ROOT / "Models/resnet8.graph", "--set", "image_size=28", "--set", "channels=1", *DIGITS, "--data-count", 160,
                "--held-out", 40, "--epochs", 2],
    "normed": RECIPES["normed"],
    "rows": RECIPES["rows"],
}
# Long enough to be killed in.
KILLED = {
    "mnist-cnn": [*MODELS["mnist-cnn"], "--epochs", 12],
    "normed": [*RECIPES["normed"], "--epochs", 40],
}
SECONDS = 120


def words(recipe: list, folder: pathlib.Path, *more: object) -> list[str]:
    return [str(word) for word in [*recipe, "--patience", 0, "--target-accuracy", 2, "--threads", 1, "--out", folder, *more]]


def run(command: list[str]) -> None:
    end = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    if end.returncode:
        raise Failure(f"{' '.join(command)} ended with {end.returncode}\n{end.stdout}{end.stderr}")


def compare(found: dict, expected: dict, what: str) -> None:
    different = [name for name in expected if found.get(name) != expected[name]]
    if different or found.keys() != expected.keys():
        raise Failure(f"{what}: {', '.join(different) or 'other files'} differ from those of one process")


def check_numbers(tools: argparse.Namespace, folder: pathlib.Path) -> None:
    """The same bits on any number of ranks."""
    for name, recipe in MODELS.items():
        run([tools.plain, *words(recipe, folder / f"{name}-plain")])
        expected = sums(folder / f"{name}-plain")
        for count in range(1, tools.ranks + 1):
            place = folder / f"{name}-{count}"
            run([*launch.mpirun(count), tools.trainer, *words(recipe, place)])
            compare(sums(place), expected, f"{name} on {count} ranks")
        print(f"{name}: 1 to {tools.ranks} ranks end in the bits of one process", flush=True)
    check_report(tools, folder / f"mnist-cnn-{tools.ranks}")
    print("a run that is over has a whole report again", flush=True)


def check_report(tools: argparse.Namespace, folder: pathlib.Path) -> None:
    """Ranks that go on with a run that has come to its end answer together what its report shows."""
    report = folder / "report.html"
    parts = re.findall('<section id="([a-z-]+)"', report.read_text())
    if "confusion" not in parts: raise Failure(f"the report of {folder.name} has the parts {parts}")
    report.unlink()
    run([*launch.mpirun(tools.ranks), tools.trainer, *words(MODELS["mnist-cnn"], folder, "--resume")])
    again = re.findall('<section id="([a-z-]+)"', report.read_text())
    if again != parts: raise Failure(f"the report of {folder.name} has the parts {again} and had {parts}")


class Round:
    """Kills ranks of a run, as its random numbers say, and goes on until the run has come to its end."""

    def __init__(self, tools: argparse.Namespace, folder: pathlib.Path, seed: int, number: int):
        self.tools, self.folder = tools, folder / f"round-{number}"
        self.random = random.Random(f"{seed} {number}")
        self.name = self.random.choice(sorted(KILLED))
        self.recipe = [*KILLED[self.name], "--checkpoint-steps", self.random.choice([1, 2, 5])]

    def check(self, expected: dict[str, dict], seconds: dict[str, float]) -> str:
        kills = self.random.randint(1, 2)
        done = []
        for kill in range(kills + 1):
            count = self.random.randint(2, self.tools.ranks) if kill < kills else self.random.randint(1, self.tools.ranks)
            more = ["--resume"] if self.folder.is_dir() else []
            command = [*launch.mpirun(count), self.tools.trainer, *words(self.recipe, self.folder, *more)]
            if kill == kills:
                run(command)
                break
            moment = self.random.random() * seconds[self.name]
            victim = self.random.randrange(count)
            while not self.kill(command, count, victim, moment):
                # The run had ended: once more, and sooner.
                if kill > 0: break
                shutil.rmtree(self.folder)
                moment /= 2
            done.append(f"rank {victim} of {count} after {moment:.2f} s")
        compare(sums(self.folder), expected[self.name], f"{self.name}: {', '.join(done)}, then {count} ranks")
        return f"{self.name}: {', '.join(done)}, then {count}"

    def changed(self) -> int:
        """When the run was saved last; 0 where it was not."""
        path = self.folder / "checkpoint"
        return path.stat().st_mtime_ns if path.exists() else 0

    def kill(self, command: list[str], count: int, victim: int, moment: float) -> bool:
        """Kills a rank so many seconds after the run has begun; whether it had not ended before. The others must end soon, and say how
        to go on. Who dies before MPI has begun is a matter of mpirun."""
        before = self.changed()
        with tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            started = time.monotonic()
            while self.changed() == before and process.poll() is None:
                if time.monotonic() - started > SECONDS: raise Failure(f"nothing is saved within {SECONDS} s")
                time.sleep(0.002)
            time.sleep(moment)
            ranks = launch.ranks(process.pid)
            if len(ranks) == count: launch.kill(ranks[victim], signal.SIGKILL)
            began = time.monotonic()
            try:
                process.wait(30 if len(ranks) == count else SECONDS)
            except subprocess.TimeoutExpired:
                for rank in launch.ranks(process.pid): launch.kill(rank, signal.SIGKILL)
                process.kill()
                raise Failure("the others did not end within 30 s of a rank's death") from None
            took = time.monotonic() - began
            log.seek(0)
            text = log.read()
        if process.returncode == 0: return False
        if len(ranks) != count: raise Failure(f"it ended by itself with {process.returncode}\n{text}")
        # Where the first rank had just ended the run nothing is left to go on with.
        isOver = "all epochs are done" in text
        if not isOver and ("then go on: mpirun -n" not in text or "--resume" not in text):
            raise Failure(f"nobody said how to go on, {took:.1f} s after a rank was killed\n{text}")
        return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trainer", help="apus-train-mpi")
    parser.add_argument("plain", help="apus-train")
    parser.add_argument("--rounds", type=int, default=20, help="rounds of ranks that are killed")
    parser.add_argument("--round", type=int, help="only this one")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--ranks", type=int, default=4, help="the most ranks")
    tools = parser.parse_args()
    tools.trainer, tools.plain = (str(pathlib.Path(tool).resolve()) for tool in (tools.trainer, tools.plain))
    seed = int(time.time()) if tools.seed is None else tools.seed
    with tempfile.TemporaryDirectory(prefix="apus-ranks-") as temporary:
        folder = pathlib.Path(temporary)
        try:
            if tools.round is None: check_numbers(tools, folder)
            expected, seconds = {}, {}
            for name in KILLED:
                began = time.monotonic()
                run([tools.plain, *words(KILLED[name], folder / name)])
                expected[name], seconds[name] = sums(folder / name), time.monotonic() - began
            rounds = range(1, tools.rounds + 1) if tools.round is None else [tools.round]
            for number in rounds:
                try:
                    print(f"round {number}: {Round(tools, folder, seed, number).check(expected, seconds)}", flush=True)
                except Failure as failure:
                    raise Failure(f"seed {seed}, round {number}: {failure}") from None
        except Failure as failure:
            sys.exit(f"check_ranks: {failure}")
    print(f"all is as it should be (seed {seed})")


if __name__ == "__main__":
    main()
