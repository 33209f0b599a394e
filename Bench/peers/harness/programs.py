"""The programs in C beside the workers, compiled where they are needed, and what measures a whole process."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import subprocess
import sysconfig

from harness import workshop


class ProgramError(Exception):
    """A program has failed; its errors are the description."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What a process printed, the seconds from its start to its end, and its largest resident size in bytes."""

    printed: str
    seconds: float
    peak_bytes: int


def packages() -> pathlib.Path:
    """The folder of the installed packages of Python."""
    return pathlib.Path(sysconfig.get_paths()["purelib"])


def onnxruntime_library() -> pathlib.Path:
    """The wheel's library, under the shorter name by which a program looks for it."""
    library = next((packages() / "onnxruntime/capi").glob("libonnxruntime.so.*"))
    named = workshop.SCRATCH / "libonnxruntime.so.1"
    named.unlink(missing_ok=True)
    named.symlink_to(library)
    return named


def built(name: str, flags: list[object]) -> pathlib.Path:
    """A program of Bench/peers/programs; flags name the library that it is linked with, and finds when it starts."""
    workshop.SCRATCH.mkdir(parents=True, exist_ok=True)
    source, program = workshop.PEERS / f"programs/{name}.c", workshop.SCRATCH / name
    paths = [f"-Wl,-rpath,{flag.parent}" for flag in flags if isinstance(flag, pathlib.Path)]
    options = ["-O2", "-Wall", "-Wextra", "-Wl,--allow-shlib-undefined"]
    workshop.run(["cc", *options, "-o", program, source, *flags, *paths])
    return program


@functools.cache
def _launcher() -> pathlib.Path:
    return built("process_peak", [])


def measured(command: list[object]) -> Run:
    """Runs a process that nobody else shares.

    Raises ProgramError where it fails.
    """
    figures = workshop.SCRATCH / "process-peak.txt"
    done = subprocess.run(
        [str(part) for part in (_launcher(), figures, *command)], capture_output=True, text=True)
    if done.returncode:
        raise ProgramError(f"{pathlib.Path(str(command[0])).name}: {(done.stderr or done.stdout).strip()}")
    nanoseconds, peak_bytes = figures.read_text().split()
    return Run(done.stdout, int(nanoseconds) / 1e9, int(peak_bytes))
