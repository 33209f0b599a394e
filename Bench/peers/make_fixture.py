#!/usr/bin/env python3
"""Computes with PyTorch what the models of this project should answer, and stores it as fixtures of the tests.

    make_fixture.py [FOLDER]        (default: Tests/ModelsTests/Fixtures)

For each model, on one small batch, in double precision, stored as f32:

    fixture.json        what the rest belongs to: settings of the spec, inputs and targets, the names and shapes of parameters
    logits.npy, ...     the outputs, with the running statistics of batch norms
    loss.npy            the loss, with the statistics of the batch
    gradients.npy       the gradient of the loss with respect to every parameter, one after the other
    statistics.npy      the running statistics after this batch, where there are any

Dropout drops nothing here: its random numbers are the project's own. Weights, inputs and targets come from the formula in
fixtures/formula.py, so a fixture holds only what PyTorch computed.

Where a rectifier or a pooling might decide otherwise in f32 than in f64, no bound on the difference could be asked for. So
the numbers are drawn again, with another salt, until all decisions are clear: their margins are many times what PyTorch's own
f32 is off there.
"""

import pathlib
import sys

import torch

from fixtures import images, mobile, regression, residual, segmentation, text, video

FAMILIES = [images, residual, mobile, segmentation, text, video, regression]


def main():
    torch.set_num_threads(1)
    here = pathlib.Path(__file__).resolve()
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[2] / "Tests/ModelsTests/Fixtures"
    for family in FAMILIES:
        for fixture in family.FIXTURES:
            fixture.write(folder)


if __name__ == "__main__":
    main()
