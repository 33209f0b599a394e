"""What the check looks at: runs of the trainer on small data, and pages that the tools make of them."""

from __future__ import annotations

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Names as somebody would choose them who wants a script to run in a report.
HOSTILE = ['<script>window.taken=1<', '"><img src=x onerror="window.taken=1">', "&amp;'`${7*7}", "rtl\u202egnp.exe"]
NETWORK = """
model <name>
input image: f32[N, 1, 28, 28]
conv1 = conv2d(image, filters: 4, kernel: 3, stride: 2)
act1 = relu(conv1)
flat = flatten(act1)
logits = dense(flat, units: 4)
output probabilities = softmax(logits)
"""


class Failure(Exception):
    """Something that must not be."""


def run(*words: object) -> str:
    """What a tool prints."""
    ended = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600)
    if ended.returncode:
        raise Failure(f"{' '.join(str(word) for word in words)} ended with {ended.returncode}\n{ended.stderr}")
    return ended.stdout


def folder_of_classes(tools: pathlib.Path, place: pathlib.Path) -> pathlib.Path:
    """Images in a folder for each class, of names that are HTML."""
    drawn = place / "drawn"
    run(tools / "draw-digits", "--count", 320, "--output", drawn)
    data = place / "classes"
    for number, file in enumerate(sorted(drawn.iterdir())):
        folder = data / HOSTILE[number // 2 % 10 % len(HOSTILE)]
        folder.mkdir(parents=True, exist_ok=True)
        file.rename(folder / file.name)
    return data


def pages(tools: pathlib.Path, place: pathlib.Path) -> dict[str, pathlib.Path]:
    """Makes all kinds of pages, by their names."""
    train, network = tools / "apus-train", ROOT / "Models/mnist-cnn-small.graph"
    digits = ["--data", "digits", "--data-count", 3000, "--evaluate-steps", 10, "--batch", 64]
    # Few samples and many epochs, so that there are mistakes and curves.
    run(train, network, *digits, "--epochs", 6, "--out", place / "digits", "--tensorboard", place / "events")
    run(train, network, *digits, "--epochs", 4, "--seed", 2, "--learning-rate", 0.01, "--schedule", "cosine", "--out",
        place / "<b>other run<b>", "--no-report")
    spec = place / "hostile.graph"
    spec.write_text(NETWORK.replace("<name>", "hostile"))
    data = folder_of_classes(tools, place)
    run(train, spec, "--data", data, "--epochs", 2, "--batch", 16, "--held-out", 100, "--out", place / "hostile")
    run(train, ROOT / "Models/mlp-regression.graph", "--data", "friedman", "--data-count", 600, "--epochs", 5, "--loss",
        "mean-squared-error", "--out", place / "numbers")
    run(tools / "apus-evaluate", place / "digits", "--data", "digits", "--data-count", 3000, "--report",
        place / "evaluation.html")
    run(tools / "dump-graph", ROOT / "Models/resnet8.graph", "--html", place / "graph.html")
    run(tools / "apus-compare", place / "digits", place / "<b>other run<b>", "--html", place / "comparison.html")
    run(tools / "apus-quantize", place / "digits", "--data", "digits", "--data-count", 3000, "--sensitivity", "--max-drop", 100,
        "--keep", "conv2", "--output", place / "<i>8 bits<i>.apus", "--html", place / "quantization.html")
    if (place / "<b>other run<b>/report.html").exists():
        raise Failure("--no-report wrote a report")
    return {
        "run": place / "digits/report.html", "hostile": place / "hostile/report.html",
        "numbers": place / "numbers/report.html", "evaluation": place / "evaluation.html",
        "graph": place / "graph.html", "comparison": place / "comparison.html",
        "quantization": place / "quantization.html",
    }
