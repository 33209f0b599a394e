#!/usr/bin/env python3
"""Makes a standalone program of each model, and looks whether it answers as apus-infer does.

    check_standalone.py TOOLS [--sizes]

TOOLS is the folder of the tools, with the programs that a plan is put into in its folder `standalone`. Every spec of Models is compiled
for each target that this processor runs, with initial weights; numbers are made from a fixed seed. Answers must be the same bytes; so
must those of an empty root folder, where there is no other file. With --sizes their sizes are compared with what the documents promise:
kernels that were built for tests are larger.
"""

import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(sys.argv[1]).resolve()
PORT = re.compile(r"(.+): (\w+)\[(.*)\]$")
SIZES = {"f32": 4, "f16": 2, "bf16": 2, "f64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "u8": 1, "u16": 2, "u32": 4, "u64": 8, "bool": 1}
NUMPY = {"f32": "<f4", "f16": "<f2", "f64": "<f8", "i8": "|i1", "i16": "<i2", "i32": "<i4", "i64": "<i8", "u8": "|u1", "u16": "<u2",
         "u32": "<u4", "u64": "<u8", "bool": "|b1"}
SAMPLES = 5
failures = []


def run(*arguments, **options):
    return subprocess.run([str(a) for a in arguments], capture_output=True, timeout=120, **options)


def expect(condition, what):
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}")


def array(port, generator):
    """A .npy file's bytes for an input, described as `name: f32[N, 3]`."""
    _, kind, dimensions = PORT.match(port).groups()
    shape = [SAMPLES if d == "N" else int(d) for d in dimensions.split(", ") if d]
    count = 1
    for dimension in shape:
        count *= dimension
    if kind == "f32":
        data = struct.pack(f"<{count}f", *(generator.random() for _ in range(count)))
    else:
        # Small whole numbers are indices that every network has.
        data = bytes(count * SIZES[kind])
    header = f"{{'descr': '{NUMPY[kind]}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data, data


def export(source, program, *options):
    result = run(TOOLS / "apus-export", "--standalone", program, "--json", *options, source)
    return result, result.stdout.decode()


def ports(report, which):
    return json.loads(report)[which]


def compare(plan, name, folder):
    """Answers of the program and of apus-infer to the same samples."""
    generator = random.Random(20261126)
    program = folder / "program"
    result, report = export(plan, program)
    if result.returncode:
        expect(b"depends on the others" in result.stderr, f"{name}: {result.stderr.decode()}")
        return None
    inputs, outputs = ports(report, "inputs"), ports(report, "outputs")
    arguments, raw = [], b""
    for index, port in enumerate(inputs):
        file = folder / f"{index}.npy"
        contents, raw = array(port, generator)
        file.write_bytes(contents)
        arguments += ["--input", f"{PORT.match(port)[1]}={file}"]
    for more in ([], ["--json"], ["--batch", "2"]):
        ours, theirs = run(program, *arguments, *more), run(TOOLS / "apus-infer", plan, *arguments, *more)
        expect(ours.returncode == 0 and ours.stdout == theirs.stdout, f"{name} {more}: {ours.stderr.decode()} {theirs.stderr.decode()}")
    minimal = folder / "minimal"
    result, _ = export(plan, minimal, "--minimal")
    takes_raw = len(inputs) == len(outputs) == 1 and " f32[N" in inputs[0] and "[N" in outputs[0]
    expect((result.returncode == 0) == takes_raw, f"{name}: minimal: {result.stderr.decode()}")
    if not takes_raw:
        return program, None
    answers = run(TOOLS / "apus-infer", plan, "--raw", input=raw).stdout
    expect(len(answers) > 0, f"{name}: no raw answers")
    for asked in (run(program, "--raw", input=raw), run(minimal, input=raw)):
        expect(asked.returncode == 0 and asked.stdout == answers, f"{name}: raw: {asked.stderr.decode()}")
    # Nothing else is needed, not even folders of the system.
    if os.geteuid() == 0:
        root = folder / "root"
        root.mkdir(exist_ok=True)
        for file in (program, minimal):
            (root / "program").unlink(missing_ok=True)
            os.link(file, root / "program")
            more = ["--raw"] if file == program else []
            asked = run("chroot", root, "/program", *more, input=raw)
            expect(asked.stdout == answers, f"{name}: in an empty root: {asked.stderr.decode()}")
    return program, minimal


def main():
    counted = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for spec in sorted(Path("Models").glob("*.graph")):
            for target in ("x86-64-v4", "x86-64-v3", "x86-64"):
                plan = folder / "model.plan"
                made = run(TOOLS / "apus-compile", spec, "--target", target, "--output", plan)
                expect(made.returncode == 0, f"{spec.name}: {made.stderr.decode()}")
                if run(TOOLS / "apus-infer", plan, "--benchmark").returncode:
                    continue
                if compare(plan, f"{spec.stem} on {target}", folder):
                    counted += 1
        expect(counted > 20, f"only {counted} programs were made")

        trained = Path("Models/mnist-cnn.apus")
        image = sorted(Path("Models/samples").glob("*.png"))[0]
        for options, limit in (([], 8_000_000), (["--minimal"], 1_000_000)):
            program = folder / "digits"
            result, _ = export(trained, program, *options)
            expect(result.returncode == 0, result.stderr.decode())
            size = program.stat().st_size
            print(f"mnist-cnn {' '.join(options) or 'full'}: {size} bytes")
            if "--sizes" in sys.argv[2:]:
                expect(size < limit, f"mnist-cnn {options}: {size} bytes, not below {limit}")
            if not options:
                ours, theirs = run(program, image), run(TOOLS / "apus-infer", trained, image)
                expect(ours.stdout == theirs.stdout and ours.stdout, f"{image}: {ours.stderr.decode()}")
                help_text = run(program, "--help").stdout.decode()
                expect("usage: digits [options] IMAGE..." in help_text, help_text)
        check_errors(folder, trained)
    print(f"{counted} programs; {len(failures)} failures")
    sys.exit(1 if failures else 0)


def check_errors(folder, trained):
    """What can't be done is said."""
    program = folder / "program"
    cases = [
        (["--minimal", "--output", folder / "x.apus", trained], 64, b"give --standalone too"),
        (["--standalone", program, "--output", folder / "x.apus", trained], 64, b"don't go together"),
        (["--standalone", program, "--weights", "f16", trained], 64, b"leave them out with --standalone"),
        (["--standalone", program, "Models/mnist-cnn.graph"], 1, b"which has no weights"),
    ]
    for arguments, status, text in cases:
        result = run(TOOLS / "apus-export", *arguments)
        expect(result.returncode == status and text in result.stderr, f"{arguments}: {result.returncode} {result.stderr.decode()}")
    environment = {**os.environ, "APUS_STANDALONE": str(folder / "nowhere")}
    result = run(TOOLS / "apus-export", "--standalone", program, trained, env=environment)
    expect(result.returncode == 1 and b"nowhere/full-" in result.stderr, result.stderr.decode())
    bare = TOOLS / "standalone" / "full-x86-64"
    expect(b"carries no plan" in run(bare, "--raw", stdin=subprocess.DEVNULL).stderr, "a program without a plan")
    export(trained, program, "--target", "x86-64-v4")
    for processor in ("Nehalem", "Haswell"):
        try:
            result = run("qemu-x86_64", "-cpu", processor, program, "--raw", stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            return
        expect(result.returncode == 1 and b"AVX-512" in result.stderr, f"on {processor}: {result.stderr.decode()}")


main()
