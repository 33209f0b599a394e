"""The tables: all of them in Bench/peers/RESULTS.md, the short one in the project's README."""

from __future__ import annotations

import pathlib
from typing import Any

from harness import imported_table, integers_table, machine, results, train_table
from harness.cells import Record, ratio_text, table_rows, time_text, title
from harness.workshop import PEERS, PROJECT, RUNTIMES, VARIANTS
from parts.sweep import geometric_mean, worst
from parts.threads import mean_ratio, speed_ups

BEGIN, END = "<!-- bench-peers: this part is written by make bench-peers -->", "<!-- bench-peers ends -->"
TARGETS = ("", "x86-64-v3", "x86-64")
PARTS = ("latency", "throughput", "models", "threads", "sweep", "operators", "imported", "integers", "start", "train")
OWN = [variant.name for variant in VARIANTS]
PEER_NAMES = [runtime.name for runtime in RUNTIMES]


def write() -> None:
    """Writes both from the last run of each part."""
    parts = {
        target: {part: run for part in PARTS if (run := results.last(part, target))}
        for target in TARGETS}
    sections = [_section(target, runs) for target, runs in parts.items() if runs]
    if not sections:
        raise SystemExit("nothing has been measured yet: run a part first")
    head = (
        "# Apus and its peers\n\nWritten by `make bench-peers`; [README.md](README.md) says how it is measured. A "
        "ratio is our time over the best peer's in the same round: its median over the rounds, and its quartiles. "
        "Below 1 we are quicker. The part of the peak counts what the definition multiplies and adds, and no element "
        "that nobody reads.\n\n")
    (PEERS / "RESULTS.md").write_text(head + "\n".join(sections))
    if parts[""]:
        _replace(PROJECT / "README.md", _short(parts[""]))


def _replace(file: pathlib.Path, text: str) -> None:
    """Puts text between the markers of a file."""
    before, begin, rest = file.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{file} has no lines '{BEGIN}' and '{END}'")
    file.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def _section(target: str, runs: dict[str, Record]) -> str:
    """All tables of one target."""
    newest = max(runs.values(), key=lambda run: run["date"])
    versions = ", ".join(f"{name} {version}" for name, version in newest["versions"].items())
    lines = [f"## {target or 'The processor as it is'}", "", f"{machine.text(newest['machine'])}; {newest['date']}.",
             f"Peers: {versions}.", *_disturbed(runs), ""]
    if "latency" in runs or "models" in runs:
        records = [record for part in ("latency", "models") if part in runs for record in runs[part]["records"]]
        lines += ["### One sample, one thread: microseconds", "",
                  *_networks(records, "network", lambda record: record["network"])]
    if "throughput" in runs:
        lines += ["### mnist-cnn in batches: microseconds for an image", "",
                  *_networks(runs["throughput"]["records"], "batch, threads",
                             lambda record: f"{record['batch']:,}, {record['threads']}")]
    if "threads" in runs:
        lines += _threads(runs["threads"]["records"])
    if "sweep" in runs:
        lines += _sweep(runs["sweep"]["records"])
    if "operators" in runs:
        lines += _operators(runs["operators"]["records"])
    if "imported" in runs:
        lines += imported_table.lines(runs["imported"]["records"])
    if "integers" in runs:
        lines += integers_table.lines(runs["integers"]["records"])
    if "start" in runs:
        lines += _start(runs["start"]["records"][0])
    if "train" in runs:
        lines += train_table.lines(runs["train"]["records"])
    return "\n".join(lines)


def _disturbed(runs: dict[str, Record]) -> list[str]:
    """A sentence where others had a good part of the processors when a part was measured."""
    parts = [f"{part} ({100 * run['busy']:.0f} %)" for part, run in runs.items() if run["busy"] > machine.QUIET]
    if not parts:
        return []
    return [f"Other work took a part of the processors' time before these were measured: {', '.join(parts)}."]


def _networks(records: list[Record], title: str, name_of: Any) -> list[str]:
    # Whatever else the machine does makes a measurement of its peak less, never more.
    peak = max(record["peak_gflops"] for record in records)
    rows = [[name_of(record), *(time_text(record["median"].get(name)) for name in OWN + PEER_NAMES),
             *(ratio_text(record, name) for name in OWN), _part_of_peak(record, peak)] for record in records]
    difference = max(value for record in records for value in record["differences"].values())
    return table_rows([title, *OWN, *PEER_NAMES, *(f"ratio: {name}" for name in OWN), "direct: of the peak"], rows) + [
        f"The peak of a core is {peak:.0f} GFLOP/s. The answers differ by at most {difference:.0e} of the greatest "
        "number in them.", ""]


def _threads(records: list[Record]) -> list[str]:
    ups = speed_ups(records)
    names = ["Apus", "ONNX Runtime", "OpenVINO"]
    rows = []
    for one, two in zip(records[::2], records[1::2]):
        cells = [[*(time_text(record["median"][name]) for name in names), ratio_text(record, "Apus")] for record in (one, two)]
        # Of measurements that were written without one.
        estimate = f"{one['estimate'] / two['estimate']:.2f}" if "estimate" in one else "–"
        rows.append([one["network"], *cells[0], *cells[1], f"{ups[one['network']][1]:.2f}", estimate])
    means = " and ".join(f"{mean_ratio(records, count):.3f} on {count}" for count in (1, 2))
    return ["### One sample on one thread and on two: microseconds", "",
            *table_rows(["network", *names, "ratio", *(f"{name}, 2" for name in names), "ratio, 2", "speed-up", "estimated"], rows),
            f"Geometric mean of the ratios to the best peer: {means}. The last column is the speed-up by which the compiler decides "
            "what is cut.", ""]


def _sweep(records: list[Record]) -> list[str]:
    means = ", ".join(f"{geometric_mean(records, name):.3f} ({name})" for name in OWN)
    leaders = {peer: sum(record["best_peer"] == peer for record in records) for peer in PEER_NAMES}
    best = ", ".join(f"{peer} {count}" for peer, count in leaders.items() if count)
    rows = [[record["network"], time_text(record["median"]["Apus"]), time_text(record["median"][record["best_peer"]]),
             record["best_peer"], ratio_text(record, "Apus")] for record in worst(records, "Apus")]
    return [f"### {len(records)} single convolutions, one sample, one thread", "",
            f"Geometric mean of the ratios to the best peer of each shape: {means}. The best peer was: {best}.", "",
            "The ten worst (channels, kernel and stride, size; microseconds):", "",
            *table_rows(["shape", "Apus", "best peer", "which", "ratio"], rows)]


def _operators(records: list[Record]) -> list[str]:
    names = ["Apus", "ONNX Runtime"]
    rows = [[record["network"], *(time_text(record["median"][name]) for name in names), ratio_text(record, "Apus"),
             *(f"{100 * record['parts'][name]:.0f} %" for name in names)] for record in records]
    return ["### Single operators, one thread: microseconds, and how near the limit of the core or of its memory", "",
            *table_rows(["operator", *names, "ratio", *(f"{name}: of the limit" for name in names)], rows),
            "The limit of a matrix product is what a core multiplies and adds at most. That of the others is the time in "
            "which plain loops read as many bytes and then write as many, in memory of the same size; writing past the "
            "caches can be quicker.", ""]


def _start(record: Record) -> list[str]:
    own = [name for name in ("Apus", "Apus, standalone") if name in record["median"]]
    names = [*own, *(name for name in PEER_NAMES if name in record["median"])]
    return ["### From the start of a process to its printed answer: milliseconds", "",
            f"Less the {record['true_milliseconds']:.2f} ms that starting `true` takes.", "",
            *table_rows(["", *names, "ratio"], [
                ["mnist-cnn", *(time_text(record["median"][name]) for name in names), ratio_text(record, "Apus")]])]


def _part_of_peak(record: Record, peak: float) -> str:
    """Of the direct plan, whose work is what the definition says, on all of its threads."""
    speed = 2 * record["multiply_adds"] / record["median"]["Apus, direct"] / 1000
    return f"{100 * speed / peak / record['threads']:.0f} %"


def _short(runs: dict[str, Record]) -> str:
    """What the README shows: a line for each thing that was measured."""
    newest = max(runs.values(), key=lambda run: run["date"])
    rows: list[list[str]] = []
    for part in ("latency", "throughput", "models"):
        for record in runs.get(part, {"records": []})["records"]:
            rows.append(_short_row(title(record), record, "µs"))
    for record in runs.get("integers", {"records": []})["records"]:
        rows.append(_short_row(title(record, "in 8 bits"), record, "µs"))
    if "sweep" in runs:
        records = runs["sweep"]["records"]
        means = [f"{geometric_mean(records, name):.2f} (mean)" for name in ("Apus", "Apus, approximate")]
        rows.append([f"{len(records)} single convolutions", "", "", *means])
    if "imported" in runs:
        records = [record for record in runs["imported"]["records"] if "failure" not in record]
        mean = f"{geometric_mean(records, 'Apus'):.2f} (mean)" if records else "–"
        rows.append([f"{len(records)} ONNX files", "", "ONNX Runtime", mean, ""])
    for what, record in train_table.titles(runs.get("train", {"records": []})["records"]):
        rows.append(_short_row(what, record, "s"))
    for record in runs.get("start", {"records": []})["records"]:
        rows.append(_short_row("process start to printed answer", record, "ms"))
    header = ["", "Apus", "best peer", "ratio (quartiles)", "with `--allow-approximate`"]
    return "\n".join([
        f"{machine.text(newest['machine'])}; {newest['date']}. Times are of one sample, on one thread where nothing "
        "else is said.", *_disturbed(runs), "", *table_rows(header, rows)])


def _short_row(title: str, record: Record, unit: str) -> list[str]:
    peer = record["best_peer"]
    return [title, f"{time_text(record['median']['Apus'])} {unit}", f"{time_text(record['median'][peer])} {unit}, {peer}",
            ratio_text(record, "Apus"), ratio_text(record, "Apus, approximate")]
