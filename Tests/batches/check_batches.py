#!/usr/bin/env python3
"""Runs the recipes of docs/BATCHES.md over parts of a data set: by xargs, by GNU parallel where it is installed, and by Dask. Each run is
killed once in its midst and done again; its answers must be those of one process that was given everything at once."""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPES = ROOT / "scripts/batches"
PARTS, SAMPLES = 24, 4000


class Failure(Exception):
    """Something that must not be."""


def make(folder: pathlib.Path, tools: pathlib.Path) -> numpy.ndarray:
    """The plan and the parts; returns what one process answers."""
    subprocess.run([tools / "apus-compile", ROOT / "Models/mnist-cnn.apus", "-o", folder / "digits.plan"], check=True,
                   stdout=subprocess.DEVNULL)
    generator = numpy.random.default_rng(1)
    (folder / "parts").mkdir()
    for part in range(PARTS):
        # The last one is shorter.
        samples = generator.random((SAMPLES - (part == PARTS - 1) * 7, 1, 28, 28), numpy.float32)
        samples.tofile(folder / f"parts/{part:03}.f32")
        numpy.save(folder / f"parts/{part:03}.npy", samples)
    everything = b"".join((folder / f"parts/{part:03}.f32").read_bytes() for part in range(PARTS))
    end = subprocess.run([tools / "apus-infer", folder / "digits.plan", "--raw"], input=everything, check=True,
                         stdout=subprocess.PIPE)
    return numpy.frombuffer(end.stdout, numpy.float32).reshape(-1, 10)


def run(command: str, answers: pathlib.Path, suffix: str, environment: dict[str, str]) -> None:
    """Runs a command, kills it when some parts are done, and runs it again until its end."""
    options = dict(shell=True, env=os.environ | environment, start_new_session=True, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT, text=True, executable="/bin/bash")
    process = subprocess.Popen(command, **options)
    deadline = time.monotonic() + 120
    while len(list(answers.glob(f"*{suffix}"))) < PARTS // 4 and process.poll() is None:
        if time.monotonic() > deadline: raise Failure("nothing is answered within 120 s")
        time.sleep(0.005)
    # All of it: the process and those that it has started.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()
    done = {path.name: path.stat().st_mtime_ns for path in answers.glob(f"*{suffix}")}
    if not PARTS // 4 <= len(done) < PARTS: raise Failure(f"{len(done)} parts were done when it was killed")
    began = time.monotonic()
    process = subprocess.Popen(command, **options)
    output, _ = process.communicate(timeout=300)
    if process.returncode: raise Failure(f"{command} ended with {process.returncode}\n{output}")
    seconds = time.monotonic() - began
    for name, changed in done.items():
        if (answers / name).stat().st_mtime_ns != changed: raise Failure(f"{name} was answered twice")
    rest = (PARTS - len(done)) * SAMPLES
    cores = len(os.sched_getaffinity(0))
    print(f"  killed when {len(done)} parts of {PARTS} were done; the rest at {rest / seconds / cores:.0f} samples/s for each of "
          f"{cores} cores, start included{': ' + output.strip() if suffix == '.npy' else ''}", flush=True)


def compare(answers: pathlib.Path, suffix: str, expected: numpy.ndarray) -> None:
    files = [answers / f"{part:03}{suffix}" for part in range(PARTS)]
    found = [numpy.load(file) if suffix == ".npy" else numpy.fromfile(file, numpy.float32).reshape(-1, 10) for file in files]
    if not numpy.array_equal(numpy.concatenate(found), expected): raise Failure("the answers are not those of one process")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", type=pathlib.Path, help="the folder of apus-compile and apus-infer")
    tools = parser.parse_args().tools.resolve()
    cores = len(os.sched_getaffinity(0))
    environment = {"APUS_INFER": str(tools / "apus-infer")}
    try:
        with tempfile.TemporaryDirectory(prefix="apus-batches-") as temporary:
            folder = pathlib.Path(temporary)
            expected = make(folder, tools)
            part, python = RECIPES / "answer-part", f"{sys.executable} {RECIPES / 'answer_dask.py'}"
            commands = {
                "xargs": (f"printf '%s\\0' {folder}/parts/*.f32 | xargs -0 -n 1 -P {cores} {part} {folder}/digits.plan "
                          f"{folder}/xargs", ".answers"),
                "Dask": (f"{python} {folder}/digits.plan {folder}/parts {folder}/Dask", ".npy"),
            }
            if shutil.which("parallel"):
                commands["GNU parallel"] = (f"parallel --will-cite --jobs {cores} --joblog {folder}/log --resume-failed {part} "
                                            f"{folder}/digits.plan {folder}/parallel ::: {folder}/parts/*.f32", ".answers")
            else:
                print("GNU parallel: not installed, and not checked")
            for name, (command, suffix) in commands.items():
                print(name, flush=True)
                answers = folder / name.split()[-1]
                run(command, answers, suffix, environment)
                compare(answers, suffix, expected)
    except Failure as failure:
        sys.exit(f"check_batches: {failure}")
    print("all answers are those of one process")


if __name__ == "__main__":
    main()
