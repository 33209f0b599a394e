"""Classifiers of rows of numbers, trained by scikit-learn on the digits that come with it, written by skl2onnx."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import numpy
from skl2onnx import to_onnx
from sklearn.base import ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imported.exporting import SEED, Arrays, Recipe

ASKED = 10  # rows


def recipes() -> Iterator[Recipe]:
    yield _trained("random-forest", RandomForestClassifier(50, random_state=SEED))
    yield _trained("gradient-boosting", GradientBoostingClassifier(n_estimators=20, random_state=SEED))
    yield _trained("logistic-regression", LogisticRegression(max_iter=500))
    yield _trained("scaler-and-regression", make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)))


def _trained(name: str, classifier: ClassifierMixin) -> Recipe:
    """The file gives labels, and probabilities as an array rather than as a list of dictionaries. It is asked several
    rows, since one sees few branches of a tree."""

    def write(path: pathlib.Path) -> list[Arrays]:
        rows, digits = load_digits(return_X_y=True)
        rows = rows.astype(numpy.float32)
        classifier.fit(rows, digits)
        model = to_onnx(classifier, rows[:1], options={id(classifier): {"zipmap": False}})
        path.write_bytes(model.SerializeToString())
        return [{"X": rows[row : row + 1]} for row in range(ASKED)]

    return Recipe(name, write)
