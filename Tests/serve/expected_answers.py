"""What a model answers without a server."""

import pathlib
import subprocess
import tempfile

import numpy as np
from running_server import INFER

SAMPLES = np.random.default_rng(0).random((5, 1, 28, 28), dtype=np.float32)


def expected(model, samples):
    """What apus-infer answers: the same bits, for it is the same plan."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        np.save(folder / "input.npy", samples)
        subprocess.run(
            [INFER, model, "--input", f"image={folder}/input.npy", "--output", f"probabilities={folder}/output.npy"],
            check=True, stdout=subprocess.DEVNULL)
        return np.load(folder / "output.npy")
