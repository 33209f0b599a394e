"""Epochs of the seed recipe with PyTorch: train_pytorch.py DATA THREADS VARIANT

VARIANT is `channels-last` or `contiguous`: how images lie in memory.
"""

from __future__ import annotations

import pathlib
import sys

import torch
from torch import nn

from epochs import serve_epochs, training_set

BATCH, RATE, NOISE = 128, 3e-3, 0.1


def network() -> nn.Module:
    """mnist-cnn, with Glorot's uniform initialization."""
    layers: list[nn.Module] = []
    for channels, filters in ((1, 16), (16, 32), (32, 32)):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(288, 10))
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
    return model


def main() -> None:
    data, threads, variant = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    layout = torch.channels_last if variant == "channels-last" else torch.contiguous_format
    pixels, classes = training_set(data)
    images = torch.from_numpy(pixels).unsqueeze(1).contiguous(memory_format=layout)
    labels = torch.from_numpy(classes)
    model = network().to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    criterion = nn.CrossEntropyLoss()

    def epoch(_: int) -> float:
        total, steps = torch.zeros(()), 0
        for chosen in torch.randperm(len(labels)).split(BATCH):
            batch = images[chosen].contiguous(memory_format=layout)
            batch.add_(torch.randn_like(batch), alpha=NOISE)
            loss = criterion(model(batch), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            steps += 1
        return float(total) / steps

    serve_epochs(epoch)


if __name__ == "__main__":
    main()
