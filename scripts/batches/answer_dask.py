"""Answers a data set in parts on a Dask cluster: answer_dask.py PLAN PARTS ANSWERS [--workers N] [--scheduler ADDRESS]

PARTS is a folder of arrays, each of samples of the model's input (.npy). ANSWERS gets an array of answers for each, under its name. A
part that was answered before stays as it is: a run may be stopped at any time, and done again. Without the address of a scheduler the
cluster is this machine, with a process of one thread for each processor."""

from __future__ import annotations

import argparse
import functools
import os
import pathlib
import time

import numpy
from dask.distributed import Client, LocalCluster, as_completed

import apus


@functools.cache
def model(plan: str) -> apus.Model:
    """The plan's model: loaded once by each worker, which then has its memory at hand."""
    return apus.load(plan)


def answer(plan: str, part: str, folder: str) -> int:
    """Answers a part; returns how many samples that were, 0 where it was done before."""
    answers = pathlib.Path(folder, pathlib.Path(part).name)
    if answers.exists(): return 0
    samples = numpy.load(part, mmap_mode="r")
    unfinished = answers.with_suffix(f".{os.getpid()}.part")
    with open(unfinished, "wb") as file:
        numpy.save(file, model(plan).run(numpy.ascontiguousarray(samples)))
    os.replace(unfinished, answers)
    return len(samples)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan")
    parser.add_argument("parts", type=pathlib.Path)
    parser.add_argument("answers", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--scheduler", help="the address of a cluster whose machines see the same folders")
    options = parser.parse_args()
    options.answers.mkdir(parents=True, exist_ok=True)
    parts = sorted(str(part.resolve()) for part in options.parts.glob("*.npy"))
    plan, folder = str(pathlib.Path(options.plan).resolve()), str(options.answers.resolve())
    cluster = options.scheduler or LocalCluster(
        n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        began, count = time.monotonic(), 0
        for future in as_completed(client.map(answer, [plan] * len(parts), parts, [folder] * len(parts), pure=False)):
            count += future.result()
        seconds = time.monotonic() - began
        cores = sum(client.nthreads().values())
    print(f"{count} samples in {seconds:.2f} s: {count / seconds / cores:.0f} samples/s for each of {cores} cores")
    if not options.scheduler: cluster.close()


if __name__ == "__main__":
    main()
