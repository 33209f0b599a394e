"""What is trained, and how: the networks of the part `train`, as Apus and its peers train them."""

from __future__ import annotations

import dataclasses

RATE = 3e-3


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A network with its data. The optimizer is Adam at a rate of `RATE`; the order of the samples is drawn for each epoch."""

    network: str
    description: str
    """The data, in the words of a table."""
    samples: int
    """Those of an epoch: images, or windows of a text."""
    batch: int
    noise: float
    """Standard deviation of what is added to the inputs, drawn anew for each batch."""
    greatest_first_loss: float
    """An epoch that learns ends its first pass below this."""
    length: int = 1
    """Characters of a window."""

    @property
    def unit(self) -> str:
        """What a speed counts."""
        return "images" if self.length == 1 else "tokens"

    @property
    def units(self) -> int:
        """Those of an epoch."""
        return self.samples * self.length


# A network that doesn't learn stays near the logarithm of its classes: 2.3 of ten, and 4.8 of some 120 characters.
RECIPES = {recipe.network: recipe for recipe in (
    Recipe("mnist-cnn", "60,000 images of MNIST, noise of 0.1", 60_000, 128, 0.1, 0.5),
    Recipe("resnet8", "4,096 made-up pictures of 3 × 32 × 32", 4_096, 128, 0.0, 1.5),
    Recipe("char-transformer", "512 windows of 128 characters of the project's documentation", 512, 32, 0.0, 4.2, 128),
)}
