"""Sends millions of requests, and watches that all are answered, and that the server's memory stays as it is.

    soak.py [--requests 10000000] [--rate 20000]
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from expected_answers import SAMPLES
from raw_client import RawClient, infer_request
from running_server import ROOT, RunningServer

GROWTH = 8 << 20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--rate", type=float, default=20_000, help="requests a second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run(
            ["cc", "-O2", "-o", folder / "load", ROOT / "Bench/peers/serve/load.c", "-lm"], check=True)
        (folder / "request").write_bytes(infer_request(SAMPLES[:1]))
        with RunningServer("--no-grpc") as server:
            pieces = 10
            seconds = max(1.0, arguments.requests / arguments.rate / pieces)
            answered, first = 0, None
            for piece in range(pieces + 1):
                done = subprocess.run(
                    [folder / "load", str(server.port), folder / "request", "64", str(arguments.rate), str(seconds),
                     str(piece)], capture_output=True, text=True)
                if done.returncode:
                    raise SystemExit(f"a request was not answered: {done.stderr}{done.stdout}")
                result = json.loads(done.stdout)
                if result["missing"] or result["failed"]:
                    raise SystemExit(f"a request was not answered: {done.stdout}")
                answered += result["answered"]
                memory = server.memory
                print(f"{answered:,} requests, {memory / 1e6:.1f} MB, {server.descriptors} descriptors, "
                      f"p99 {result['p99']:.0f} µs", flush=True)
                # What the first piece takes is kept at hand for those that follow.
                first = first or memory
                if memory > first + GROWTH:
                    raise SystemExit("the memory grows")
            with RawClient(server.port) as client:
                counted = client.ask(b"GET /v2/models/mnist-cnn/stats HTTP/1.1\r\n\r\n").json
            statistics = counted["model_stats"][0]
            if statistics["inference_count"] != answered or statistics["inference_stats"]["fail"]["count"]:
                raise SystemExit(f"the server counted {statistics['inference_count']} answers of {answered}")
            return server.end()


if __name__ == "__main__":
    sys.exit(main())
