#!/usr/bin/env python3
"""Says which parts a standalone program can do without.

    standalone_parts.py MAP NM KERNELS

MAP is the linker's map of the program, NM a program that lists symbols, KERNELS the folder of a kernel module's objects. Each object
is a part: a kernel with what it alone calls. Printed are lines that apus-export reads:

    part NAME START END     the part's code lies there in memory; it may lie in several places
    needs NAME OTHER        the part calls another one
    opcode NUMBER NAME      the part has that instruction's kernel
"""

import re
import subprocess
import sys
from pathlib import Path

INPUT = re.compile(r"^\s*([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ {9}(\S.*):\((\.text[^)]*)\)$")
SYMBOL = re.compile(r"^\s*[0-9a-f]+\s+[0-9a-f]+\s+[0-9a-f]+\s+\d+ {17}(\S+)$")
SUFFIX = ".swift.o"
TABLES = {"KernelTable", "QuantizedKernels"}


def read_map(path, kernels):
    """The places of each object's code in memory, and the object that has each symbol."""
    places, owners, current = {}, {}, None
    for line in path.read_text().splitlines():
        if found := INPUT.match(line):
            start, size, file = int(found[1], 16), int(found[2], 16), Path(found[3])
            current = file.name.removesuffix(SUFFIX) if file.parent == kernels else None
            if current and size:
                ranges = places.setdefault(current, [])
                # What lies between two sections of an object is there for their alignment alone.
                if ranges and 0 <= start - ranges[-1][1] < 64:
                    ranges[-1][1] = start + size
                else:
                    ranges.append([start, start + size])
        elif current and (found := SYMBOL.match(line)):
            owners[found[1]] = current
        elif not line.startswith(" " * 40) and SYMBOL.match(line) is None:
            current = None
    return places, owners


def symbols(nm, file):
    """What an object asks for, or may find in another object in place of its own."""
    lines = subprocess.run([nm, "--format=posix", file], check=True, capture_output=True, text=True).stdout
    fields = [line.split() for line in lines.splitlines()]
    return {name for name, kind, *_ in fields if kind in "UWVwv"}


def opcodes():
    """The number and the kernel's function of each instruction, as the sources say."""
    tables = "".join(Path(f"Sources/ApusKernels/{name}.swift").read_text() for name in ("KernelTable", "Quantized/QuantizedKernels"))
    functions = dict(re.findall(r"case \.(\w+): (\w+)", tables))
    numbers = {}
    for file in Path("Sources/ApusInstructions").rglob("*.swift"):
        numbers |= {n: int(v) for n, v in re.findall(r"static let (\w+) = Opcode\(rawValue: (\d+)\)", file.read_text())}
    return {numbers[name]: function for name, function in functions.items()}


def main():
    map_file, nm, kernels = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    places, owners = read_map(map_file, kernels)
    # They ask for all kernels, and are asked for each.
    for table in TABLES:
        places.pop(table, None)
    for name, ranges in sorted(places.items()):
        for start, end in ranges:
            print("part", name, start, end)
        needed = {owners.get(symbol) for symbol in symbols(nm, kernels / (name + SUFFIX))} - {None, name} - TABLES
        for other in sorted(needed):
            print("needs", name, other)
    module = kernels.name.removesuffix(".build")
    for number, function in sorted(opcodes().items()):
        symbol = f"$s{len(module)}{module}{len(function)}{function}yySPySvSgG_SVSitFTo"  # As C calls it.
        print("opcode", number, owners[symbol])


main()
