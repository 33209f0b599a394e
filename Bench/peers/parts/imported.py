"""ONNX files of other frameworks, compiled, checked and timed beside ONNX Runtime: batch 1, one thread."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import statistics
import sys
from typing import Any

import numpy

from harness import agreement, imported_table, ports, programs, workshop
from harness.rounds import Plan, interleave, summary
from harness.worker import Worker, WorkerError
from imported import cases
from imported.cases import Case, Samples
from parts.comparison import line

NAMES = ("Apus", "ONNX Runtime")
COMPILATIONS = 3
KERNELS = 3  # that a profile names


class Disagreement(Exception):
    """An answer is too far from what it should be."""


def imported(quick: bool, only: str = "") -> list[dict[str, Any]]:
    """What PyTorch and scikit-learn export, the light models of the onnx package, and those under APUS_MODELS.

    A model that can't be compiled, or is answered wrongly, has a record with its failure; the others are measured all the
    same.
    """
    records = []
    for case in _cases():
        if only not in case.name:
            continue
        try:
            record = _Trial(case).measure(Plan.of(quick), 1 if quick else COMPILATIONS)
            if case.is_uniform:
                record["difference"] = max(record["difference"], _difference_with_random_weights(case))
            records.append(record)
        except (programs.ProgramError, WorkerError, Disagreement) as error:
            print(f"{case.name}: {error}", flush=True)
            # Where things lie on this machine is nothing for a table.
            failure = str(error).replace(f"{case.model.parent}/", "").replace(f"{workshop.SCRATCH}/", "")
            records.append({"network": case.name, "family": case.family, "failure": failure})
    print("\n" + "\n".join(imported_table.lines(records)))
    return records


def _cases() -> list[Case]:
    folder = workshop.SCRATCH / "imported"
    script = workshop.PEERS / "imported/write_models.py"
    newest = max(source.stat().st_mtime for source in script.parent.glob("*.py"))
    if not (folder / "models.json").exists() or (folder / "models.json").stat().st_mtime < newest:
        print("The models are exported.", flush=True)
        workshop.run([sys.executable, script, folder])
    models = os.environ.get("APUS_MODELS")
    if not models:
        print("APUS_MODELS is not set: the published models that it would name are left out.")
    return cases.exported(folder) + cases.light() + (cases.shared(pathlib.Path(models)) if models else [])


def _difference_with_random_weights(case: Case) -> float:
    """Of a network whose own weights show little. The files are large, and nobody needs them afterwards."""
    folder = workshop.SCRATCH / "imported" / f"{case.name}-random"
    try:
        return _Trial(cases.with_random_weights(case, folder / "model.onnx")).compare()
    finally:
        shutil.rmtree(folder)


class _Trial:
    """One model: its files, made when it is measured."""

    def __init__(self, case: Case):
        self.case = case
        self.folder = workshop.SCRATCH / "imported" / case.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.plan = self.folder / "apus.plan"
        self.peer_model, self.settings = cases.exact(case, self.folder / "exact.onnx")
        self.lists = [self._write(number, samples) for number, samples in enumerate(case.samples)]

    def measure(self, plan: Plan, compilations: int) -> dict[str, Any]:
        """All that is known of it in the end."""
        compiled = self._compile(compilations)
        workers = workshop.start(set(NAMES))
        try:
            difference, published = self._check(workers)
            times = interleave(workers, {worker.name: 1 for worker in workers}, plan)
        finally:
            for worker in workers:
                worker.close()
        record = summary(times.rounds, workshop.OURS)
        print(line(self.case.name, record), flush=True)
        if record["ratios"]["Apus"]["ratio"] > 1:
            record["kernels"] = self._kernels()
        return {
            "network": self.case.name, "family": self.case.family, "batch": 1, "threads": 1, **compiled,
            "run_peak_bytes": self._peaks(), "difference": difference, "published": published, "least": times.least,
            **record}

    def compare(self) -> float:
        """The largest difference of its answers from ONNX Runtime's; nothing is timed."""
        self._compile(1)
        workers = workshop.start(set(NAMES))
        try:
            return self._check(workers)[0]
        finally:
            for worker in workers:
                worker.close()

    def _samples(self, number: int) -> pathlib.Path:
        return self.folder / f"samples-{number}"

    def _write(self, number: int, samples: Samples) -> ports.Ports:
        """The samples as files, and what the outputs are, which ONNX Runtime says."""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        try:
            session = onnxruntime.InferenceSession(self.peer_model, options, providers=["CPUExecutionProvider"])
            names = [output.name for output in session.get_outputs()]
            outputs = dict(zip(names, session.run(names, samples.inputs)))
        except Exception as error:  # its own classes of errors have nothing else in common
            raise WorkerError(f"ONNX Runtime: {error}") from error
        return ports.write(self._samples(number), samples.inputs, outputs)

    def _compile(self, compilations: int) -> dict[str, Any]:
        """Compiles it so often, anew each time: the median of the processes' times, and the largest of their sizes."""
        command: list[object] = [workshop.TOOLS / "apus-compile", self.case.model, "-o", self.plan, "--json"]
        for name, number in self.settings.items():
            command += ["--set", f"{name}={number}"]
        target = os.environ.get("APUS_TARGET")
        runs = [programs.measured(command + (["--target", target] if target else [])) for _ in range(compilations)]
        report = json.loads(runs[0].printed)
        return {
            "multiply_adds": report["multiply_adds"], "arena_bytes": report["activation_bytes"],
            "bound_bytes": report["bound_bytes"], "constant_bytes": report["constant_bytes"],
            "compile_seconds": statistics.median(run.seconds for run in runs),
            "compile_peak_bytes": max(run.peak_bytes for run in runs)}

    def _check(self, workers: list[Worker]) -> tuple[float, float | None]:
        """The largest differences of our answers from ONNX Runtime's and from published ones. The first samples stay
        loaded.

        Raises Disagreement where one is too large.
        """
        peer, author = [], []
        for number in reversed(range(len(self.lists))):
            answers = {}
            for worker in workers:
                model = self.plan if worker.name == "Apus" else self.peer_model
                worker.load(model, self._samples(number), 1, 1)
                worker.run(0)
                written = self.folder / workshop.file_name(worker.name)
                answers[worker.name] = worker.outputs(self.lists[number], written)
            for name, values in answers["Apus"].items():
                peer.append(agreement.difference(values, answers["ONNX Runtime"][name]))
                if not peer[-1] <= agreement.TOLERANCE:
                    raise Disagreement(f"{self.case.name}: '{name}' differs by {peer[-1]:.1e} of ONNX Runtime's greatest number")
            for name, values in self.case.samples[number].published.items():
                author.append(self._published_difference(name, answers["Apus"][name], values))
        return max(peer), max(author, default=None)

    def _published_difference(self, name: str, values: numpy.ndarray, published: numpy.ndarray) -> float:
        difference = agreement.difference(values, published)
        if self.case.relative is None:
            agrees = difference <= agreement.TOLERANCE
        else:
            agrees = numpy.allclose(values, published, rtol=self.case.relative, atol=self.case.absolute)
        if not agrees:
            raise Disagreement(f"{self.case.name}: '{name}' differs by {difference:.1e} of the published outputs' greatest number")
        return difference

    def _kernels(self) -> list[dict[str, Any]]:
        """Which kinds of instructions take the time, most first: their shares, and how near they are to the machine's limits
        while they run, so far as limits are known of them."""
        printed = programs.measured([workshop.TOOLS / "apus-infer", self.plan, "--profile", "--json"]).printed
        kinds: dict[str, list[dict[str, Any]]] = {}
        for row in json.loads(printed)["profile"]["rows"]:
            kinds.setdefault(row["kernel"] or row["value"], []).append(row)
        kernels = []
        for kind, rows in kinds.items():
            known = [row for row in rows if row["part_of_limit"] is not None]
            seconds = sum(row["seconds"] for row in known)
            of_limit = sum(row["part_of_limit"] * row["seconds"] for row in known) / seconds if seconds else None
            kernels.append({"kernel": kind, "share": sum(row["share"] for row in rows), "part_of_limit": of_limit})
        return sorted(kernels, key=lambda kernel: -kernel["share"])[:KERNELS]

    def _peaks(self) -> dict[str, int]:
        """The sizes of processes that answer once: apus-infer with the plan, and a program in C with ONNX Runtime."""
        listed, samples = self.lists[0], self._samples(0)
        ours: list[object] = [workshop.TOOLS / "apus-infer", self.plan]
        theirs: list[object] = [
            programs.built("answer_onnxruntime", [programs.onnxruntime_library()]), self.peer_model,
            len(listed.inputs)]
        for port in listed.inputs:
            array = samples / f"{port.file}.npy"
            numpy.save(array, port.read(samples))
            ours += ["--input", f"{port.name}={array}"]
            theirs += [port.name, port.onnx_type, "x".join(map(str, port.shape)), samples / port.file]
        for port in listed.outputs:
            ours += ["--output", f"{port.name}={samples / port.file}.npy"]
            theirs.append(port.name)
        return {"Apus": programs.measured(ours).peak_bytes, "ONNX Runtime": programs.measured(theirs).peak_bytes}
