#!/usr/bin/env python3
"""Takes the search path for libraries out of a library of 64 bits: remove_runpath.py FILE

Swift's package manager has whatever it links look for libraries beside itself. What is installed finds them where the system has them.
"""

import struct
import sys

PT_DYNAMIC = 2
DT_RPATH, DT_RUNPATH = 15, 29


def without_runpath(image: bytes) -> bytes:
    """The file's bytes with the entries behind a search path moved up. What is left over at the end is zero, which ends the list."""
    if image[:6] != b"\x7fELF\x02\x01":
        raise SystemExit("remove_runpath: this is no little-endian ELF file of 64 bits")
    (table,) = struct.unpack_from("<Q", image, 0x20)
    entry_size, count = struct.unpack_from("<HH", image, 0x36)
    for number in range(count):
        kind, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", image, table + number * entry_size)
        if kind == PT_DYNAMIC:
            entries = list(struct.iter_unpack("<qQ", image[offset : offset + size]))
            kept = [entry for entry in entries if entry[0] not in (DT_RPATH, DT_RUNPATH)]
            packed = b"".join(struct.pack("<qQ", *entry) for entry in kept)
            return image[:offset] + packed.ljust(size, b"\0") + image[offset + size :]
    return image


if __name__ == "__main__":
    (path,) = sys.argv[1:]
    with open(path, "r+b") as file:
        changed = without_runpath(file.read())
        file.seek(0)
        file.write(changed)
