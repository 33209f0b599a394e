"""Networks of images: those of torchvision, a vision transformer, and a U-Net."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import torch
from torch import nn
from torchvision import models
from transformers import ViTConfig, ViTForImageClassification

from imported.exporting import Network, Recipe, exported

IMAGE = (1, 3, 224, 224)
TORCHVISION = {
    "resnet18": "resnet18", "mobilenet-v3-small": "mobilenet_v3_small", "mobilenet-v3-large": "mobilenet_v3_large",
    "efficientnet-b0": "efficientnet_b0"}


def recipes() -> Iterator[Recipe]:
    for name, function in TORCHVISION.items():
        yield exported(name, functools.partial(_classifier, getattr(models, function)))
    yield exported("vit-tiny", _vit)
    yield exported("u-net", _unet)


def _classifier(make: type[nn.Module]) -> Network:
    return Network(make(weights=None), {"image": torch.randn(IMAGE)})


class _Scores(nn.Module):
    """A classifier of transformers that gives its scores alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.model(pixel_values=image).logits


def _vit() -> Network:
    """ViT-Ti of Touvron et al. (2021), table 1: 12 layers, 3 heads, width 192."""
    config = ViTConfig(
        hidden_size=192, num_hidden_layers=12, num_attention_heads=3, intermediate_size=768, num_labels=1000,
        initializer_range=0.06)
    return Network(_Scores(ViTForImageClassification(config)), {"image": torch.randn(IMAGE)})


class _Double(nn.Sequential):
    """Two convolutions, each with batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int):
        layers: list[nn.Module] = []
        for channels in (inputs, outputs):
            layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        super().__init__(*layers)


class _UNet(nn.Module):
    """Ronneberger et al. (2015), small, and padded so that sizes stay. Of the three ways up, two are transposed
    convolutions and one is bilinear, as both are in use."""

    def __init__(self, width: int = 16, classes: int = 2):
        super().__init__()
        widths = [width << level for level in range(4)]
        self.down = nn.ModuleList(_Double(inputs, outputs) for inputs, outputs in zip([3, *widths], widths[:3]))
        self.pool = nn.MaxPool2d(2)
        self.bottom = _Double(widths[2], widths[3])
        self.up = nn.ModuleList([
            nn.ConvTranspose2d(widths[3], widths[2], 2, 2),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.ConvTranspose2d(widths[1], widths[0], 2, 2)])
        self.joined = nn.ModuleList([
            _Double(2 * widths[2], widths[2]), _Double(widths[2] + widths[1], widths[1]),
            _Double(2 * widths[0], widths[0])])
        self.classes = nn.Conv2d(width, classes, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        kept, values = [], image
        for down in self.down:
            kept.append(down(values))
            values = self.pool(kept[-1])
        values = self.bottom(values)
        for up, joined, skipped in zip(self.up, self.joined, reversed(kept)):
            values = joined(torch.cat([up(values), skipped], 1))
        return self.classes(values)


def _unet() -> Network:
    return Network(_UNet(), {"image": torch.randn(1, 3, 128, 128)})
