#!/usr/bin/env python3
"""Sends samples through everything that answers a stream, and looks whether its memory grows.

    flat_memory.py TOOLS [--samples 1000000]

TOOLS is the folder of the tools and of libapus.so, with the programs that a plan is put into in its folder `standalone`. Asked are
apus-infer, a full and a minimal standalone program, and the C example, which asks the library. Resident memory is read when the first
thousand samples were answered, and when all were: it may differ by 64 KiB. Python has its own test of this (Tests/Python/test_memory.py).
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ALLOWED_KIB = 64
WARM = 1000


def resident(process):
    """KiB of memory that a process has now."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("the system says nothing of memory")


def growth(command, samples, count, answers_of):
    """KiB from the first thousand answers to the last one."""
    process = subprocess.Popen([str(a) for a in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send():
        for _ in range(0, count, WARM):
            process.stdin.write(samples)
        # Who buffers its answers gives the last ones now.
        process.stdin.close()

    sender = threading.Thread(target=send)
    sender.start()
    answered, first, last = 0, None, 0
    while piece := os.read(process.stdout.fileno(), 1 << 20):
        answered += answers_of(piece)
        # What ends has no memory any more.
        if WARM <= answered <= count * 0.95:
            last = resident(process)
            first = first or last
    sender.join()
    process.stdout.close()
    if process.wait() != 0 or answered != count:
        raise SystemExit(f"{command[0]} ended with {process.returncode} after {answered} answers")
    return last - first, last


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tools", type=Path)
    parser.add_argument("--samples", type=int, default=1_000_000)
    arguments = parser.parse_args()
    tools = arguments.tools.resolve()
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        plan = folder / "mlp.plan"
        subprocess.run([tools / "apus-compile", "Models/mlp-regression.graph", "-o", plan], check=True, capture_output=True)
        example = folder / "ask"
        (folder / "libapus.so.0").symlink_to(tools / "libapus.so")
        subprocess.run(
            ["cc", "-O2", "-o", example, "docs/examples/c/ask.c", "-ISources/CApus/include", f"-L{tools}", "-lapus",
             f"-Wl,-rpath,{folder}"], check=True)
        for form in ([], ["--minimal"]):
            subprocess.run(
                [tools / "apus-export", "--standalone", folder / f"program{len(form)}", *form, plan], check=True, capture_output=True)
        report = subprocess.run([tools / "dump-graph", plan, "--json"], check=True, capture_output=True, text=True).stdout
        sample, answer = sizes(report)
        subjects = {
            "apus-infer --raw": ([tools / "apus-infer", plan, "--raw"], False),
            "standalone --raw": ([folder / "program0", "--raw"], False),
            "standalone, minimal": ([folder / "program1"], False),
            "C example": ([example, plan], True),
        }
        for name, (command, is_text) in subjects.items():
            rest = 0

            def answers_of(piece, is_text=is_text):
                nonlocal rest
                if is_text:
                    return piece.count(b"\n")
                rest += len(piece)
                whole, rest = divmod(rest, answer)
                return whole

            grown, last = growth(command, bytes(sample * WARM), arguments.samples, answers_of)
            failed |= abs(grown) > ALLOWED_KIB
            print(f"{name}: {grown:+d} KiB in {arguments.samples} answers; {last} KiB")
    sys.exit(1 if failed else 0)


def sizes(report):
    """Bytes of a sample and of its answer, both f32."""
    plan = json.loads(report)
    return tuple(4 * math.prod(plan[side][0]["sample_shape"]) for side in ("inputs", "outputs"))


main()
