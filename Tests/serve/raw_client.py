"""HTTP over a socket, byte by byte: what well-behaved clients don't do."""

import gzip
import json
import socket
import zlib

import numpy as np


def infer_request(samples, model="mnist-cnn", identity="", headers=()):
    """The bytes of an infer request with a binary input, for a binary answer."""
    samples = np.ascontiguousarray(samples, np.float32)
    text = json.dumps({
        "id": identity,
        "inputs": [{"name": "image", "shape": list(samples.shape), "datatype": "FP32",
                    "parameters": {"binary_data_size": samples.nbytes}}],
        "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}]}).encode()
    body = text + samples.tobytes()
    lines = [
        f"POST /v2/models/{model}/infer HTTP/1.1", "Host: localhost", "Content-Type: application/octet-stream",
        f"Inference-Header-Content-Length: {len(text)}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def packed(request, coding):
    """A request whose body is compressed as `gzip` or `deflate`."""
    head, body = request.split(b"\r\n\r\n", 1)
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    return b"\r\n".join([
        *lines, b"Content-Encoding: " + coding.encode(), b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def unpacked(self):
        """The answer with its body as it was before the server compressed it."""
        coding = self.headers.get("content-encoding")
        unpack = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: lambda body: body}[coding]
        return Answer(self.status, self.headers, unpack(self.body))

    @property
    def json(self):
        return json.loads(self.body[:int(self.headers.get("inference-header-content-length", len(self.body)))])

    @property
    def numbers(self):
        return np.frombuffer(self.body[int(self.headers["inference-header-content-length"]):], np.float32).reshape(-1, 10)

    @property
    def closes(self):
        return self.headers.get("connection") == "close"


class Ended(Exception):
    """The server ended the connection; `partial` is what there was of an answer."""

    def __init__(self, partial):
        super().__init__(f"the connection ended after {len(partial)} bytes: {partial[:80]!r}")
        self.partial = partial


class RawClient:
    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def _fill(self):
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            data = b""
        if not data:
            raise Ended(self.buffer)
        self.buffer += data

    def receive(self):
        """The next answer."""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, rest = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        status = int(lines[0].split()[1])
        if status == 100:
            self.buffer = rest
            return self.receive()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) - len(head) - 4 < length:
            self._fill()
        rest = self.buffer[len(head) + 4:]
        self.buffer = rest[length:]
        return Answer(status, headers, rest[:length])

    def ask(self, data):
        self.send(data)
        return self.receive()

    def is_ended(self):
        """Waits until the server ends the connection."""
        try:
            while True:
                self._fill()
        except Ended:
            return True
        except socket.timeout:
            return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
