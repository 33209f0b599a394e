#!/usr/bin/env python3
"""Stops training runs at random moments, and checks that nothing of them is lost.

    faults.py [--rounds N] [--kind KIND] [--seed SEED] [--first N] [--jobs N] [--tool FILE] [--folder FOLDER]

A round begins a short training run, stops it one to four times, goes on with it each time, at last until its end, and compares
all that it leaves with what a run leaves that nothing happened to: the checkpoint, the best model, and the history but for the
times in it. Kinds: 'kill' sends SIGKILL, 'term' SIGINT or SIGTERM, 'full' makes writes fail, and 'power' kills and drops what was
not synced. A round that fails keeps its folder and says how to do it again. Ends with 1 where one did.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

import disk
from rounds import KINDS, References, Round
from runs import ROOT, Failure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how many (20)")
    parser.add_argument("--kind", choices=["all", *KINDS], default="all", help="how runs are stopped (all, in turn)")
    parser.add_argument("--seed", default=str(time.time_ns() % 1_000_000_007), help="where the random numbers begin (the time)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first round (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="rounds at a time (one for each processor)")
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / ".build/release/apus-train", help="the trainer")
    parser.add_argument("--folder", type=pathlib.Path, help="where the rounds write (a folder for temporary files)")
    parser.add_argument("--forgetful", action="store_true",
                        help="a disk on which syncing does nothing: rounds of kind 'power' should then fail")
    options = parser.parse_args()
    tool = options.tool.resolve()
    if not tool.exists():
        print(f"faults: {tool} is not there; build it first: swift build -c release --product apus-train", file=sys.stderr)
        return 1
    place = pathlib.Path(tempfile.mkdtemp(prefix="apus-faults-", dir=options.folder)).resolve()
    try:
        failed = play(place, tool, options)
    except Failure as failure:
        print(f"faults: {failure}\n{place} is kept", file=sys.stderr)
        return 1
    if not failed:
        shutil.rmtree(place)
    return 1 if failed else 0


def play(place: pathlib.Path, tool: pathlib.Path, options: argparse.Namespace) -> int:
    """Plays all rounds, and returns how many failed."""
    library = disk.build(place)
    references = References(place, library)
    said = threading.Lock()
    began = time.monotonic()

    def one(number: int) -> tuple[bool, int]:
        kind = KINDS[number % len(KINDS)] if options.kind == "all" else options.kind
        folder, start = place / f"round-{number}", time.monotonic()
        round = Round(folder, kind, random.Random(f"{options.seed}/{number}/{kind}"), tool, library, references,
                      forgets=options.forgetful)
        wrong = None
        try:
            round.play()
            shutil.rmtree(folder)
        except Failure as failure:
            wrong = failure
        with said:
            call = round.call
            print(f"round {number}  {kind:5}  {call.recipe}, every {call.every or 'epoch'}, {call.threads} thread"
                  f"{'s' if call.threads > 1 else ''}{', over another run' if round.earlier else ''}: "
                  f"{', '.join(round.notes)}: {'FAILED' if wrong else 'same'}  {time.monotonic() - start:.1f} s", flush=True)
            if wrong:
                print(f"{wrong}\n{folder} is kept; once more: {sys.argv[0]} --seed {options.seed} --kind {kind} "
                      f"--first {number} --rounds 1", flush=True)
        return wrong is None, len(round.notes)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        ends = list(pool.map(one, range(options.first, options.first + options.rounds)))
    good = sum(is_good for is_good, _ in ends)
    print(f"{good} of {len(ends)} runs, stopped {sum(stops for _, stops in ends)} times, ended as if nothing had happened"
          f" (seed {options.seed}, {time.monotonic() - began:.0f} s)")
    return len(ends) - good


if __name__ == "__main__":
    sys.exit(main())
