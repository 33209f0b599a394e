"""From the start of a process to its printed answer, less what starting `true` takes."""

from __future__ import annotations

import pathlib
import shutil
import statistics
from typing import Any

import numpy

from harness import programs, workshop
from harness.rounds import summary
from parts.networks import MNIST

ROUNDS, PROCESSES = 15, 10
NOTHING = "true"
STANDALONE = "Apus, standalone"


def start(quick: bool) -> list[dict[str, Any]]:
    """apus-infer with a plan, and a standalone program, against programs in C that do as little as they can with a peer's C interface.

    Ours are copied, as they are when they are installed: a file that the linker has just written starts more slowly.
    ncnn and PyTorch have nothing but Python in their wheels, whose start would be measured in place of theirs.
    """
    subject = workshop.Subject(MNIST, MNIST.stem)
    commands = _commands(subject)
    timer = programs.built("process_times", [])
    answers = {name: workshop.run(command) for name, command in commands.items()}
    for name, answer in answers.items():
        if name != NOTHING and not _names_class(answer, _expected(subject)):
            raise SystemExit(f"start: {name} answers {answer.strip()!r}, not class {_expected(subject)}")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(3 if quick else ROUNDS):
        for name, command in commands.items():
            median, _ = workshop.run([timer, 5 if quick else PROCESSES, *command]).split()
            times[name].append(int(median) / 1e6)
    nothing = times.pop(NOTHING)
    own_times = {name: [value - none for value, none in zip(values, nothing)] for name, values in times.items()}
    record = summary(own_times, workshop.OURS | {STANDALONE})
    own = record["ratios"]["Apus"]
    least = statistics.median(nothing)
    print(", ".join(f"{name} {value:.2f} ms" for name, value in record["median"].items()), f"; true {least:.2f} ms;",
          f"ratio to {record['best_peer']} {own['ratio']:.3f}", flush=True)
    return [{"network": subject.name, "true_milliseconds": least, **record}]


def _commands(subject: workshop.Subject) -> dict[str, list[object]]:
    """What is started: each gets its model and one sample in a file, and prints the class that it takes it for."""
    packages = programs.packages()
    samples = {False: subject.samples(1, False), True: subject.samples(1, True)}
    array = subject.folder / "sample.npy"
    numpy.save(array, numpy.fromfile(samples[False], "<f4").reshape(1, *subject.network.input_shape))
    models = {runtime.name: subject.peer_model(runtime, 1) for runtime in workshop.RUNTIMES}
    openvino = packages / "openvino"
    peers = {
        "ONNX Runtime": programs.built("start_onnxruntime", [programs.onnxruntime_library()]),
        "LiteRT": programs.built("start_litert", [packages / "ai_edge_litert/libLiteRt.so"]),
        "OpenVINO": programs.built(
            "start_openvino", [f"-I{openvino / 'include'}", next((openvino / "libs").glob("libopenvino_c.so.*"))])}
    names = {"ONNX Runtime": [subject.network.input, subject.network.output]}
    plan = subject.plan(workshop.VARIANTS[0], 1)
    infer = shutil.copy(workshop.TOOLS / "apus-infer", subject.folder / "apus-infer")
    standalone = subject.folder / "standalone"
    workshop.run([workshop.TOOLS / "apus-export", "--standalone", standalone, plan])
    asked = ["--top", 1, "--input", f"{subject.network.input}={array}"]
    commands: dict[str, list[object]] = {
        NOTHING: [shutil.which("true") or "/bin/true"], "Apus": [infer, plan, *asked], STANDALONE: [standalone, *asked]}
    for name, program in peers.items():
        commands[name] = [program, models[name], samples[name == "LiteRT"], *names.get(name, [])]
    return commands


def _expected(subject: workshop.Subject) -> int:
    """The class that ONNX Runtime's worker gives, which the other parts compare number by number."""
    import onnxruntime
    model = onnxruntime.InferenceSession(str(subject.peer_model(workshop.RUNTIMES[0], 1)))
    samples = numpy.fromfile(subject.samples(1, False), "<f4").reshape(1, *subject.network.input_shape)
    return int(numpy.argmax(model.run(None, {subject.network.input: samples})[0]))


def _names_class(answer: str, expected: int) -> bool:
    """Whether a printed answer names the class: the programs in C begin with it."""
    return str(expected) in answer.replace(":", " ").split()
