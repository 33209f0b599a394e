"""How ranks are started on one machine, and found."""

from __future__ import annotations

import os
import pathlib


# Shared memory by copies through it: reading another process's memory is forbidden in many containers.
LOCAL = ["--mca", "btl", "self,vader", "--mca", "btl_vader_single_copy_mechanism", "none"]


def mpirun(count: int, transport: list[str] = LOCAL) -> list[str]:
    """What begins the command line of so many ranks on this machine, which may have fewer processors, and be a container."""
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    # What ranks have to say they say between the request to end and their death, however busy the machine is.
    root += ["--mca", "odls_base_sigkill_timeout", "5"]
    return ["mpirun", *root, "--oversubscribe", "--bind-to", "none", "--mca", "plm", "isolated", *transport, "-n", str(count)]


def ranks(launcher: int) -> list[int]:
    """The processes that mpirun has started, in the order of their ranks: that in which it starts them."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit(): continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == launcher: found.append(int(entry.name))
    return sorted(found)


def kill(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass
