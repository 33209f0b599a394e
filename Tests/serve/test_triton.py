"""Triton's clients against apus-serve: all that their own examples do, and what the server's options change."""

import base64
import json
import pathlib
import ssl
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from expected_answers import SAMPLES, expected
from running_server import FASHION, INFER, MNIST, ROOT, RunningServer


class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer()
        cls.http = triton_http.InferenceServerClient(f"127.0.0.1:{cls.server.port}", concurrency=4)
        cls.grpc = triton_grpc.InferenceServerClient(f"127.0.0.1:{cls.server.grpc_port}")
        cls.answers = expected(MNIST, SAMPLES)

    @classmethod
    def tearDownClass(cls):
        cls.http.close()
        cls.grpc.close()
        assert cls.server.end() == 0

    def get(self, path, method="GET", data=None, headers=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}{path}", data=data, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def clients(self):
        return ((triton_http, self.http), (triton_grpc, self.grpc))

    def test_health(self):
        for _, client in self.clients():
            self.assertTrue(client.is_server_live())
            self.assertTrue(client.is_server_ready())
            self.assertTrue(client.is_model_ready("mnist-cnn"))
            self.assertTrue(client.is_model_ready("mnist-cnn", "1"))

    def test_metadata(self):
        over_http = self.http.get_model_metadata("mnist-cnn")
        over_grpc = self.grpc.get_model_metadata("mnist-cnn", as_json=True)
        self.assertEqual(over_http["inputs"], [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28]}])
        self.assertEqual(over_http["outputs"][0]["shape"], [-1, 10])
        self.assertEqual(over_grpc["inputs"][0]["shape"], ["-1", "1", "28", "28"])
        self.assertEqual(over_http["platform"], over_grpc["platform"])
        self.assertEqual(self.http.get_server_metadata()["name"], "apus-serve")
        self.assertEqual(self.grpc.get_server_metadata().name, "apus-serve")
        self.assertIn("binary_tensor_data", self.http.get_server_metadata()["extensions"])

    def test_configuration(self):
        self.assertEqual(self.http.get_model_config("mnist-cnn")["max_batch_size"], 64)
        config = self.grpc.get_model_config("mnist-cnn").config
        self.assertEqual(config.max_batch_size, 64)
        self.assertEqual(list(config.input[0].dims), [1, 28, 28])
        self.assertEqual(config.input[0].data_type, triton_grpc.model_config_pb2.TYPE_FP32)

    def test_inference(self):
        for module, client in self.clients():
            for binary in (True, False):
                given = module.InferInput("image", SAMPLES.shape, "FP32")
                wanted = [module.InferRequestedOutput("probabilities")]
                if module is triton_http:
                    given.set_data_from_numpy(SAMPLES, binary_data=binary)
                    wanted = [module.InferRequestedOutput("probabilities", binary_data=binary)]
                else:
                    given.set_data_from_numpy(SAMPLES)
                for outputs in (wanted, None):
                    answer = client.infer("mnist-cnn", [given], outputs=outputs, request_id="abc")
                    np.testing.assert_array_equal(answer.as_numpy("probabilities"), self.answers)
                    identity = answer.get_response()["id"] if module is triton_http else answer.get_response().id
                    self.assertEqual(identity, "abc")

    def test_each_sample_has_the_same_bits_alone(self):
        for module, client in self.clients():
            for number in range(len(SAMPLES)):
                given = module.InferInput("image", [1, 1, 28, 28], "FP32")
                given.set_data_from_numpy(SAMPLES[number:number + 1])
                answer = client.infer("mnist-cnn", [given]).as_numpy("probabilities")
                np.testing.assert_array_equal(answer, self.answers[number:number + 1])

    def test_many_at_once(self):
        given = triton_http.InferInput("image", [1, 1, 28, 28], "FP32")
        given.set_data_from_numpy(SAMPLES[:1])
        pending = [self.http.async_infer("mnist-cnn", [given]) for _ in range(100)]
        for answer in pending:
            np.testing.assert_array_equal(answer.get_result().as_numpy("probabilities"), self.answers[:1])

    def test_stream(self):
        answers = []
        with triton_grpc.InferenceServerClient(f"127.0.0.1:{self.server.grpc_port}") as client:
            client.start_stream(lambda result, error: answers.append((result, error)))
            for number in range(len(SAMPLES)):
                given = triton_grpc.InferInput("image", [1, 1, 28, 28], "FP32")
                given.set_data_from_numpy(SAMPLES[number:number + 1])
                client.async_stream_infer("mnist-cnn", [given], request_id=str(number))
            client.async_stream_infer("nothing", [given])
            client.stop_stream()
        self.assertEqual(len(answers), len(SAMPLES) + 1)
        for number, (result, error) in enumerate(answers[:-1]):
            self.assertIsNone(error)
            self.assertEqual(result.get_response().id, str(number))
            np.testing.assert_array_equal(result.as_numpy("probabilities"), self.answers[number:number + 1])
        self.assertIn("there is no model 'nothing'", str(answers[-1][1]))

    def test_classification(self):
        for module, client in self.clients():
            given = module.InferInput("image", SAMPLES.shape, "FP32")
            given.set_data_from_numpy(SAMPLES)
            answer = client.infer(
                "mnist-cnn", [given], outputs=[module.InferRequestedOutput("probabilities", class_count=3)])
            classes = answer.as_numpy("probabilities")
            self.assertEqual(classes.shape, (5, 3))
            for row, best in zip(classes, self.answers.argmax(1)):
                self.assertEqual(int(row[0].split(b":")[1]), best)

    def test_pictures(self):
        file = (ROOT / "Models/samples/07-seven.png").read_bytes()
        status, body, _ = self.get(
            "/v2/models/mnist-cnn/infer", "POST", file, {"Content-Type": "image/png"})
        self.assertEqual(status, 200)
        self.assertEqual(np.argmax(json.loads(body)["outputs"][0]["data"]), 7)
        request = {"inputs": [{
            "name": "image", "datatype": "BYTES", "shape": [2], "data": [base64.b64encode(file).decode()] * 2}]}
        status, body, _ = self.get("/v2/models/mnist-cnn/infer", "POST", json.dumps(request).encode())
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(body)["outputs"][0]["shape"], [2, 10])
        for module, client in self.clients():
            given = module.InferInput("image", [1], "BYTES")
            given.set_data_from_numpy(np.array([file], dtype=np.object_))
            self.assertEqual(client.infer("mnist-cnn", [given]).as_numpy("probabilities").argmax(), 7)

    def test_statistics(self):
        before = self.http.get_inference_statistics("fashion-cnn")["model_stats"][0]["inference_count"]
        given = triton_http.InferInput("image", SAMPLES.shape, "FP32")
        given.set_data_from_numpy(SAMPLES)
        self.http.infer("fashion-cnn", [given])
        after = self.grpc.get_inference_statistics("fashion-cnn").model_stats[0]
        self.assertEqual(after.inference_count, before + 5)
        self.assertGreater(after.inference_stats.compute_infer.ns, 0)
        self.assertEqual(len(self.http.get_inference_statistics()["model_stats"]), 2)
        self.assertEqual(len(self.grpc.get_inference_statistics().model_stats), 2)
        status, body, headers = self.get("/metrics")
        self.assertEqual(status, 200)
        self.assertIn('apus_samples_total{model="fashion-cnn",version="1"}', body.decode())
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))

    def test_repository(self):
        self.assertEqual(
            [entry["name"] for entry in self.http.get_model_repository_index()], ["fashion-cnn", "mnist-cnn"])
        self.assertEqual(len(self.grpc.get_model_repository_index().models), 2)
        for module, client in self.clients():
            with self.assertRaisesRegex(Exception, "--allow-load"):
                client.unload_model("mnist-cnn")

    def test_errors(self):
        for module, client in self.clients():
            given = module.InferInput("image", [1, 1, 28, 27], "FP32")
            given.set_data_from_numpy(np.zeros((1, 1, 28, 27), np.float32))
            with self.assertRaisesRegex(Exception, r"the shape \[1, 1, 28, 27\] is not that of image FP32"):
                client.infer("mnist-cnn", [given])
            with self.assertRaisesRegex(Exception, "there is no model 'mnist'; did you mean|there is no model 'mnist'"):
                client.get_model_metadata("mnist")
        self.assertEqual(self.get("/nothing")[0], 404)
        self.assertEqual(self.get("/v2/models/mnist-cnn/infer")[0], 405)
        self.assertEqual(self.get("/v2/models/mnist-cnn/infer", "POST", b"{")[0], 400)
        self.assertEqual(
            self.get("/v2/models/mnist-cnn/infer", "POST", b"{}", {"Content-Encoding": "br"})[0], 415)


class Options(unittest.TestCase):
    """What is off where nobody asks for it."""

    def test_loading(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            for version in ("1", "3"):
                (place / "digits" / version).mkdir(parents=True)
                (place / "digits" / version / "model.apus").write_bytes(pathlib.Path(MNIST).read_bytes())
            with RunningServer("--repository", folder, "--allow-load", models=()) as server:
                client = triton_http.InferenceServerClient(f"127.0.0.1:{server.port}")
                self.assertEqual(client.get_model_metadata("digits")["versions"], ["1", "3"])
                client.unload_model("digits")
                self.assertFalse(client.is_model_ready("digits"))
                client.load_model("digits")
                self.assertTrue(client.is_model_ready("digits", "3"))
                (place / "clothes.apus").write_bytes(pathlib.Path(FASHION).read_bytes())
                over_grpc = triton_grpc.InferenceServerClient(f"127.0.0.1:{server.grpc_port}")
                over_grpc.load_model("clothes")
                self.assertTrue(client.is_model_ready("clothes"))
                (place / "clothes.apus").write_bytes(b"damaged")
                with self.assertRaisesRegex(Exception, "clothes.apus"):
                    client.load_model("clothes")
                # What can't be loaded stays what it was.
                self.assertTrue(client.is_model_ready("clothes"))
                self.assertEqual(server.end(), 0)

    def test_token(self):
        with tempfile.NamedTemporaryFile("w", suffix=".token") as file:
            file.write("0123456789abcdef0123\n")
            file.flush()
            with RunningServer("--token-file", file.name) as server:
                for module, port in ((triton_http, server.port), (triton_grpc, server.grpc_port)):
                    client = module.InferenceServerClient(f"127.0.0.1:{port}")
                    self.assertTrue(client.is_server_ready())
                    with self.assertRaisesRegex(Exception, "the bearer token is missing or wrong"):
                        client.get_model_metadata("mnist-cnn")
                    name = "Authorization" if module is triton_http else "authorization"
                    client.get_model_metadata("mnist-cnn", headers={name: "Bearer 0123456789abcdef0123"})
                self.assertEqual(server.end(), 0)

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
                check=True, capture_output=True)
            with RunningServer("--tls-certificate", f"{folder}/cert.pem", "--tls-key", f"{folder}/key.pem") as server:
                context = ssl.create_default_context(cafile=f"{folder}/cert.pem")
                with urllib.request.urlopen(f"https://localhost:{server.port}/v2", context=context) as answer:
                    self.assertEqual(json.load(answer)["name"], "apus-serve")
                client = triton_grpc.InferenceServerClient(
                    f"localhost:{server.grpc_port}", ssl=True, root_certificates=f"{folder}/cert.pem")
                self.assertTrue(client.is_server_ready())
                self.assertEqual(server.end(), 0)

    def test_log_of_lines_in_json(self):
        with RunningServer("--log-format", "json") as server:
            self.assertEqual(server.end(), 0)
            lines = [json.loads(line) for line in server.log]
            self.assertEqual(lines[-1]["message"], "ended")

    def test_a_model_that_takes_long_has_a_thread(self):
        spec = str(ROOT / "Models/resnet18.graph")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [str(pathlib.Path(INFER).parent / "apus-compile"), spec, "--batch", "4", "-o", f"{folder}/large.plan"],
                check=True, stdout=subprocess.DEVNULL)
            with RunningServer("--max-batch", "4", models=(f"{folder}/large.plan",)) as server:
                self.assertTrue(any("a thread" in line for line in server.log))
                client = triton_http.InferenceServerClient(f"127.0.0.1:{server.port}", concurrency=8)
                shape = [1, *client.get_model_metadata("large")["inputs"][0]["shape"][1:]]
                name = client.get_model_metadata("large")["inputs"][0]["name"]
                output = client.get_model_metadata("large")["outputs"][0]["name"]
                given = triton_http.InferInput(name, shape, "FP32")
                given.set_data_from_numpy(np.random.default_rng(1).random(shape, dtype=np.float32))
                alone = client.infer("large", [given]).as_numpy(output)
                for answer in [client.async_infer("large", [given]) for _ in range(16)]:
                    np.testing.assert_array_equal(answer.get_result().as_numpy(output), alone)
                batches = client.get_inference_statistics("large")["model_stats"][0]["batch_stats"]
                self.assertGreater(max(entry["batch_size"] for entry in batches), 1)
                self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    unittest.main()
