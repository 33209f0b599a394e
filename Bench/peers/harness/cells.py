"""What tables are made of."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]


def table_rows(header: list[str], rows: list[list[str]]) -> list[str]:
    """The lines of a table, its first column to the left."""
    return [_row(header), _row(["---"] + ["---:"] * (len(header) - 1)), *map(_row, rows), ""]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


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
