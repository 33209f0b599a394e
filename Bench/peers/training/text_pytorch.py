#!/usr/bin/env python3
"""Trains a network on a text with apus-train and with PyTorch, and prints both curves side by side.

    text_pytorch.py char-lstm docs --epochs 8
    text_pytorch.py char-transformer docs --set width=64 --apus-train .build/release/apus-train

Both begin with the same weights and see the same windows in the same order: what apus-train draws at random is drawn here again
(philox.py). So the curves part only as rounding drives them apart.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
import torch.nn.functional as functional

PEERS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PEERS))

from fixtures import text as networks  # noqa: E402
from fixtures.network import Network  # noqa: E402
import philox  # noqa: E402
from epochs import windows  # noqa: E402

# What the specs say where nothing else is asked for.
SETTINGS = {
    "char-transformer": {"length": 128, "width": 128, "heads": 4},
    "char-lstm": {"length": 64, "width": 64, "units": 128},
}
FORWARD = {"char-transformer": networks.char_transformer, "char-lstm": networks.char_lstm}
SEED = 1


class TrainedNetwork(Network):
    """Parameters that begin as those of the specs do, and stay from step to step."""

    def __init__(self) -> None:
        super().__init__("", torch.float32, training=True)

    def parameter(self, name, *shape, kind=None):
        if name not in self.parameters:
            values = self._initial(name, shape, kind).reshape(shape)
            self.parameters[name] = torch.tensor(values.astype(numpy.float32)).requires_grad_()
        return self.parameters[name]

    @staticmethod
    def _initial(name, shape, kind):
        count = math.prod(shape)
        if name in ("characters", "positions"):
            return 0.02 * philox.normal(SEED, name, count)
        if len(shape) == 1:
            return numpy.full(count, 1.0 if kind == "factor" else 0.0)
        if name == "vectors.weight":
            return philox.normal(SEED, name, count)
        if name.startswith("layer"):
            # Of an LSTM: within ±1/√units.
            return philox.uniform(SEED, name, count) / math.sqrt(shape[0] // 4)
        # Glorot and Bengio (2010), equation 16.
        return math.sqrt(6 / (shape[0] + shape[1])) * philox.uniform(SEED, name, count)


def curve_of_apus(options: argparse.Namespace, settings: dict[str, int]) -> list[float]:
    """The mean loss of each epoch, by apus-train."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            options.apus_train, str(PEERS.parents[1] / f"Models/{options.model}.graph"), "--data", str(options.text),
            "--out", f"{folder}/run", "--batch", str(options.batch), "--epochs", str(options.epochs),
            "--learning-rate", str(options.learning_rate), "--schedule", "constant", "--noise", "0", "--select-on", "last",
            "--seed", str(SEED), "--threads", str(options.threads)]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        lines = pathlib.Path(f"{folder}/run/history.jsonl").read_text().splitlines()
    return [json.loads(line)["train_loss"] for line in lines]


def curve_of_pytorch(
    options: argparse.Namespace, settings: dict[str, int], inputs: torch.Tensor, targets: torch.Tensor
) -> list[float]:
    """The same by PyTorch."""
    network, forward = TrainedNetwork(), FORWARD[options.model]
    arguments = {name: value for name, value in settings.items() if name != "length"}
    forward(network, inputs[:1], **arguments)
    optimizer = torch.optim.Adam(network.parameters.values(), lr=options.learning_rate)
    curve = []
    for epoch in range(options.epochs):
        total = 0.0
        order = torch.tensor(philox.permutation(len(inputs), SEED, epoch))
        for chosen in order.split(options.batch):
            logits = forward(network, inputs[chosen], **arguments)
            loss = functional.cross_entropy(logits.flatten(0, 1), targets[chosen].flatten())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        curve.append(total / len(inputs))
    return curve


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=sorted(SETTINGS))
    parser.add_argument("text", type=pathlib.Path, help="a file, or a folder of .md and .txt files")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a setting of the spec")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--apus-train", default=str(PEERS.parents[1] / ".build/release/apus-train"))
    return parser.parse_args()


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    settings = SETTINGS[options.model] | {
        name: int(value) for name, value in (pair.split("=") for pair in options.set)}
    samples = windows(options.text, settings["length"])
    inputs, targets = torch.from_numpy(samples.inputs), torch.from_numpy(samples.targets)
    settings["vocabulary"] = samples.classes
    steps = -(-len(inputs) // options.batch)
    print(f"{options.model}: {len(inputs)} windows, {settings}, {steps} steps an epoch")
    ours, theirs = curve_of_apus(options, settings), curve_of_pytorch(options, settings, inputs, targets)
    print("steps     Apus  PyTorch")
    for epoch, (one, other) in enumerate(zip(ours, theirs), start=1):
        print(f"{epoch * steps:5}  {one:7.4f}  {other:7.4f}")


if __name__ == "__main__":
    main()
