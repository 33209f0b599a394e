"""The table of ONNX files of other frameworks."""

from __future__ import annotations

from harness.cells import Record, ratio_text, table_rows, time_text
from parts.sweep import geometric_mean

_SMALL = 10_000_000  # multiply-adds
_NOTES = [
    "The arena is what the plan's values need in memory, the bound what no plan of these values could do without. "
    "Compiling is the process of apus-compile, from its start to its end; megabytes are the largest resident size of a "
    "process, for running one that loads the model and answers once. Differences are parts of the greatest number; those "
    "of the onnx package's networks are also of answers with random weights, since under their own all numbers are alike."]


def lines(records: list[Record]) -> list[str]:
    """The lines about ONNX files of other frameworks."""
    measured = [record for record in records if "failure" not in record]
    failed = [record for record in records if "failure" in record]
    text = [f"### {len(records)} ONNX files beside ONNX Runtime, one sample, one thread", ""]
    if measured:
        rows = [_row(record) for record in measured]
        text += table_rows(
            ["model", "from", "Apus, µs", "ONNX Runtime, µs", "ratio", "million multiply-adds", "arena, KB",
             "bound, KB", "compiling, ms", "compiling, MB", "running, MB", "ONNX Runtime running, MB", "difference",
             "from published"], rows)
        text += [_means(measured), ""]
        slower = [record for record in measured if "kernels" in record]
        if slower:
            text += ["Where it is slower, its time goes into these instructions:", "", *map(_kernels, slower), ""]
    text += [f"{record['network']} fails: {' '.join(record['failure'].split())}\n" for record in failed]
    return [*text, *_NOTES, ""]


def _row(record: Record) -> list[str]:
    peaks = (record["compile_peak_bytes"], *record["run_peak_bytes"].values())
    return [
        record["network"], record["family"], *(time_text(record["median"][name]) for name in ("Apus", "ONNX Runtime")),
        ratio_text(record, "Apus"), f"{record['multiply_adds'] / 1e6:,.1f}",
        *(f"{record[name] / 1000:,.1f}" for name in ("arena_bytes", "bound_bytes")),
        f"{1000 * record['compile_seconds']:,.0f}", *(f"{peak / 1e6:,.1f}" for peak in peaks),
        *(_part(record[name]) for name in ("difference", "published"))]


def _kernels(record: Record) -> str:
    parts = []
    for kernel in record["kernels"]:
        limit = kernel["part_of_limit"]
        reach = "" if limit is None else f" at {100 * limit:.0f} % of what the core could do"
        parts.append(f"{kernel['kernel']} {100 * kernel['share']:.0f} %{reach}")
    return f"- {record['network']} ({record['ratios']['Apus']['ratio']:.2f}): {', '.join(parts)}"


def _means(records: list[Record]) -> str:
    ratios = {record["network"]: record["ratios"]["Apus"]["ratio"] for record in records}
    slowest = max(ratios, key=ratios.__getitem__)
    small = [record for record in records if record["multiply_adds"] < _SMALL]
    text = f"Geometric mean of the ratios: {geometric_mean(records, 'Apus'):.3f}"
    if small:
        text += f", of the {len(small)} under 10 million multiply-adds {geometric_mean(small, 'Apus'):.3f}"
    above = sum(ratio > 1.1 for ratio in ratios.values())
    return f"{text}. The worst: {ratios[slowest]:.2f}, of {slowest}; {above} of {len(ratios)} above 1.10."


def _part(difference: float | None) -> str:
    return "–" if difference is None else f"{difference:.0e}" if difference else "0"
