"""Training runs: what is trained, how it is called, and what it leaves."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from disk import HERE, Disk

ROOT = HERE.parents[1]

# Between them: averages, plateaus and cosines, moments of all optimizers, sums of several batches, within-epoch choices of the
# best model, whatever it is chosen on.
RECIPES = {
    "normed": [
        HERE / "normed.graph", "--data", "digits", "--data-count", 160, "--held-out", 40, "--batch", 16, "--epochs", 6,
        "--average", 0.9, "--plateau-patience", 1, "--evaluate-steps", 2, "--shift", 1, "--accumulate", 2,
        "--clip-gradients", 1, "--learning-rate", 0.01,
    ],
    "rows": [
        ROOT / "Models/mlp-regression.graph", "--data", "friedman", "--data-count", 160, "--held-out", 40, "--batch", 16,
        "--epochs", 8, "--loss", "mean-squared-error", "--optimizer", "adamw", "--schedule", "cosine", "--warmup", 5, "--evaluate-steps", 3,
    ],
    "last": [
        HERE / "normed.graph", "--data", "digits", "--data-count", 120, "--batch", 16, "--epochs", 6, "--optimizer", "sgd",
        "--nesterov", "--learning-rate", 0.02, "--select-on", "last",
    ],
}
FILES = ["best.apus", "checkpoint", "history.jsonl", "report.html"]
# A name that a shell would take apart.
RUN = "the run's $HOME"
SECONDS = 120


class Failure(Exception):
    """Something that must not be."""


@dataclasses.dataclass
class End:
    """How a process ended: its exit code, or a signal as a negative number."""

    status: int
    output: str
    error: str

    @property
    def command(self) -> str | None:
        """The command that it said goes on."""
        found = re.findall(r"(?:to go on|then go on|then begin it): (.*)", self.output + self.error)
        return found[-1] if found else None

    def __str__(self) -> str:
        return f"ended with {self.status}\n{self.output}{self.error}"


class Process:
    """A trainer that runs. A command is words, or a line for a shell."""

    def __init__(self, command: list[str] | str, environment: dict[str, str], log: pathlib.Path):
        words = ["/bin/bash", "-c", "exec " + command] if isinstance(command, str) else command
        self._log = log
        with open(log.with_suffix(".out"), "w") as output, open(log.with_suffix(".err"), "w") as error:
            self._process = subprocess.Popen(words, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=output,
                                             stderr=error)
        self.id = self._process.pid

    def lives_for(self, seconds: float) -> bool:
        """Whether it still runs after so long."""
        try:
            self._process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            return True

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self, seconds: float = SECONDS) -> End:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._process.wait()
            raise Failure(f"a trainer did not end within {seconds} s") from None
        return End(self._process.returncode, self._log.with_suffix(".out").read_text(),
                   self._log.with_suffix(".err").read_text())


@dataclasses.dataclass(frozen=True)
class Call:
    """A recipe, and what its result does not depend on."""

    recipe: str
    # Steps between checkpoints; 0 for the ends of epochs alone.
    every: int
    threads: int
    tool: pathlib.Path

    def words(self, folder: pathlib.Path, *more: object) -> list[str]:
        saving = ["--checkpoint-steps", self.every] if self.every else []
        words = [self.tool, *RECIPES[self.recipe], *saving, "--patience", 0, "--target-accuracy", 2, "--threads",
                 self.threads, "--out", folder, *more]
        return [str(word) for word in words]


@dataclasses.dataclass(frozen=True)
class Reference:
    """A run that nothing happened to."""

    sums: dict[str, str]
    calls: int
    seconds: float


def reference(call: Call, disk: Disk, log: pathlib.Path) -> Reference:
    count = log.with_suffix(".count")
    began = time.monotonic()
    end = Process(call.words(disk.root / RUN), disk.environment(count=count), log).end()
    if end.status:
        raise Failure(f"the run without faults {end}")
    return Reference(sums(disk.root / RUN), int(count.read_text()), time.monotonic() - began)


def sums(folder: pathlib.Path) -> dict[str, str]:
    """Checksums of all that a run leaves, apart from what the history and the report say of time."""
    found = {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if path.name == "history.jsonl":
            lines = [json.loads(line) for line in content.splitlines()]
            for line in lines:
                for name in ("seconds", "images_per_second"):
                    # An evaluation within an epoch says nothing of time.
                    if "step" not in line:
                        del line[name]
            content = json.dumps(lines).encode()
        if path.name == "report.html":
            # It shows times, and how the run was called. What it tells is in the other files; it must be whole.
            content = content[-8:]
        found[path.name] = hashlib.sha256(content).hexdigest()
    return found


def difference(sums: dict[str, str], expected: dict[str, str]) -> str:
    """What of a run is other than expected; empty where nothing is."""
    names = sorted(name for name in sums.keys() | expected.keys() if sums.get(name) != expected.get(name))
    return ", ".join(
        f"{name} {'is left' if name not in expected else 'is missing' if name not in sums else 'differs'}" for name in names)
