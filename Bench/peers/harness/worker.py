"""A runtime in a process of its own, asked over standard input and output."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import signal
import subprocess

import numpy

from harness.ports import Ports


class WorkerError(Exception):
    """A runtime refused a request, or its process ended."""


@dataclasses.dataclass
class Timing:
    """Calls in one turn; the least and the median time of one in nanoseconds."""

    calls: int
    least: int
    median: int


class Worker:
    """The process of one runtime. Between its turns it is stopped, so that threads that spin disturb nobody."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: pathlib.Path):
        self.name = name
        self._log = log.open("w")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, bufsize=1,
            env={**os.environ, **environment})
        self._running = True

    def load(self, model: pathlib.Path, samples: pathlib.Path, batch: int, threads: int) -> None:
        """Gets the runtime ready to answer the first `batch` samples of a file, or those in a folder of ports."""
        self._ask("load", str(model), str(samples), str(batch), str(threads))

    def run(self, milliseconds: int) -> Timing:
        """Lets the runtime answer its samples for so long."""
        calls, least, median = self._ask("run", str(milliseconds))
        return Timing(int(calls), int(least), int(median))

    def epoch(self) -> tuple[float, float]:
        """Trains for an epoch: its seconds and its mean loss."""
        seconds, loss = self._ask("epoch")
        return float(seconds), float(loss)

    def output(self, path: pathlib.Path) -> numpy.ndarray:
        """The answers of the last run, flat."""
        self._ask("output", str(path))
        return numpy.fromfile(path, "<f4")

    def outputs(self, ports: Ports, folder: pathlib.Path) -> dict[str, numpy.ndarray]:
        """The answers of the last run by their names, where the samples are in a folder: by way of files in another."""
        folder.mkdir(parents=True, exist_ok=True)
        self._ask("output", str(folder))
        return ports.read_outputs(folder)

    def close(self) -> None:
        """Ends the process."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGCONT)
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _ask(self, *request: str) -> list[str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        if self._process.poll() is not None:
            raise WorkerError(f"{self.name} has ended; {self._log.name} says why")
        os.kill(self._process.pid, signal.SIGCONT)
        try:
            self._process.stdin.write("\t".join(request) + "\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                state, *fields = line.rstrip("\n").split("\t")
                if state == "ok":
                    return fields
                if state == "error":
                    raise WorkerError(f"{self.name}: {' '.join(fields)}")
        except BrokenPipeError:
            pass
        finally:
            if self._process.poll() is None:
                os.kill(self._process.pid, signal.SIGSTOP)
        raise WorkerError(f"{self.name} has ended; {self._log.name} says why")
