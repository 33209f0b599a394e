#!/usr/bin/env python3
"""Compares this checkout with another revision of itself, on this machine, in one interleaved run.

    bench_against.py REV [--filter TEXT] [--tolerance PERCENT] [--minutes M] [--keep] [--json]

Builds the revision in a worktree of its own and prints, for every model that both know, the time of one sample and of 128, of
an answer from the start of the process, of compiling, and of training; how large the arenas are; whether one thread and two
train the same bits; and whether a run allocates memory. Ends with 1 where something is worse than the tolerance, beyond the
noise that the run itself shows.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

import checks
import report
from checkout import Checkout, CheckoutError, other, this
from comparison import compare
from figures import figures

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="a commit, as git names it: HEAD~5, main, 1f3a2b")
    parser.add_argument("--filter", default="", help="only models with this in their name")
    parser.add_argument("--tolerance", type=float, default=2, help="per cent that a figure may be worse (2)")
    parser.add_argument("--minutes", type=float, default=6, help="how long to measure at most, without building (6)")
    parser.add_argument("--keep", action="store_true", help="leave the revision's worktree and build for the next time")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    try:
        new = this(ROOT)
        with other(ROOT, options.revision, keep=options.keep) as old, tempfile.TemporaryDirectory() as scratch:
            return run(old, new, pathlib.Path(scratch), options)
    except CheckoutError as error:
        print(f"bench-against: {error}", file=sys.stderr)
        return 1


def run(old: Checkout, new: Checkout, scratch: pathlib.Path, options: argparse.Namespace) -> int:
    common, alone = models(old, new, options.filter)
    if not common:
        raise CheckoutError(f"no model of both has '{options.filter}' in its name")
    specs = {name: old.root / f"Models/{name}.graph" for name in common}
    timed = compare(
        figures(specs, old, new, scratch), old, new, tolerance=options.tolerance / 100, minutes=options.minutes,
        progress=None if options.json else report.progress)
    results = report.Results(
        old.name, new.name, options.tolerance, timed, checks.arenas(specs, old, new), checks.bits(new, scratch),
        checks.allocations(new, common), alone)
    print(results.json() if options.json else results.text())
    return 1 if results.is_worse else 0


def models(old: Checkout, new: Checkout, wanted: str) -> tuple[list[str], dict[str, str]]:
    """The names of the models that both know, and of those that only one does, with what is wrong with them."""
    names = {side: {path.stem for path in (side.root / "Models").glob("*.graph")} for side in (old, new)}
    common = sorted(name for name in names[old] & names[new] if wanted in name)
    alone = {name: f"only {side.name} has it" for side in (old, new) for name in sorted(names[side] - set(common))
             if wanted in name}
    return common, alone


if __name__ == "__main__":
    sys.exit(main())
