"""Reads a folder of event files as TensorBoard does, and holds it against a run's history."""

from __future__ import annotations

import json
import pathlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def problems(folder: pathlib.Path, history: pathlib.Path) -> list[str]:
    """What is other than in the history."""
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    lines = [json.loads(line) for line in history.read_text().splitlines()]
    steps = next(line["steps"] for line in lines if "step" in line)
    expected: dict[str, list[tuple[int, float]]] = {}
    for line in lines:
        place = (line["epoch"] - 1) * steps + line["step"] if "step" in line else line["epoch"] * steps
        for name, tag in (("train_loss", "loss/training"), ("learning_rate", "learning_rate"),
                          ("validation_loss", "loss/validation"), ("test_loss", "loss/test"),
                          ("validation_accuracy", "accuracy/validation"), ("test_accuracy", "accuracy/test")):
            if line.get(name) is not None:
                expected.setdefault(tag, []).append((place, line[name]))
    found = {tag: [(event.step, event.value) for event in accumulator.Scalars(tag)]
             for tag in accumulator.Tags()["scalars"] if tag in expected}
    wrong = []
    for tag, values in expected.items():
        known = found.get(tag, [])
        if [step for step, _ in known] != [step for step, _ in values]:
            wrong.append(f"events: {tag} has steps {[step for step, _ in known]}, and not {[step for step, _ in values]}")
        elif any(abs(a - b) > 1e-6 * max(1, abs(b)) for (_, a), (_, b) in zip(known, values)):
            wrong.append(f"events: {tag} has {known}, and not {values}")
    return wrong
