"""Where things are, and the files that the runtimes need of a network."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import numpy

from harness import model as models
from harness.worker import Worker

PEERS = pathlib.Path(__file__).resolve().parents[1]
PROJECT = PEERS.parents[1]
TOOLS = PROJECT / ".build/release"
APUS_WORKER = PROJECT / "Bench/.build/release/apus-peer-worker"
SCRATCH = PROJECT / "Bench/.build/peers"

# Where a processor has more than AVX2 and the table is to be of AVX2. XNNPACK in LiteRT, MLAS in ONNX Runtime and ncnn
# choose by the processor alone and can't be told.
LESS_THAN_AVX512 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}


@dataclasses.dataclass(frozen=True)
class Variant:
    """A way in which Apus compiles: what it is called, and what it tells apus-compile."""

    name: str
    flags: tuple[str, ...] = ()


VARIANTS = (
    Variant("Apus"), Variant("Apus, direct", ("--direct",)), Variant("Apus, approximate", ("--allow-approximate",)))
OURS = {variant.name for variant in VARIANTS}
# What Apus is called where it computes in single precision beside itself in 8 bits.
FLOATS = "Apus, f32"


@dataclasses.dataclass(frozen=True)
class Runtime:
    """A peer: its worker, and what its model is called and made by."""

    name: str
    script: str
    suffix: str

    def command(self) -> list[str]:
        return [sys.executable, str(PEERS / "workers" / self.script)]


RUNTIMES = (
    Runtime("ONNX Runtime", "onnxruntime_worker.py", ".onnx"),
    Runtime("LiteRT", "litert_worker.py", ".tflite"),
    Runtime("OpenVINO", "openvino_worker.py", ".onnx"),
    Runtime("ncnn", "ncnn_worker.py", ".param"),
    Runtime("PyTorch", "pytorch_worker.py", ".apus"),
)


def run(command: list[object]) -> str:
    """What a tool prints; its errors are ours."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{pathlib.Path(str(command[0])).name}: {done.stderr or done.stdout}")
    return done.stdout


def timed_calls() -> pathlib.Path:
    """The library that times C functions, compiled where it is not yet."""
    source, library = PEERS / "workers/timed_calls.c", SCRATCH / "libtimed_calls.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        SCRATCH.mkdir(parents=True, exist_ok=True)
        run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source])
    return library


def environment() -> dict[str, str]:
    """What the workers find in their environment."""
    target = os.environ.get("APUS_TARGET", "")
    return {
        "APUS_PEERS_TIMED_CALLS": str(timed_calls()), "APUS_PEERS_DUMP_GRAPH": str(TOOLS / "dump-graph"),
        "PYTHONPATH": str(PEERS), "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3",
        **(LESS_THAN_AVX512 if target in ("x86-64-v3", "x86-64") else {})}


def start(names: set[str] | None = None) -> list[Worker]:
    """A worker for each variant of ours and for each peer, or for those of these names, which may have ``FLOATS`` among them."""
    commands = [(variant.name, [str(APUS_WORKER)]) for variant in VARIANTS]
    if names is not None:
        commands.append((FLOATS, [str(APUS_WORKER)]))
    commands += [(runtime.name, runtime.command()) for runtime in RUNTIMES]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    return [
        Worker(name, command, environment(), SCRATCH / f"{file_name(name)}.log") for name, command in commands
        if names is None or name in names]


def file_name(name: str) -> str:
    """A runtime's name as a part of a path."""
    return name.lower().replace(",", "").replace(" ", "-")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Sends standard error to a file: TensorFlow writes to it past all of its settings."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with (SCRATCH / "tensorflow.log").open("a") as log:
            os.dup2(log.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def compile_plan(model: pathlib.Path, path: pathlib.Path, batch: int, flags: tuple[str, ...] = ()) -> pathlib.Path:
    """Has apus-compile make the plan of a model for that batch."""
    target = os.environ.get("APUS_TARGET")
    run([TOOLS / "apus-compile", model, "-o", path, "--batch", batch, *flags, *(["--target", target] if target else [])])
    return path


class Subject:
    """A network with its files, made when they are asked for: the spec or model file, folded, as everybody gets it."""

    def __init__(self, source: pathlib.Path, name: str):
        self.name = name
        self.folder = SCRATCH / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model = self.folder / "model.apus"
        whole = source
        if source.suffix != ".apus":
            whole = self.folder / "initial.apus"
            run([APUS_WORKER, "initialize", source, 1, whole])
        run([TOOLS / "apus-export", whole, "-o", self.model, "--weights", "f32"])
        self.network = models.read(self.model, TOOLS / "dump-graph")
        self.multiply_adds = self._needed_multiply_adds()

    def _needed_multiply_adds(self) -> int:
        """Those of one sample by the definition, without what nobody reads."""
        graph = json.loads(run([TOOLS / "dump-graph", self.model, "--after", "trim", "--format", "json"]))
        return int(graph["multiply_adds"])

    def numbers(self, batch: int) -> numpy.ndarray:
        """The samples: numbers from 0 to 1, the same in each run."""
        return numpy.random.default_rng(7).random((batch, *self.network.input_shape), numpy.float32)

    def samples(self, batch: int, channels_last: bool) -> pathlib.Path:
        """What ``numbers`` gives, as a file of f32."""
        path = self.folder / f"samples-{batch}{'-last' if channels_last else ''}.f32"
        values = self.numbers(batch)
        if channels_last and values.ndim == 4:
            values = values.transpose(0, 2, 3, 1)
        numpy.ascontiguousarray(values).tofile(path)
        return path

    def plan(self, variant: Variant, batch: int) -> pathlib.Path:
        return compile_plan(self.model, self.folder / f"{file_name(variant.name)}-{batch}.plan", batch, variant.flags)

    def estimates(self, threads: int) -> dict[int, float]:
        """Microseconds of a sample on one thread and on more, as apus-compile estimates them when it cuts instructions."""
        shared = json.loads(run([TOOLS / "apus-compile", self.model, "--explain", "--threads", threads, "--json"]))["threads"]
        return dict(zip(shared["threads"], shared["microseconds"]))

    def peak(self) -> float:
        """What a core multiplies and adds at most, in GFLOP/s, as apus-infer measures it for its profiles."""
        profile = json.loads(run([TOOLS / "apus-infer", self.plan(VARIANTS[0], 1), "--profile", "--json"]))["profile"]
        return profile["limits"]["operations_per_second"] / 1e9

    def peer_model(self, runtime: Runtime, batch: int) -> pathlib.Path:
        """The model of a peer. Exporters are imported when they are needed: TensorFlow takes seconds."""
        path = self.folder / f"model-{batch}{runtime.suffix}"
        if runtime.suffix == ".apus":
            return self.model
        if runtime.suffix == ".onnx":
            from exporters.onnx_model import export as export_onnx
            export_onnx(self.network, batch, path)
        elif runtime.suffix == ".tflite":
            with quiet():
                from exporters.tflite_model import export as export_tflite
                export_tflite(self.network, batch, path)
        else:
            from exporters.ncnn_model import export as export_ncnn
            export_ncnn(self.network, path, path.with_suffix(".bin"))
        return path

    def load(self, worker: Worker, batch: int, threads: int) -> None:
        """Gets a worker ready for this network."""
        for variant in VARIANTS:
            if variant.name == worker.name:
                worker.load(self.plan(variant, batch), self.samples(batch, False), batch, threads)
                return
        runtime = next(runtime for runtime in RUNTIMES if runtime.name == worker.name)
        samples = self.samples(batch, runtime.suffix == ".tflite")
        worker.load(self.peer_model(runtime, batch), samples, batch, threads)
