"""Networks of tokens, from transformers."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel

from imported.exporting import Network, Recipe, exported

TOKENS = 32


def recipes() -> Iterator[Recipe]:
    yield exported("bert-tiny", _bert)
    # The exporter that traces can't follow how this model makes its mask.
    yield exported("gpt2-tiny", _gpt2, dynamo=True)


class _Bert(nn.Module):
    """The last layer's values alone."""

    def __init__(self, model: BertModel):
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=tokens, attention_mask=mask).last_hidden_state


def _bert() -> Network:
    """BERT-tiny of Turc et al. (2019), table 1: 2 layers, 2 heads, width 128. The last tokens are masked."""
    config = BertConfig(
        hidden_size=128, num_hidden_layers=2, num_attention_heads=2, intermediate_size=512, initializer_range=0.08)
    mask = torch.ones(1, TOKENS, dtype=torch.int64)
    mask[:, TOKENS - 4 :] = 0
    tokens = torch.randint(0, config.vocab_size, (1, TOKENS))
    return Network(_Bert(BertModel(config, add_pooling_layer=False)), {"tokens": tokens, "mask": mask})


class _GPT2(nn.Module):
    """The scores of the next tokens, without what a later call could go on from."""

    def __init__(self, model: GPT2LMHeadModel):
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=tokens, use_cache=False).logits


def _gpt2() -> Network:
    """GPT-2 of Radford et al. (2019) with 2 layers, 4 heads, width 128, and few words: they would be most of the work."""
    config = GPT2Config(
        vocab_size=1000, n_positions=128, n_embd=128, n_layer=2, n_head=4, initializer_range=0.08, use_cache=False,
        bos_token_id=0, eos_token_id=0)
    return Network(_GPT2(GPT2LMHeadModel(config)), {"tokens": torch.randint(0, config.vocab_size, (1, TOKENS))})
