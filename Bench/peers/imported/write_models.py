"""Writes the models of all families, or of those that are named: write_models.py FOLDER [FAMILY]...

Each model gets a folder with `model.onnx` and what it is asked, `inputs-0.npz` and so on; `models.json` lists their names
by family. Weights are random but the same each time, and nothing is downloaded.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from imported import missing_operators

FAMILIES = ("vision", "text", "speech", "recurrent", "tabular")


def main() -> None:
    missing_operators.declare()
    folder, families = pathlib.Path(sys.argv[1]), sys.argv[2:] or FAMILIES
    names: dict[str, list[str]] = {}
    for family in families:
        for recipe in importlib.import_module(f"imported.{family}").recipes():
            model = folder / recipe.name
            model.mkdir(parents=True, exist_ok=True)
            for number, inputs in enumerate(recipe.write(model / "model.onnx")):
                numpy.savez(model / f"inputs-{number}.npz", **inputs)
            names.setdefault(family, []).append(recipe.name)
    (folder / "models.json").write_text(json.dumps(names, indent=1))


if __name__ == "__main__":
    main()
