"""Clients that are slow, broken or gone, and a server that is reloaded and ended under load: no crash, no wrong answer, no answer lost.

REQUESTS says how many changed requests there are (3000), SEED with which one they begin (1).
"""

import gzip
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import grpc
import numpy as np
from expected_answers import SAMPLES, expected
from raw_client import Ended, RawClient, infer_request, packed
from running_server import INFER, MNIST, ROOT, RunningServer
from tritonclient.grpc import service_pb2, service_pb2_grpc

# What a client of HTTP/2 says first: that it speaks it, and no settings.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"

REQUESTS = int(os.environ.get("REQUESTS", "3000"))
SEED = int(os.environ.get("SEED", "1"))


class Load(threading.Thread):
    """A client that asks one request after the other until it is told to stop, or the server ends the connection behind an answer."""

    def __init__(self, port, answers):
        super().__init__(daemon=True)
        self.port = port
        self.answers = answers
        self.stops = threading.Event()
        self.answered = 0
        self.lost = []
        self.start()

    def run(self):
        client = RawClient(self.port)
        number = 0
        while not self.stops.is_set():
            number = (number + 1) % len(SAMPLES)
            try:
                answer = client.ask(infer_request(SAMPLES[number:number + 1]))
            except (Ended, ConnectionError, socket.timeout) as error:
                self.lost.append(repr(error))
                return
            if answer.status != 200 or not np.array_equal(answer.numbers[0], self.answers[number]):
                self.lost.append(f"{answer.status} {answer.body[:200]!r}")
                return
            self.answered += 1
            if answer.closes:
                client.close()
                try:
                    client = RawClient(self.port)
                except ConnectionError:
                    # Nobody listens any more.
                    return

    def end(self):
        self.stops.set()
        self.join(60)
        assert not self.is_alive()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answers = expected(MNIST, SAMPLES)

    def check_answers(self, port):
        with RawClient(port) as client:
            answer = client.ask(infer_request(SAMPLES))
            self.assertEqual(answer.status, 200, answer.body)
            np.testing.assert_array_equal(answer.numbers, self.answers)

    def test_changed_requests(self):
        valid = [
            infer_request(SAMPLES[:1]), packed(infer_request(SAMPLES[:1]), "gzip"), b"GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n3\r\n[1]\r\n1\r\n}\r\n0\r\n\r\n",
            b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n"
            b"{\"inputs\":[{\"name\":\"image\",\"shape\":[1],\"datatype\":\"FP32\"}]}  ",
            b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nContent-Type: image/png\r\nContent-Length: 16\r\n\r\n"
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]
        with RunningServer("--request-timeout", "1s", "--idle-timeout", "2s") as server:
            for number in range(REQUESTS):
                source = random.Random(SEED * 1_000_000 + number)
                data = bytearray(source.choice(valid))
                for _ in range(source.randint(1, 6)):
                    # Most changes are to the heads.
                    place = source.randrange(min(len(data), 400)) if source.random() < 0.8 else source.randrange(len(data))
                    kind = source.randrange(4)
                    if kind == 0:
                        data[place] = source.randrange(256)
                    elif kind == 1:
                        del data[place:place + source.randint(1, 20)]
                    elif kind == 2:
                        data[place:place] = data[source.randrange(len(data)):][:source.randint(1, 50)]
                    else:
                        data[place:place] = source.randbytes(source.randint(1, 8))
                    if not data:
                        data = bytearray(b"x")
                with RawClient(server.port, timeout=10) as client:
                    try:
                        client.send(bytes(data))
                        client.socket.shutdown(socket.SHUT_WR)
                        while client.socket.recv(1 << 16):
                            pass
                    except socket.timeout:
                        self.fail(f"no answer and no end: seed {SEED}, number {number}")
                    except OSError:
                        pass
                self.assertIsNone(server.process.poll(), f"the server ended: seed {SEED}, number {number}")
            self.check_answers(server.port)
            for number in range(200):
                source = random.Random(SEED * 7_000_000 + number)
                preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" if number % 2 else b""
                with socket.create_connection(("127.0.0.1", server.grpc_port)) as client:
                    try:
                        client.sendall(preface + source.randbytes(source.randint(1, 300)))
                    except OSError:
                        pass
                self.assertIsNone(server.process.poll(), f"the server ended: seed {SEED}, gRPC, number {number}")
            self.check_answers(server.port)
            self.assertEqual(server.end(), 0)

    def test_pipelined_requests_are_answered_in_order(self):
        with RunningServer("--no-grpc") as server, RawClient(server.port) as client:
            sender = threading.Thread(target=lambda: client.send(b"".join(
                infer_request(SAMPLES[n % 5:n % 5 + 1], identity=str(n)) for n in range(500))))
            sender.start()
            for number in range(500):
                answer = client.receive()
                self.assertEqual(answer.json["id"], str(number))
                np.testing.assert_array_equal(answer.numbers[0], self.answers[number % 5])
            sender.join()
            self.assertEqual(server.end(), 0)

    def test_a_half_closed_socket_is_answered(self):
        with RunningServer("--no-grpc") as server:
            for split in (None, 20, 400):
                with RawClient(server.port) as client:
                    data = infer_request(SAMPLES[:1])
                    if split:
                        client.send(data[:split])
                        time.sleep(0.05)
                        client.send(data[split:])
                    else:
                        client.send(data)
                    client.socket.shutdown(socket.SHUT_WR)
                    np.testing.assert_array_equal(client.receive().numbers[0], self.answers[0])
                    self.assertTrue(client.is_ended())
            # A request that isn't whole is no request.
            with RawClient(server.port) as client:
                client.send(infer_request(SAMPLES[:1])[:-1])
                client.socket.shutdown(socket.SHUT_WR)
                self.assertTrue(client.is_ended())
            self.assertEqual(server.end(), 0)

    def test_slow_clients(self):
        with RunningServer("--no-grpc", "--request-timeout", "1s", "--idle-timeout", "1s") as server:
            before = server.descriptors
            slow_bodies = [RawClient(server.port) for _ in range(50)]
            slow_heads = [RawClient(server.port) for _ in range(50)]
            idle = [RawClient(server.port) for _ in range(50)]
            deaf = [RawClient(server.port) for _ in range(5)]
            for client in slow_bodies:
                client.send(infer_request(SAMPLES[:1])[:500])
            for client in deaf:
                client.socket.settimeout(0.2)
                try:
                    client.send(infer_request(SAMPLES[:1]) * 3000)
                except OSError:
                    pass
            start = time.monotonic()
            for place in range(12):
                for client in slow_heads:
                    try:
                        client.send(b"GET /v2 HTTP/1.1\r\nX: 1"[place:place + 1])
                    except OSError:
                        pass
                self.check_answers(server.port)
                time.sleep(0.2)
            for client in slow_bodies:
                answer = client.receive()
                self.assertEqual(answer.status, 408)
                self.assertIn("--request-timeout", answer.json["error"])
            for client in (*slow_bodies, *slow_heads, *idle):
                self.assertTrue(client.is_ended())
            self.assertLess(time.monotonic() - start, 20)
            for client in (*slow_bodies, *slow_heads, *idle, *deaf):
                client.close()
            time.sleep(2)
            self.assertLess(server.descriptors, before + 5)
            self.assertEqual(server.end(), 0)

    def test_limits(self):
        with RunningServer("--no-grpc", "--max-request-bytes", "64K", "--max-connections", "20") as server:
            with RawClient(server.port) as client:
                answer = client.ask(b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nContent-Length: 70000\r\n\r\n")
                self.assertEqual(answer.status, 413)
                self.assertTrue(client.is_ended())
            with RawClient(server.port) as client:
                try:
                    client.send(b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + b"1000\r\n" + b" " * 4096 + b"\r\n" + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 20)
                except OSError:
                    pass
                self.assertEqual(client.receive().status, 413)
            for head in (b"X: " + b"a" * 9000, b"\r\n".join(b"X%d: a" % n for n in range(100)), b"no colon", b"\0"):
                with RawClient(server.port) as client:
                    self.assertEqual(client.ask(b"GET /v2 HTTP/1.1\r\n" + head + b"\r\n\r\n").status, 400)
                    self.assertTrue(client.is_ended())
            deep = b'{"a":' + b"[" * 1000
            with RawClient(server.port) as client:
                answer = client.ask(
                    b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(deep) + deep)
                self.assertEqual(answer.status, 400)
                self.assertIn("64 deep", answer.json["error"])
            # One that is answered is one that the server counts.
            held = [RawClient(server.port) for _ in range(20)]
            for client in held:
                self.assertEqual(client.ask(b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200)
            with RawClient(server.port) as client:
                self.assertTrue(client.is_ended())
            for client in held:
                client.close()
            start = time.monotonic()
            while True:
                # The server counts a connection until it has seen its end.
                try:
                    self.check_answers(server.port)
                    break
                except (Ended, ConnectionError):
                    self.assertLess(time.monotonic() - start, 10)
                    time.sleep(0.05)
            self.assertEqual(server.end(), 0)

    def test_bodies_that_are_compressed(self):
        with RunningServer("--no-grpc") as server, RawClient(server.port) as client:
            for accepted in ("", "gzip", "deflate", "br, gzip;q=0.5", "identity, gzip;q=0.5", "gzip;q=0"):
                headers = [f"Accept-Encoding: {accepted}"]
                for coding in ("gzip", "deflate"):
                    many = np.concatenate([SAMPLES] * 12)
                    answer = client.ask(packed(infer_request(many, headers=headers), coding))
                    self.assertEqual(answer.status, 200, answer.body)
                    # What a client wouldn't have, and what takes it as well as it is, come as they are.
                    self.assertEqual(
                        answer.headers.get("content-encoding"),
                        {"gzip": "gzip", "deflate": "deflate", "br, gzip;q=0.5": "gzip"}.get(accepted))
                    np.testing.assert_array_equal(answer.unpacked.numbers, np.concatenate([self.answers] * 12))
                    # A short answer isn't worth it.
                    answer = client.ask(packed(infer_request(SAMPLES, headers=headers), coding))
                    self.assertNotIn("content-encoding", answer.headers)
                    np.testing.assert_array_equal(answer.numbers, self.answers)
            right = infer_request(SAMPLES)
            for data, status, text in (
                    (packed(right, "gzip").replace(b": gzip", b": br"), 415, "compressed as gzip or deflate"),
                    (packed(right, "gzip").replace(b": gzip", b": gzip, gzip"), 415, "compressed as gzip or deflate"),
                    (packed(right, "gzip").replace(b": gzip", b": deflate"), 400, "not compressed as 'deflate'"),
                    (right.replace(b"Host", b"Content-Encoding: gzip\r\nHost"), 400, "not compressed as 'gzip'"),
                    (b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
                     400, "ends too early")):
                answer = client.ask(data)
                self.assertEqual(answer.status, status, answer.body)
                self.assertIn(text, answer.json["error"])
            self.check_answers(server.port)
            self.assertEqual(server.end(), 0)

    def test_few_bytes_that_stand_for_many(self):
        head = b"POST /v2/models/mnist-cnn/infer HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        body = gzip.compress(b" " * (256 << 20))
        self.assertLess(len(body), 512 << 10)
        with RunningServer("--max-request-bytes", "512K") as server:
            with RawClient(server.port) as client:
                client.ask(head % len(body) + body)
            before = server.memory
            start = time.monotonic()
            for _ in range(50):
                with RawClient(server.port) as client:
                    answer = client.ask(head % len(body) + body)
                    self.assertEqual(answer.status, 413)
                    self.assertIn("more than 524288 bytes when it is unpacked", answer.json["error"])
            self.assertLess(server.memory - before, 8 << 20)
            # Unpacked to its end, each would take a second.
            self.assertLess(time.monotonic() - start, 20)
            request = service_pb2.ModelInferRequest(model_name="mnist-cnn")
            request.inputs.add(name="image", datatype="FP32", shape=[1, 1, 28, 28])
            request.raw_input_contents.append(bytes(64 << 20))
            with grpc.insecure_channel(
                    f"127.0.0.1:{server.grpc_port}", options=[("grpc.max_send_message_length", -1)],
                    compression=grpc.Compression.Gzip) as channel:
                stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
                for _ in range(10):
                    with self.assertRaises(grpc.RpcError) as caught:
                        stub.ModelInfer(request)
                    # The call is broken off, and what it says about that may not come through.
                    self.assertIn(
                        caught.exception.code(), (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED),
                        caught.exception)
                request.raw_input_contents[0] = SAMPLES[0].tobytes()
                answer = stub.ModelInfer(request)
                self.assertEqual(answer.raw_output_contents[0], self.answers[0].tobytes())
            self.assertLess(server.memory - before, 16 << 20)
            self.check_answers(server.port)
            self.assertEqual(server.end(), 0)

    def test_connections_over_grpc_are_bounded(self):
        with RunningServer("--max-connections", "8", "--idle-timeout", "3s", "--request-timeout", "1s") as server:
            def connect(data):
                client = RawClient(server.grpc_port)
                client.send(data)
                return client

            def open_connections():
                with RawClient(server.port) as client:
                    text = client.ask(b"GET /metrics HTTP/1.1\r\n\r\n").body.decode()
                return int(next(line for line in text.splitlines() if line.startswith("apus_grpc_connections ")).split()[1])

            def wait_for(count):
                end = time.monotonic() + 20
                while open_connections() != count:
                    self.assertLess(time.monotonic(), end, f"{open_connections()} connections are open, and not {count}")
                    time.sleep(0.05)

            # Some say what a client of HTTP/2 says first, and some nothing.
            held = [connect(PREFACE) for _ in range(4)] + [connect(b"") for _ in range(4)]
            wait_for(8)
            for _ in range(20):
                with connect(PREFACE) as client:
                    self.assertTrue(client.is_ended())
            self.assertEqual(open_connections(), 8)
            # Those over HTTP have places of their own.
            self.check_answers(server.port)
            # A place that is free again is taken.
            held.pop().close()
            wait_for(7)
            with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
                stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
                self.assertTrue(stub.ServerLive(service_pb2.ServerLiveRequest(), timeout=10).live)
                self.assertEqual(open_connections(), 8)
            # Who asks for nothing doesn't keep others away for long.
            for client in held:
                self.assertTrue(client.is_ended())
                client.close()
            wait_for(0)
            self.assertEqual(server.end(), 0)

    def test_connections_over_grpc_that_say_nothing_end_with_the_server(self):
        with RunningServer("--request-timeout", "2s") as server:
            held = [RawClient(server.grpc_port) for _ in range(5)]
            for client in held[1:]:
                client.send(PREFACE)
            time.sleep(0.3)
            start = time.monotonic()
            self.assertEqual(server.end(), 0)
            self.assertLess(time.monotonic() - start, 10)
            for client in held:
                self.assertTrue(client.is_ended())
                client.close()

    def test_calls_of_a_connection_are_bounded(self):
        with RunningServer() as server:
            with socket.create_connection(("127.0.0.1", server.grpc_port), 10) as client:
                client.sendall(PREFACE)
                data = b""
                while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
                    data += client.recv(4096)
                # The first frame has the server's settings, six bytes each; the third is how many streams may be open.
                self.assertEqual(data[3], 4)
                settings = data[9:9 + int.from_bytes(data[:3], "big")]
                pairs = {int.from_bytes(settings[n:n + 2], "big"): int.from_bytes(settings[n + 2:n + 6], "big")
                         for n in range(0, len(settings), 6)}
                self.assertEqual(pairs[3], 256)
            self.assertEqual(server.end(), 0)

    def test_clients_that_are_killed(self):
        program = (
            "import sys; sys.path.insert(0, sys.argv[2])\n"
            "from raw_client import *; from expected_answers import SAMPLES\n"
            "client = RawClient(int(sys.argv[1])); print('on', flush=True)\n"
            "while True:\n    client.send(infer_request(SAMPLES) * 20); client.receive()\n")
        with RunningServer("--no-grpc") as server:
            before = server.descriptors
            load = Load(server.port, self.answers)
            for _ in range(10):
                client = subprocess.Popen(
                    [sys.executable, "-c", program, str(server.port), str(pathlib.Path(__file__).parent)],
                    stdout=subprocess.PIPE)
                client.stdout.readline()
                time.sleep(random.random() * 0.1)
                client.kill()
                client.wait()
                client.stdout.close()
            load.end()
            self.assertEqual(load.lost, [])
            self.check_answers(server.port)
            time.sleep(0.5)
            self.assertLess(server.descriptors, before + 5)
            self.assertEqual(server.end(), 0)

    def test_reload_under_load(self):
        with tempfile.TemporaryDirectory() as folder:
            model = f"{folder}/mnist-cnn.apus"
            shutil.copy(MNIST, model)
            with RunningServer("--no-grpc", models=(model,)) as server:
                loads = [Load(server.port, self.answers) for _ in range(4)]
                for number in range(5):
                    time.sleep(0.1)
                    server.signal(signal.SIGHUP)
                    end = time.monotonic() + 30
                    while sum("loaded all models anew" in line for line in server.log) <= number:
                        self.assertLess(time.monotonic(), end)
                        time.sleep(0.01)
                pathlib.Path(model).write_bytes(b"damaged")
                server.signal(signal.SIGHUP)
                server.wait_for("not every model was loaded anew")
                for load in loads:
                    load.end()
                    self.assertEqual(load.lost, [])
                    self.assertGreater(load.answered, 10)
                self.check_answers(server.port)
                self.assertEqual(server.end(), 0)

    def test_a_server_that_has_just_begun_ends_as_any(self):
        # It says where it listens before it waits for signals: those that come in between are not lost, and don't kill it.
        for number in range(10):
            with RunningServer() as server:
                server.signal((signal.SIGTERM, signal.SIGINT)[number % 2])
                self.assertEqual(server.process.wait(60), 0, f"round {number}: " + "".join(server.log))

    def test_ending_under_load_loses_no_request(self):
        for number in range(3):
            with RunningServer("--no-grpc") as server:
                loads = [Load(server.port, self.answers) for _ in range(8)]
                time.sleep(0.3)
                idle = RawClient(server.port)
                server.signal(signal.SIGTERM)
                time.sleep(0.1)
                with RawClient(server.port) as client:
                    answer = client.ask(b"GET /v2/health/ready HTTP/1.1\r\nHost: a\r\n\r\n")
                    self.assertEqual(answer.status, 503)
                    self.assertTrue(answer.closes)
                self.assertEqual(server.process.wait(60), 0)
                self.assertTrue(idle.is_ended())
                for load in loads:
                    load.join(10)
                    self.assertEqual(load.lost, [], f"round {number}")
                    self.assertGreater(load.answered, 10)

    def test_a_full_queue(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [str(pathlib.Path(INFER).parent / "apus-compile"), str(ROOT / "Models/resnet18.graph"), "-o",
                 f"{folder}/large.plan"], check=True, stdout=subprocess.DEVNULL)
            with RunningServer(
                    "--no-grpc", "--max-queue", "2", "--max-batch", "1", models=(f"{folder}/large.plan",)) as server:
                with RawClient(server.port) as client:
                    given = client.ask(b"GET /v2/models/large HTTP/1.1\r\n\r\n").json["inputs"][0]
                shape = [1, *given["shape"][1:]]
                sample = np.random.default_rng(2).random(shape, dtype=np.float32)
                data = infer_request(sample, "large").replace(b'"image"', b'"%s"' % given["name"].encode())
                if len(given["name"]) != 5:
                    self.skipTest("the request's length would be another")
                data = data.replace(b'"probabilities", "parameters"', b'"probabilities", "parameters"')
                with RawClient(server.port) as client:
                    client.send(data * 30)
                    statuses = [client.receive() for _ in range(30)]
                found = {answer.status for answer in statuses}
                self.assertEqual(found, {200, 429}, statuses[0].body[:300])
                refused = next(answer for answer in statuses if answer.status == 429)
                self.assertEqual(refused.headers["retry-after"], "1")
                right = [answer.body for answer in statuses if answer.status == 200]
                self.assertEqual(len(set(right)), 1)
                self.assertEqual(server.end(), 0)

    def test_memory_stays_as_it_is(self):
        with RunningServer("--no-grpc") as server:
            batch = b"".join(infer_request(SAMPLES[n % 5:n % 5 + 1]) for n in range(50))

            def ask(rounds):
                with RawClient(server.port) as client:
                    for _ in range(rounds):
                        client.send(batch)
                        for number in range(50):
                            answer = client.receive()
                            if not np.array_equal(answer.numbers[0], self.answers[number % 5]):
                                self.fail("a wrong answer")

            ask(100)
            before = server.memory
            for _ in range(5):
                ask(max(20, REQUESTS // 500))
            self.assertLess(server.memory - before, 4 << 20)
            self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    unittest.main()
