"""The networks that threads share a sample of, as specs: large ones, and small ones of every kind of layer."""

from __future__ import annotations

import dataclasses


class Spec:
    """Lines of a spec, each with a value of its own."""

    def __init__(self, name: str, shape: str):
        self.lines = [f"model {name}", f"input image: f32[N, {shape}]"]

    def add(self, call: str) -> str:
        """The name of a new value."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {call}")
        return name

    def convolution(
        self, source: str, filters: int, kernel: int | tuple[int, int], stride: int = 1, *, groups: int = 1,
        dilation: int = 1, relu: bool = True, padding: int | tuple[int, int] | None = None
    ) -> str:
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        top, left = (height // 2 * dilation, width // 2 * dilation) if padding is None else (
            (padding, padding) if isinstance(padding, int) else padding)
        call = (f"conv2d({source}, filters: {filters}, kernel: [{height}, {width}], stride: [{stride}, {stride}], "
                f"padding: [{top}, {left}, {top}, {left}], dilation: [{dilation}, {dilation}], groups: {groups})")
        return self.add(f"relu({call})" if relu else call)

    def pool(self, source: str, window: int, stride: int, padding: int = 0, kind: str = "max") -> str:
        return self.add(
            f"{kind}_pool2d({source}, window: [{window}, {window}], stride: [{stride}, {stride}], padding: {padding})")

    def classes(self, source: str, count: int, pooled: bool = True) -> str:
        features = f"flatten(global_average_pool({source}))" if pooled else f"flatten({source})"
        self.lines.append(f"output logits = dense({features}, units: {count})")
        return "\n".join(self.lines) + "\n"


def resnet50() -> str:
    """He et al., "Deep Residual Learning for Image Recognition" (2016), table 1; its stride in the 3 × 3 convolution."""
    spec = Spec("resnet50", "3, 224, 224")
    value = spec.pool(spec.convolution("image", 64, 7, 2), 3, 2, 1)
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            inner = spec.convolution(spec.convolution(value, width, 1), width, 3, stride)
            outer = spec.convolution(inner, 4 * width, 1, relu=False)
            short = value if block else spec.convolution(value, 4 * width, 1, stride, relu=False)
            value = spec.add(f"relu(add({outer}, {short}))")
    return spec.classes(value, 1000)


def vgg(name: str, size: int, stages: tuple[tuple[int, ...], ...], units: tuple[int, ...], classes: int) -> str:
    """Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2015), table 1."""
    spec = Spec(name, f"3, {size}, {size}")
    value = "image"
    for stage in stages:
        for width in stage:
            value = spec.convolution(value, width, 3)
        value = spec.pool(value, 2, 2)
    value = spec.add(f"flatten({value})")
    for count in units:
        value = spec.add(f"relu(dense({value}, units: {count}))")
    return spec.classes(value, classes, pooled=False)


def mobilenet_v1() -> str:
    """Howard et al., "MobileNets" (2017), table 1."""
    spec = Spec("mobilenet_v1", "3, 224, 224")
    value, width = spec.convolution("image", 32, 3, 2), 32
    for wider, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1)):
        value = spec.convolution(spec.convolution(value, width, 3, stride, groups=width), wider, 1)
        width = wider
    return spec.classes(value, 1000)


def densenet121() -> str:
    """Huang et al., "Densely Connected Convolutional Networks" (2017), table 1; norms are scales and shifts that are folded away
    where a convolution is before them, and none elsewhere."""
    spec = Spec("densenet121", "3, 224, 224")
    value, width = spec.pool(spec.convolution("image", 64, 7, 2), 3, 2, 1), 64
    for stage, layers in enumerate((6, 12, 24, 16)):
        if stage:
            width //= 2
            value = spec.pool(spec.convolution(value, width, 1), 2, 2, kind="average")
        for _ in range(layers):
            new = spec.convolution(spec.convolution(spec.add(f"relu({value})"), 128, 1), 32, 3, relu=False)
            value = spec.add(f"concat({value}, {new}, axis: 1)")
            width += 32
    return spec.classes(spec.add(f"relu({value})"), 1000)


def inception_v1() -> str:
    """Szegedy et al., "Going Deeper with Convolutions" (2015), table 1, without local response norms."""
    spec = Spec("inception_v1", "3, 224, 224")
    value = spec.pool(spec.convolution("image", 64, 7, 2), 3, 2, 1)
    value = spec.pool(spec.convolution(spec.convolution(value, 64, 1), 192, 3), 3, 2, 1)
    modules = (
        (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), None, (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128), None, (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128))
    for module in modules:
        if module is None:
            value = spec.pool(value, 3, 2, 1)
            continue
        one, reduce3, three, reduce5, five, pooled = module
        branches = [
            spec.convolution(value, one, 1), spec.convolution(spec.convolution(value, reduce3, 1), three, 3),
            spec.convolution(spec.convolution(value, reduce5, 1), five, 5),
            spec.convolution(spec.pool(value, 3, 1, 1), pooled, 1)]
        value = spec.add(f"concat({', '.join(branches)}, axis: 1)")
    return spec.classes(value, 1000)


def vision_transformer() -> str:
    """Touvron et al., "Training data-efficient image transformers" (2021), table 1, DeiT-Ti. The classes are read from the mean of
    all patches, as section 4 of Zhai et al., "Scaling Vision Transformers" (2022), compares it with a token of its own."""
    width, heads, patches = 192, 3, 14 * 14
    spec = Spec("vision_transformer", "3, 224, 224")
    rows = spec.add(f"reshape({spec.convolution('image', width, 16, 16, relu=False, padding=0)}, shape: [{width}, {patches}])")
    spec.lines.append(f"parameter positions: f32[{patches}, {width}] = normal(0.02)")
    stream = spec.add(f"add(transpose({rows}, permutation: [0, 2, 1]), positions)")
    for _ in range(12):
        norm = spec.add(f"layer_norm({stream})")
        query, key, value = (spec.add(f"linear({norm}, units: {width})") for _ in range(3))
        seen = spec.add(f"linear(attention({query}, {key}, {value}, heads: {heads}), units: {width})")
        middle = spec.add(f"add({stream}, {seen})")
        hidden = spec.add(f"gelu(linear(layer_norm({middle}), units: {4 * width}))")
        stream = spec.add(f"add({middle}, linear({hidden}, units: {width}))")
    mean = spec.add(f"reduce_mean(layer_norm({stream}), axes: [1])")
    return spec.classes(mean, 1000, pooled=False)


def audio() -> str:
    """Kernels along time and along frequency in turn, as networks for spectrograms have them."""
    spec = Spec("audio", "1, 64, 96")
    value = spec.convolution("image", 16, (5, 1))
    value = spec.pool(spec.convolution(value, 16, (1, 5)), 2, 2)
    for width in (32, 64):
        value = spec.pool(spec.convolution(spec.convolution(value, width, (5, 1)), width, (1, 5)), 2, 2)
    return spec.classes(value, 12)


def dilated() -> str:
    """Convolutions that reach twice as far with each layer: Yu and Koltun, "Multi-Scale Context Aggregation" (2016)."""
    spec = Spec("dilated", "3, 64, 64")
    value = spec.convolution("image", 32, 3)
    for dilation in (1, 2, 4, 8):
        value = spec.convolution(value, 32, 3, dilation=dilation)
    return spec.classes(value, 10)


def grouped() -> str:
    """Groups of channels: Xie et al., "Aggregated Residual Transformations" (2017)."""
    spec = Spec("grouped", "3, 32, 32")
    value = spec.convolution("image", 64, 3)
    for groups in (4, 8, 4):
        value = spec.convolution(spec.convolution(value, 64, 1), 64, 3, groups=groups)
    return spec.classes(value, 10)


def perceptron() -> str:
    spec = Spec("perceptron", "1, 28, 28")
    value = spec.add("flatten(image)")
    for _ in range(2):
        value = spec.add(f"relu(dense({value}, units: 4096))")
    return spec.classes(value, 10, pooled=False)


@dataclasses.dataclass(frozen=True)
class Network:
    name: str
    # A spec, or the name of one in the folder Models.
    spec: str | None = None


NETWORKS = (
    Network("resnet18"), Network("resnet50", resnet50()),
    Network("vgg16", vgg("vgg16", 224, ((64,) * 2, (128,) * 2, (256,) * 3, (512,) * 3, (512,) * 3), (4096,) * 2, 1000)),
    Network("mobilenet-v1", mobilenet_v1()), Network("mobilenet-v2"),
    Network("densenet121", densenet121()), Network("inception-v1", inception_v1()),
    Network("vision-transformer", vision_transformer()),
    Network("vgg11-32", vgg("vgg11", 32, ((64,), (128,), (256,) * 2, (512,) * 2, (512,) * 2), (), 10)),
    Network("audio", audio()), Network("dilated", dilated()), Network("grouped", grouped()),
    Network("perceptron-4096", perceptron()), Network("resnet8"))
