"""The machine that the figures are of."""

from __future__ import annotations

import os
import pathlib
import platform
from typing import Any

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


def text(machine: dict[str, Any]) -> str:
    """One line for a reader."""
    family = f" ({machine['family']})" if machine["family"] else ""
    target = f"; APUS_TARGET={machine['target']}" if machine["target"] else ""
    return f"{machine['processor']}{family}, {machine['cores']} cores, {machine['instruction_set']}{target}"
