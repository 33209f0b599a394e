"""The 60 convolutions of the sweep: channels 1 to 512, sizes 4 to 224, kernels 1 to 7, strides 1 and 2, depthwise.

They are the layers that small networks are made of, from the first (few channels of a large picture) to the last (many
channels of a small one), with some whose channels fill no vector. Padding keeps ceil(size / stride) rows and columns.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Shape:
    """A square convolution of a square picture."""

    channels: int
    filters: int
    size: int
    kernel: int
    stride: int = 1
    depthwise: bool = False

    @property
    def name(self) -> str:
        kind = f"dw{self.channels}" if self.depthwise else f"{self.channels}to{self.filters}"
        return f"{kind}-k{self.kernel}s{self.stride}-{self.size}"

    @property
    def spec(self) -> str:
        groups = f", groups: {self.channels}" if self.depthwise else ""
        return (
            f"model sweep\ninput x: f32[N, {self.channels}, {self.size}, {self.size}]\n"
            f"output y = conv2d(x, filters: {self.filters}, kernel: [{self.kernel}, {self.kernel}], "
            f"stride: [{self.stride}, {self.stride}], padding: same{groups})\n")


_FIRST = [Shape(*fields) for fields in (
    (1, 16, 28, 3), (1, 8, 28, 5), (1, 6, 32, 5), (3, 16, 32, 3), (3, 8, 96, 3, 2), (3, 32, 112, 3, 2),
    (3, 64, 224, 7, 2), (3, 16, 224, 3, 2), (3, 64, 64, 7), (1, 64, 49, 5, 2))]
_THREE = [Shape(*fields) for fields in (
    (16, 32, 14, 3), (32, 32, 7, 3), (16, 16, 32, 3), (32, 32, 16, 3), (64, 64, 8, 3), (8, 16, 14, 3), (64, 64, 56, 3),
    (128, 128, 28, 3), (256, 256, 14, 3), (512, 512, 7, 3), (512, 512, 4, 3), (24, 24, 20, 3), (10, 20, 12, 3),
    (48, 96, 24, 3), (16, 16, 112, 3), (32, 8, 48, 3))]
_THREE_STRIDED = [Shape(*fields) for fields in (
    (16, 32, 32, 3, 2), (32, 64, 16, 3, 2), (64, 128, 56, 3, 2), (128, 256, 28, 3, 2), (256, 512, 14, 3, 2),
    (12, 20, 30, 3, 2))]
_ONE = [Shape(*fields) for fields in (
    (64, 64, 25, 1), (8, 16, 48, 1), (16, 32, 24, 1), (128, 128, 6, 1), (256, 256, 4, 1), (64, 256, 56, 1),
    (256, 64, 56, 1), (512, 128, 28, 1), (512, 512, 7, 1), (96, 24, 28, 1), (32, 16, 112, 1), (40, 10, 20, 1),
    (64, 128, 56, 1, 2), (256, 512, 14, 1, 2), (16, 32, 32, 1, 2))]
_LARGE = [Shape(*fields) for fields in (
    (6, 16, 14, 5), (32, 64, 14, 5), (16, 16, 28, 7), (64, 64, 28, 5), (16, 32, 28, 5, 2))]
_DEPTHWISE = [Shape(channels, channels, size, kernel, stride, True) for channels, size, kernel, stride in (
    (64, 25, 3, 1), (8, 48, 3, 1), (32, 112, 3, 1), (96, 56, 3, 2), (128, 14, 3, 1), (256, 6, 3, 1), (512, 14, 5, 1),
    (512, 7, 3, 2))]

SHAPES = _FIRST + _THREE + _THREE_STRIDED + _ONE + _LARGE + _DEPTHWISE
assert len(SHAPES) == len(set(SHAPES)) == 60
