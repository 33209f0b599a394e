#!/usr/bin/env python3
"""Does the same work with Apus and with its peers, side by side.

    bench_peers.py latency | throughput | models | threads | sweep | operators | start [--quick]
    bench_peers.py imported | integers | train [--quick] [--only TEXT]
    bench_peers.py all [--quick]
    bench_peers.py table

A part appends what it measured to Bench/peers/results.jsonl, a line for each run; `table` makes of the last run of each
part the tables of Bench/peers/RESULTS.md and of the README. README.md beside this file says how things are measured.
"""

from __future__ import annotations

import argparse
import os

# Before anything imports TensorFlow, which has much to say.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from harness import machine, results, table
from parts.imported import imported
from parts.integers import integers
from parts.networks import latency, models, throughput
from parts.operators import operators
from parts.start import start
from parts.sweep import sweep
from parts.threads import threads
from parts.train import train

PARTS = {
    "latency": latency, "throughput": throughput, "models": models, "threads": threads, "sweep": sweep,
    "operators": operators, "imported": imported, "integers": integers, "start": start, "train": train}
# Those that can be had of some networks alone.
SELECTIVE = {"imported": imported, "integers": integers, "train": train}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "all", "table"])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds; nothing is kept")
    parser.add_argument(
        "--only", default="", metavar="TEXT",
        help="of `imported`, `integers` and `train`: networks with that in their names; nothing is kept")
    options = parser.parse_args()
    if options.only and options.part not in SELECTIVE:
        parser.error(f"--only goes with {', '.join(f'`{name}`' for name in SELECTIVE)}")
    if options.part == "table":
        table.write()
        return
    print(machine.text(machine.describe()), flush=True)
    failed = 0
    for name in PARTS if options.part == "all" else [options.part]:
        busy = machine.busy()
        print(f"\n{name}: {(PARTS[name].__doc__ or '').splitlines()[0]}", flush=True)
        if busy > machine.QUIET:
            print(f"Others take {100 * busy:.0f} % of the processors: what needs several of them can't be measured so.")
        records = SELECTIVE[name](options.quick, options.only) if options.only else PARTS[name](options.quick)
        if not options.quick and not options.only:
            results.append(name, records, busy)
        failed += sum("failure" in record for record in records)
    if failed:
        raise SystemExit(f"{failed} models fail")


if __name__ == "__main__":
    main()
