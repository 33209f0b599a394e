"""Pairs of measurements, one of each side in turn, and what follows from their ratios."""

from __future__ import annotations

import dataclasses
import math
import statistics
import time
from collections.abc import Callable

from checkout import Checkout
from figures import Figure

# Pairs of each figure at first, and at most.
FIRST_PAIRS, MOST_PAIRS = 4, 12


@dataclasses.dataclass
class Comparison:
    """One figure of both sides: what was measured in each pair, new and old."""

    figure: Figure
    tolerance: float
    pairs: list[tuple[float, float]] = dataclasses.field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """New over old: less is better."""
        return [new / old for old, new in self.pairs]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """The median ratio between its quartiles."""
        if len(self.pairs) < 2:
            return self.ratios[0], self.ratios[0], self.ratios[0]
        lower, middle, upper = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return lower, middle, upper

    @property
    def noise(self) -> float:
        """Half of the median's interval of 95 %: 1.96 standard errors.

        The standard error of a median is 1.2533 s / √n, and the interquartile range of normal noise 1.349 s (R. McGill,
        J. W. Tukey, W. A. Larsen, "Variations of Box Plots" (1978), with 1.96 in place of their 1.7).
        """
        lower, _, upper = self.quartiles
        return 1.96 * 1.2533 / 1.349 * (upper - lower) / math.sqrt(len(self.pairs))

    @property
    def verdict(self) -> str:
        _, middle, _ = self.quartiles
        if middle - self.noise > 1 + self.tolerance:
            return "worse"
        if middle + self.noise < 1 - self.tolerance:
            return "better"
        if abs(middle - 1) <= self.tolerance and self.noise <= self.tolerance:
            return "equal"
        return "unclear"

    @property
    def old(self) -> float:
        return statistics.median(old for old, _ in self.pairs)

    @property
    def new(self) -> float:
        return statistics.median(new for _, new in self.pairs)

    def measure(self, old: Checkout, new: Checkout) -> None:
        """One more pair; which side comes first changes from pair to pair."""
        if len(self.pairs) % 2 == 0:
            before, after = self.figure.measure(old), self.figure.measure(new)
        else:
            after, before = self.figure.measure(new), self.figure.measure(old)
        self.pairs.append((before, after))


def compare(
    figures: list[Figure], old: Checkout, new: Checkout, tolerance: float, minutes: float,
    progress: Callable[[int, int], None] | None
) -> list[Comparison]:
    """Some pairs of each figure, round by round, and then more of those that are not yet clear, while there is time."""
    end = time.monotonic() + 60 * minutes
    comparisons = [Comparison(figure, tolerance) for figure in figures]
    for number in range(MOST_PAIRS):
        # What seems worse is looked at again too: of many figures some seem so by chance.
        open_ones = [one for one in comparisons if number < FIRST_PAIRS or one.verdict in ("unclear", "worse")]
        for place, comparison in enumerate(open_ones):
            if number >= 2 and time.monotonic() > end:
                return comparisons
            comparison.measure(old, new)
            if progress:
                progress(number * len(open_ones) + place + 1, FIRST_PAIRS * len(comparisons))
    return comparisons
