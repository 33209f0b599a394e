"""Starts apus-serve for a test, and ends it."""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("APUS_SERVE_PROGRAM", str(ROOT / ".build/release/apus-serve"))
INFER = os.environ.get("APUS_INFER_PROGRAM", str(ROOT / ".build/release/apus-infer"))
MNIST = str(ROOT / "Models/mnist-cnn.apus")
FASHION = str(ROOT / "Models/fashion-cnn.apus")


class RunningServer:
    """A server on ports that are free. `log` has its lines."""

    def __init__(self, *arguments, models=(MNIST, FASHION), environment=None):
        self.process = subprocess.Popen(
            [PROGRAM, *models, "--port", "0", "--grpc-port", "0", *arguments],
            stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.log = []
        self.port = None
        self.grpc_port = None
        self._listening = threading.Event()
        wanted = 1 if "--no-grpc" in arguments else 2
        self._reader = threading.Thread(target=self._read, args=(wanted,), daemon=True)
        self._reader.start()
        if not self._listening.wait(60):
            self.process.kill()
            raise RuntimeError("the server doesn't listen: " + "".join(self.log))

    def _read(self, wanted):
        for line in self.process.stderr:
            self.log.append(line)
            for name, kind in (("port", "HTTP"), ("grpc_port", "gRPC")):
                if f"listening for {kind}" in line:
                    port = re.search(r'"?port"?[=:]"?(\d+)', line)
                    setattr(self, name, int(port[1]))
                    wanted -= 1
            if wanted == 0:
                self._listening.set()
        self._listening.set()

    @property
    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, seconds=60):
        """Asks it to end, and gives its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def wait_for(self, text, seconds=30):
        """Waits for a line of the log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(text in line for line in self.log):
                return
            time.sleep(0.01)
        raise AssertionError(f"the log never says '{text}': " + "".join(self.log[-20:]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
