"""What tables are made of."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]


def table_rows(header: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table, its first column to the left."""
    return [_row(header), _row(["---"] + ["---:"] * (len(header) - 1)), *map(_row, rows), ""]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def title(record: Record, form: str = "") -> str:
    """What a line is of: the network, its form, and the batch and the threads where there is more than one."""
    name = f"{record['network']} {form}".rstrip()
    batch = f", batch {record['batch']:,}" if record["batch"] > 1 else ""
    threads = f", {record['threads']} threads" if record["threads"] > 1 else ""
    return f"{name}{batch}{threads}"


def time_text(value: float | None) -> str:
    """Three digits, or a dash where nothing was measured."""
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio_text(record: Record, name: str) -> str:
    """Our ratio to the best peer, with its quartiles."""
    if name not in record["ratios"]:
        return "–"
    ratio = record["ratios"][name]
    return f"{ratio['ratio']:.2f} ({ratio['lower']:.2f} to {ratio['upper']:.2f})"
