"""The table of networks in 8 bits."""

from __future__ import annotations

import math
import statistics

from harness.cells import Record, ratio_text, table_rows, time_text, title
from harness.workshop import FLOATS

# The networks of MLPerf Tiny (Banbury et al., 2021).
TINY = ("resnet8", "mobilenet-v1-025", "ds-cnn", "autoencoder")
_PEERS = ("LiteRT", "ONNX Runtime", "OpenVINO")


def mean_ratio(records: list[Record]) -> float | None:
    """The geometric mean of our ratios to LiteRT over the networks of MLPerf Tiny, if all were measured."""
    ratios = [record["beside"]["LiteRT"]["ratio"] for record in records if record["network"] in TINY]
    return math.exp(statistics.fmean(map(math.log, ratios))) if len(ratios) == len(TINY) else None


def lines(records: list[Record]) -> list[str]:
    """A line for each network, batch and number of threads: times, our ratios, and the signal to noise of all answers."""
    rows = [[
        title(record), *(time_text(record["median"][name]) for name in ("Apus", *_PEERS, FLOATS)),
        _beside_text(record, "LiteRT"), ratio_text(record, "Apus"), _beside_text(record, FLOATS),
        *(f"{record['signal_to_noise'][name]:.0f}" for name in ("Apus", *_PEERS))] for record in records]
    text = ["### Networks in 8 bits: microseconds for a sample", "",
            *table_rows(
                ["network", "Apus", *_PEERS, FLOATS, "ratio to LiteRT", "ratio to the best peer", f"ratio to {FLOATS}",
                 *(f"{name}: dB" for name in ("Apus", *_PEERS))], rows)]
    if (mean := mean_ratio(records)) is not None:
        text += [f"Geometric mean of the ratios to LiteRT over the {len(TINY)} networks of MLPerf Tiny: {mean:.3f}.", ""]
    return [*text, "All runtimes compute in 8 bits, but for Apus in single precision. Decibels are the signal to noise of the "
            "answers, held against those of Apus in single precision.", ""]


def _beside_text(record: Record, name: str) -> str:
    """Our ratio to a runtime, with its quartiles."""
    ratio = record["beside"][name]
    return f"{ratio['ratio']:.2f} ({ratio['lower']:.2f} to {ratio['upper']:.2f})"
