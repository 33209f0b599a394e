"""What people and programs are told."""

from __future__ import annotations

import dataclasses
import json
import sys

from checks import Arena
from comparison import Comparison


def progress(done: int, of: int) -> None:
    """How far the measuring is, on one line of a terminal."""
    if sys.stderr.isatty():
        end = "\r" if done < of else "\n"
        print(f"measured {done} of {max(of, done)} pairs ", end=end, file=sys.stderr, flush=True)


@dataclasses.dataclass
class Results:
    old: str
    new: str
    tolerance: float
    timed: list[Comparison]
    arenas: list[Arena]
    has_same_bits: bool
    allocating: list[str]
    alone: dict[str, str]

    @property
    def is_worse(self) -> bool:
        verdicts = [one.verdict for one in self.timed] + [one.verdict for one in self.arenas]
        return "worse" in verdicts or not self.has_same_bits or bool(self.allocating)

    def text(self) -> str:
        rows = [["model", "figure", "old", "new", "ratio", "quartiles", "noise", ""]]
        for one in self.timed:
            lower, middle, upper = one.quartiles
            rows.append([
                one.figure.model, one.figure.name, f"{one.old:.4g} {one.figure.unit}", f"{one.new:.4g} {one.figure.unit}",
                f"{middle:.3f}", f"{lower:.3f} to {upper:.3f}", f"{100 * one.noise:.1f} %", one.verdict])
        lines = [f"{self.new}, against {self.old}; ratios are new over old, less is better", "", *_table(rows), ""]
        changed = [one for one in self.arenas if one.verdict != "equal"]
        rows = [["model", "arena of", "old", "bound", "new", "bound", ""]]
        for one in changed:
            rows.append([
                one.model, one.plan, *(f"{size:,} B" for size in (*one.old[:2], *one.new[:2])),
                one.verdict + ("" if one.new[2] else ", not proven")])
        lines += [f"arenas: {len(self.arenas) - len(changed)} of {len(self.arenas)} are the same", *(
            _table(rows) if changed else []), ""]
        lines.append(f"bits: one thread and two train {'the same' if self.has_same_bits else 'DIFFERENT'} bytes")
        lines.append("allocations: none" if not self.allocating else "allocations: " + "; ".join(self.allocating))
        lines += [f"{name}: left out, {reason}" for name, reason in self.alone.items()]
        unclear = sum(one.verdict == "unclear" for one in self.timed)
        if unclear:
            lines.append(f"{unclear} figures are unclear: their noise is above {self.tolerance:g} %; measure longer, or in quiet")
        lines += ["", "something is worse" if self.is_worse else f"nothing is worse by more than {self.tolerance:g} %"]
        return "\n".join(lines)

    def json(self) -> str:
        return json.dumps({
            "old": self.old, "new": self.new, "tolerance": self.tolerance / 100, "worse": self.is_worse,
            "timed": [{
                "model": one.figure.model, "figure": one.figure.name, "unit": one.figure.unit, "old": one.old, "new": one.new,
                "ratio": one.quartiles[1], "lower": one.quartiles[0], "upper": one.quartiles[2], "noise": one.noise,
                "pairs": len(one.pairs), "verdict": one.verdict} for one in self.timed],
            "arenas": [{
                "model": one.model, "plan": one.plan, "verdict": one.verdict,
                "old": dict(zip(("bytes", "bound", "optimal"), one.old)),
                "new": dict(zip(("bytes", "bound", "optimal"), one.new))} for one in self.arenas],
            "same_bits": self.has_same_bits, "allocating": self.allocating, "left_out": self.alone}, indent=2)


def _table(rows: list[list[str]]) -> list[str]:
    """Columns as wide as their widest cell; the first two and the last to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, 1, len(widths) - 1}
    return ["  ".join(
        cell.ljust(width) if column in left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
