"""The table of what training takes, and its lines in the project's README."""

from __future__ import annotations

from harness.cells import Record, ratio_text, table_rows, time_text

# What runs hold whose records don't name their network.
_MNIST = {
    "network": "mnist-cnn", "description": "60,000 images of MNIST, noise of 0.1", "batch": 128, "units": 60_000,
    "unit": "images"}
GREATEST_RATIO, LEAST_SPEED_UP = 0.5, 1.85


def complete(records: list[Record]) -> list[Record]:
    """Records with the network that they are of."""
    return [_MNIST | record for record in records]


def speed_ups(records: list[Record]) -> dict[str, float]:
    """Of each network: our time on one thread over that on two."""
    times = {(record["network"], record["threads"]): record["median"]["Apus"] for record in records}
    return {network: times[network, 1] / time for (network, threads), time in times.items()
            if threads == 2 and (network, 1) in times}


def lines(records: list[Record]) -> list[str]:
    """A line for each network and number of threads: times, speeds, our ratio and what the second thread brings."""
    records = complete(records)
    ups = speed_ups(records)
    names = list(records[0]["median"])
    rows = []
    for record in records:
        speeds = [f"{record['units'] / record['median'][name]:,.0f}" for name in names]
        up = ups.get(record["network"]) if record["threads"] == 2 else None
        rows.append([
            f"{record['network']}, {_threads(record)}", *(time_text(record["median"][name]) for name in names),
            f"{speeds[0]} {record['unit']}", *speeds[1:], ratio_text(record, "Apus"), "" if up is None else f"{up:.2f}"])
    texts = {record["network"]: f"{record['network']}: {record['description']}, batches of {record['batch']}."
             for record in records}
    return ["### One training epoch with Adam: seconds", "", *(f"- {text}" for text in texts.values()), "",
            *table_rows(["", *names, *(f"{name}: a second" for name in names), "ratio", "speed-up"], rows),
            f"The speed-up is that of Apus from one thread to two. What is aimed at is a ratio of {GREATEST_RATIO} at most and a "
            f"speed-up of {LEAST_SPEED_UP} at least.", ""]


def titles(records: list[Record]) -> list[tuple[str, Record]]:
    """What the README calls each record."""
    return [(f"one training epoch of {record['network']}, {_threads(record)}", record) for record in complete(records)]


def _threads(record: Record) -> str:
    return "1 thread" if record["threads"] == 1 else f"{record['threads']} threads"
