"""How many requests a second servers answer where 99 of 100 answers take less than 2 ms: apus-serve beside others.

Requests come in an open loop at random times (load.c). For each server the rate is doubled until the limit is passed, and then
bisected. A measurement is made three times, in turn with those of the other servers, and its median counts. Only 127.0.0.1 is used.

    bench_serve.py [--quick] [--limit 2000] [--connections 64] [--json FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request

import numpy

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
TOOLS = PROJECT / ".build/release"
SCRATCH = PROJECT / "Bench/.build/peers"
MODEL = PROJECT / "Models/mnist-cnn.apus"


def compiled(name: str, *flags: str) -> pathlib.Path:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    program = SCRATCH / name
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, HERE / f"{name}.c", *flags], check=True)
    return program


def request(model: str = "mnist-cnn") -> bytes:
    """A binary request of one sample."""
    sample = numpy.random.default_rng(0).random((1, 1, 28, 28), dtype=numpy.float32)
    text = json.dumps({
        "inputs": [{"name": "image", "shape": [1, 1, 28, 28], "datatype": "FP32",
                    "parameters": {"binary_data_size": sample.nbytes}}],
        "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}]}).encode()
    body = text + sample.tobytes()
    return (f"POST /v2/models/{model}/infer HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/octet-stream\r\nInference-Header-Content-Length: {len(text)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class Server:
    """A server that runs until it is closed."""

    def __init__(self, name: str, command: list[object], port: int, variables: dict[str, str] | None = None):
        self.name = name
        self.port = port
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, **(variables or {})})

    def wait(self) -> None:
        for _ in range(300):
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended with {self.process.returncode} before it listened")
            with contextlib.suppress(OSError):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v2", timeout=1)
                    return
                except (urllib.error.HTTPError, ConnectionResetError):
                    # It listens, and doesn't know that place.
                    return
            time.sleep(0.1)
        raise SystemExit(f"{self.name} doesn't listen")

    @property
    def seconds(self) -> float:
        """Processor time so far, of all its processes."""
        ticks = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                number, rest = stat.read_text().rsplit(")", 1)
                fields = rest.split()
                if str(self.process.pid) in (number.split()[0], fields[1]):
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / 100

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def onnxruntime_library() -> pathlib.Path:
    library = next((pathlib.Path(sysconfig.get_paths()["purelib"]) / "onnxruntime/capi").glob("libonnxruntime.so.*"))
    named = SCRATCH / "libonnxruntime.so.1"
    SCRATCH.mkdir(parents=True, exist_ok=True)
    named.unlink(missing_ok=True)
    named.symlink_to(library)
    return named


def triton(environment: pathlib.Path, model: pathlib.Path, folder: pathlib.Path, port: int) -> Server:
    """Triton from the wheel of nvidia-pytriton, installed in an environment of its own. Its only backend is that of Python."""
    packages = next(environment.glob("lib/python3.*/site-packages"))
    carried = packages / "pytriton/tritonserver"
    shutil.copytree(carried / "backends/python", folder / "backends/python")
    version = packages.parent.name.removeprefix("python")
    shutil.copy(carried / f"python_backend_stubs/{version}/triton_python_backend_stub", folder / "backends/python")
    variables = {
        "ONNX_MODEL": str(model), "PYTHONPATH": str(packages), "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(packages / "nvidia_pytriton.libs")}
    return Server(
        "Triton, Python backend, ONNX Runtime",
        [carried / "bin/tritonserver", "--model-repository", HERE / "triton", "--backend-directory", folder / "backends",
         "--http-address", "127.0.0.1", "--http-port", port, "--allow-grpc", "false", "--allow-metrics", "false"],
        port, variables)


def start_servers(folder: pathlib.Path, arguments: argparse.Namespace, running: list[Server]) -> None:
    """Starts all of them. Those that are started are in the list also where a later one can't be."""
    port = arguments.port
    model = folder / "mnist-cnn.onnx"
    subprocess.run([TOOLS / "apus-export", MODEL, "-o", model], check=True, stdout=subprocess.DEVNULL)
    library = onnxruntime_library()
    peer = compiled(
        "serve_onnxruntime", "-Wl,--allow-shlib-undefined", str(library), f"-Wl,-rpath,{library.parent}", "-lpthread")
    serve = [TOOLS / "apus-serve", MODEL, "--no-grpc"]
    fixed = [peer, model, "image", "probabilities", "1x1x28x28", "10", "2"]
    running += [
        Server("apus-serve", [*serve, "--port", port], port),
        Server("apus-serve, no batches", [*serve, "--port", port + 1, "--max-batch", "1"], port + 1),
        Server("apus-serve, 200 µs for a batch", [*serve, "--port", port + 2, "--max-delay", "200us"], port + 2),
        Server("FastAPI, Uvicorn, ONNX Runtime",
               [sys.executable, HERE / "serve_fastapi.py", model, "image", "1x1x28x28", port + 3], port + 3),
    ]
    if arguments.triton:
        running.append(triton(arguments.triton, model, folder, port + 4))
    c_server = Server("C, epoll, ONNX Runtime", fixed, 0)
    c_server.port = int(c_server.process.stdout.readline())
    running.append(c_server)


class Measurement:
    def __init__(self, load: pathlib.Path, file: pathlib.Path, connections: int, seconds: float):
        self.load = load
        self.file = file
        self.connections = connections
        self.seconds = seconds
        self.seed = 0

    def at(self, server: Server, rate: float) -> dict:
        self.seed += 1
        before = server.seconds
        done = subprocess.run(
            [self.load, str(server.port), self.file, str(self.connections), str(rate), str(self.seconds), str(self.seed)],
            capture_output=True, text=True)
        if done.returncode:
            return {"p99": float("inf"), "p50": float("inf"), "rate": 0.0, "cpu": float("nan")}
        result = json.loads(done.stdout)
        result["cpu"] = (server.seconds - before) / max(result["answered"], 1) * 1e6
        return result


def highest_rate(measure: Measurement, server: Server, limit: float, tolerance: float) -> float:
    """The highest rate whose 99th percentile is within the limit."""
    def holds(rate: float) -> bool:
        return statistics.median(measure.at(server, rate)["p99"] for _ in range(3)) < limit

    low, high = 0.0, 500.0
    while holds(high):
        low, high = high, high * 2
        if high > 1e6:
            return low
    # Where other work is going on, even a few are too many.
    while high - low > tolerance * high and high > 50:
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a look: shorter, and less exact")
    parser.add_argument("--limit", type=float, default=2000, help="the 99th percentile, in microseconds")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--port", type=int, default=18500, help="the first of some ports in a row")
    parser.add_argument("--triton", type=pathlib.Path, help="the environment in which nvidia-pytriton is")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there too")
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / "request"
        file.write_bytes(request())
        measure = Measurement(compiled("load", "-lm"), file, arguments.connections, 1 if arguments.quick else 5)
        running: list[Server] = []
        try:
            start_servers(folder, arguments, running)
            for server in running:
                server.wait()
                # Only one of them has work at a time.
                measure.at(server, 500)
            for server in running:
                rate = highest_rate(measure, server, arguments.limit, 0.1 if arguments.quick else 0.03)
                easy = measure.at(server, max(200, rate / 4))
                results[server.name] = {
                    "rate": rate, "p50_at_quarter": easy["p50"], "p99_at_quarter": easy["p99"], "cpu": easy["cpu"]}
        finally:
            for server in running:
                server.close()
    print(f"| server | requests/s with p99 < {arguments.limit / 1000:g} ms | p50, µs | p99, µs | processor time for a request, µs |")
    print("|---|---|---|---|---|")
    for name, result in results.items():
        print(f"| {name} | {result['rate']:,.0f} | {result['p50_at_quarter']:.0f} | {result['p99_at_quarter']:.0f} "
              f"| {result['cpu']:.0f} |")
    print("\nThe times are those at a quarter of the rate.")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
