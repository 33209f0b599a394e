"""Results, kept as a line of JSON for each run of a part."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
from typing import Any

from harness import machine
from harness.workshop import PEERS

FILE = PEERS / "results.jsonl"
PACKAGES = ("onnxruntime", "ai-edge-litert", "openvino", "ncnn", "torch", "tensorflow-cpu")


def versions() -> dict[str, str]:
    """The peers' versions, as they are installed."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def append(part: str, records: list[dict[str, Any]], busy: float) -> None:
    """Keeps what one run of a part measured, and how busy others kept the processors before it."""
    run = {
        "part": part, "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "machine": machine.describe(), "busy": busy, "versions": versions(), "records": records}
    with FILE.open("a") as file:
        file.write(json.dumps(run) + "\n")


def last(part: str, target: str) -> dict[str, Any] | None:
    """The last run of a part for a target; '' is the machine's own."""
    if not FILE.exists():
        return None
    runs = [json.loads(line) for line in FILE.read_text().splitlines()]
    matching = [run for run in runs if run["part"] == part and run["machine"]["target"] == target]
    return matching[-1] if matching else None
