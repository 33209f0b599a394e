"""Single operators near the limits of a core: of its products, and of its memory. One thread."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from harness import workshop
from harness.rounds import Plan
from parts.comparison import compare


@dataclasses.dataclass(frozen=True)
class Operator:
    """A graph of one operator on `[1, rows, columns]`: its lines after the input, and the bytes that it must read and write:
    none where its products are the limit."""

    name: str
    lines: str
    rows: int
    columns: int
    read: int = 0
    written: int = 0

    @property
    def spec(self) -> str:
        return f"model {self.name.replace('-', '_')}\n\ninput x: f32[N, {self.rows}, {self.columns}]\n{self.lines}\n"


def _bound_by_memory(rows: int, columns: int) -> list[Operator]:
    size = f"{rows}x{columns}"
    tensor = 4 * rows * columns
    return [
        Operator(f"softmax-{size}", "output y = softmax(x)", rows, columns, tensor, tensor),
        Operator(f"layer-norm-{size}", "output y = layer_norm(x)", rows, columns, tensor, tensor),
        Operator(f"transpose-{size}", "output y = transpose(x, permutation: [0, 2, 1])", rows, columns, tensor, tensor),
        Operator(f"sum-of-rows-{size}", "output y = reduce_sum(x, axes: [2])", rows, columns, tensor, 4 * rows),
        Operator(
            f"sum-of-columns-{size}", "output y = reduce_sum(x, axes: [1])", rows, columns, tensor,
            4 * columns),
        Operator(
            f"add-{size}", f"parameter bias: f32[{columns}] = he_normal(fan_in: 1)\noutput y = add(x, bias)", rows,
            columns, tensor, tensor),
    ]


# Tensors that fit the second cache with their results, and ones of 64 MiB.
OPERATORS = [
    Operator(
        "matmul-512", "parameter w: f32[512, 512] = he_normal(fan_in: 512)\noutput y = matmul(x, w)", 512, 512),
    *_bound_by_memory(256, 256),
    *_bound_by_memory(4096, 4096),
]


def operators(quick: bool) -> list[dict[str, Any]]:
    """A record for each operator and size: times, ratios, and the part of the peak or of the memory's bandwidth."""
    plan = Plan.of(quick)
    workers = workshop.start({"Apus", "ONNX Runtime"})
    folder = workshop.SCRATCH / "operators"
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    try:
        for operator in OPERATORS:
            spec = folder / f"{operator.name}.graph"
            spec.write_text(operator.spec)
            subject = workshop.Subject(spec, operator.name)
            record = compare(subject, workers, 1, 1, plan)
            least = _least(operator, subject, record["multiply_adds"])
            record["parts"] = {name: least / time for name, time in record["median"].items()}
            print(_line(record), flush=True)
            records.append(record)
    finally:
        for worker in workers:
            worker.close()
    return records


def _least(operator: Operator, subject: workshop.Subject, multiply_adds: int) -> float:
    """Microseconds that a core needs at least, by its limits as apus-infer measures them for its profiles: those of the level of
    memory that holds what is read and written."""
    plan = subject.plan(workshop.VARIANTS[0], 1)
    printed = workshop.run([workshop.TOOLS / "apus-infer", plan, "--profile", "--json"])
    limits = json.loads(printed)["profile"]["limits"]
    if not operator.read:
        return 2e6 * multiply_adds / limits["operations_per_second"]
    levels = sorted(limits["memory"], key=lambda level: level["bytes"])
    size = operator.read + operator.written
    level = next((level for level in levels if level["bytes"] >= size), levels[-1])
    return 1e6 * (
        operator.read / level["bytes_read_per_second"] + operator.written / level["bytes_written_per_second"])


def _line(record: dict[str, Any]) -> str:
    return "    of the limit: " + ", ".join(f"{name} {100 * part:.0f} %" for name, part in record["parts"].items())
