"""The encoder of a network that understands speech, from transformers."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from imported.exporting import Network, Recipe, exported


def recipes() -> Iterator[Recipe]:
    yield exported("whisper-tiny-encoder", _whisper)


class _Encoder(nn.Module):
    """The last layer's values alone."""

    def __init__(self, model: WhisperEncoder):
        super().__init__()
        self.model = model

    def forward(self, spectrogram: torch.Tensor) -> torch.Tensor:
        return self.model(spectrogram).last_hidden_state


def _whisper() -> Network:
    """Whisper tiny of Radford et al. (2022), table 1: 4 layers, 6 heads, width 384; half a minute of sound, 80 bands."""
    config = WhisperConfig(
        d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, num_mel_bins=80,
        max_source_positions=1500, init_std=0.04)
    return Network(_Encoder(WhisperEncoder(config)), {"spectrogram": torch.randn(1, 80, 3000)})
