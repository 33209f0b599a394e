"""Epochs of a recipe with PyTorch: train_pytorch.py NETWORK DATA THREADS VARIANT

VARIANT is `contiguous` or `channels-last`: how images lie in memory; or `compiled`: contiguous, and torch.compile makes C++ of the
network and its gradients.
"""

from __future__ import annotations

import pathlib
import sys

import torch
import torch.nn.functional as functional

from epochs import serve_epochs, training_set
from pytorch_networks import NETWORKS
from recipes import RATE, RECIPES


def main() -> None:
    recipe, data, threads, variant = RECIPES[sys.argv[1]], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    layout = torch.channels_last if variant == "channels-last" else torch.contiguous_format
    samples = training_set(recipe, data)
    inputs = torch.from_numpy(samples.inputs).contiguous(memory_format=layout)
    targets = torch.from_numpy(samples.targets)
    network = NETWORKS[recipe.network](samples.classes).to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)

    def loss_of(batch: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(network(batch).flatten(0, -2), wanted.flatten())

    # The last batch of an epoch may be smaller; it is compiled by itself then.
    step = torch.compile(loss_of, dynamic=False) if variant == "compiled" else loss_of

    def epoch(_: int) -> float:
        total, steps = torch.zeros(()), 0
        for chosen in torch.randperm(len(targets)).split(recipe.batch):
            batch = inputs[chosen].contiguous(memory_format=layout)
            if recipe.noise:
                batch.add_(torch.randn_like(batch), alpha=recipe.noise)
            loss = step(batch, targets[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            steps += 1
        return float(total) / steps

    serve_epochs(epoch)


if __name__ == "__main__":
    main()
