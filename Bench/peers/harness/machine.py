"""The machine that the figures are of."""

from __future__ import annotations

import os
import pathlib
import platform
import time
from typing import Any

# What others may take of the processors' time without a word in the tables.
QUIET = 0.1

# The instruction sets that tell one kernel from another, best first, as Linux names them.
_INSTRUCTION_SETS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"))


def describe() -> dict[str, Any]:
    """Processor, cores, instruction set, and the target that Apus's plans are made for."""
    fields: dict[str, str] = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    family, model = fields.get("cpu family"), fields.get("model")
    return {
        "processor": fields.get("model name") or platform.machine(),
        "family": f"family {family}, model {model}" if family and model else "",
        "cores": len(os.sched_getaffinity(0)),
        "instruction_set": next((name for flag, name in _INSTRUCTION_SETS if flag in flags), platform.machine()),
        "target": os.environ.get("APUS_TARGET", ""),
    }


def busy(seconds: float = 2) -> float:
    """The part of all processors' time that is taken by others while this process sleeps for so long."""
    before = _processor_times()
    time.sleep(seconds)
    idle, total = (after - earlier for earlier, after in zip(before, _processor_times()))
    return 1 - idle / total if total else 0


def _processor_times() -> tuple[int, int]:
    """Idle and whole time of all processors since the system's start: the first line of /proc/stat, see proc(5)."""
    fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    times = [int(field) for field in fields]
    return times[3] + times[4], sum(times)


def text(machine: dict[str, Any]) -> str:
    """One line for a reader."""
    family = f" ({machine['family']})" if machine["family"] else ""
    target = f"; APUS_TARGET={machine['target']}" if machine["target"] else ""
    return f"{machine['processor']}{family}, {machine['cores']} cores, {machine['instruction_set']}{target}"
