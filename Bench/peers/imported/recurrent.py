"""A tagger of words: an LSTM that reads them from both ends."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from imported.exporting import Network, Recipe, exported

WORDS, TAGS, LENGTH = 1000, 12, 24


def recipes() -> Iterator[Recipe]:
    yield exported("lstm-tagger", _tagger)


class _Tagger(nn.Module):
    def __init__(self, width: int = 64):
        super().__init__()
        self.words = nn.Embedding(WORDS, width)
        self.memory = nn.LSTM(width, width, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(2 * width, TAGS)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        return self.tags(self.memory(self.words(words))[0])


def _tagger() -> Network:
    return Network(_Tagger(), {"words": torch.randint(0, WORDS, (1, LENGTH))})
