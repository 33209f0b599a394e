"""What the example programs of Triton's client do (github.com/triton-inference-server/client, src/python/examples), done with its client
against apus-serve: each step, and each check of an answer. The programs themselves were run against it as well.

| example | test |
|---|---|
| simple_http_infer_client | test_http_infer, with each --request- and --response-compression-algorithm |
| simple_http_async_infer_client | test_http_async_infer |
| simple_http_aio_infer_client | test_http_aio_infer |
| simple_grpc_infer_client | test_grpc_infer, with each -C |
| simple_grpc_async_infer_client | test_grpc_async_infer |
| simple_grpc_aio_infer_client | test_grpc_aio_infer |
| simple_{http,grpc}_health_metadata, simple_{http,grpc}_aio_health_metadata | test_health_and_metadata, test_aio_health_and_metadata |
| simple_{http,grpc}_model_control, simple_{http,grpc}_aio_model_control | test_model_control, test_aio_model_control |
| grpc_explicit_int_content_client, grpc_explicit_int8_content_client | test_explicit_contents |
| simple_grpc_custom_args_client, simple_grpc_aio_custom_args_client | test_custom_channel_arguments |
| simple_grpc_keepalive_client, simple_grpc_aio_keepalive_client | test_keepalive |
| image_client, grpc_image_client | test_image_client, test_image_client_by_messages |
| grpc_client | test_messages |

The checks that the server is called "triton" are left out: it says its own name. The other examples are of extensions that the server
doesn't have, and doesn't name in its metadata: shared memory, sequences, strings, models that answer a request several times.
"""

import asyncio
import functools
import itertools
import json
import pathlib
import queue
import subprocess
import tempfile
import unittest

import grpc
import numpy as np
import tritonclient.grpc as triton_grpc
import tritonclient.grpc.aio as triton_grpc_aio
import tritonclient.http as triton_http
import tritonclient.http.aio as triton_http_aio
from PIL import Image
from running_server import FASHION, INFER, MNIST, ROOT, RunningServer
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

SIMPLE = """model simple
input INPUT0: i32[N, 16]
input INPUT1: i32[N, 16]
output OUTPUT0 = add(INPUT0, INPUT1)
output OUTPUT1 = subtract(INPUT0, INPUT1)
"""
SIMPLE_INT8 = SIMPLE.replace("model simple", "model simple_int8").replace("i32", "i8")
# A picture of each digit, in their order.
SAMPLES = sorted((ROOT / "Models/samples").glob("0*.png"))

FIRST = np.arange(16, dtype=np.int32)[np.newaxis]
SECOND = np.full((1, 16), -1, np.int32)
WANTED = ("OUTPUT0", "OUTPUT1")


def compiled(spec, name, folder):
    """The path of a plan of a network without weights."""
    (folder / f"{name}.graph").write_text(spec)
    subprocess.run(
        [str(pathlib.Path(INFER).parent / "apus-compile"), str(folder / f"{name}.graph"), "-o", str(folder / f"{name}.plan")],
        check=True, stdout=subprocess.DEVNULL)
    return str(folder / f"{name}.plan")


def inputs(module, *binary):
    """The inputs of `simple`; `binary` says for HTTP which of them come as bytes."""
    given = [module.InferInput(name, [1, 16], "INT32") for name in ("INPUT0", "INPUT1")]
    for number, data in enumerate((FIRST, SECOND)):
        if binary:
            given[number].set_data_from_numpy(data, binary_data=binary[number])
        else:
            given[number].set_data_from_numpy(data)
    return given


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        models = (compiled(SIMPLE, "simple", folder), compiled(SIMPLE_INT8, "simple_int8", folder), MNIST, FASHION)
        cls.server = RunningServer("--allow-load", models=models)
        cls.http_place = f"localhost:{cls.server.port}"
        cls.grpc_place = f"localhost:{cls.server.grpc_port}"
        cls.http = triton_http.InferenceServerClient(cls.http_place)
        cls.grpc = triton_grpc.InferenceServerClient(cls.grpc_place)

    @classmethod
    def tearDownClass(cls):
        cls.http.close()
        cls.grpc.close()
        cls.folder.cleanup()
        assert cls.server.end() == 0

    def check(self, result):
        np.testing.assert_array_equal(result.as_numpy("OUTPUT0"), FIRST + SECOND)
        np.testing.assert_array_equal(result.as_numpy("OUTPUT1"), FIRST - SECOND)

    # MARK: Sums and differences

    def test_http_infer(self):
        outputs = [
            triton_http.InferRequestedOutput("OUTPUT0", binary_data=True),
            triton_http.InferRequestedOutput("OUTPUT1", binary_data=False)]
        codings = (None, "gzip", "deflate")
        for request, response in itertools.product(codings, codings):
            for wanted in (outputs, None):
                self.check(self.http.infer(
                    "simple", inputs(triton_http, False, True), outputs=wanted, query_params={"test_1": 1, "test_2": 2},
                    headers={"test": "1"}, request_compression_algorithm=request,
                    response_compression_algorithm=response))
        self.assertEqual(len(self.http.get_inference_statistics("simple")["model_stats"]), 1)
        with self.assertRaises(InferenceServerException) as caught:
            self.http.infer("wrong_model_name", inputs(triton_http, False, True))
        self.assertTrue(caught.exception.message().startswith("Request for unknown model"), caught.exception)

    def test_http_async_infer(self):
        with triton_http.InferenceServerClient(self.http_place, concurrency=2) as client:
            outputs = [triton_http.InferRequestedOutput(name, binary_data=True) for name in WANTED]
            pending = [client.async_infer("simple", inputs(triton_http, True, True), outputs=outputs) for _ in range(2)]
            for request in pending:
                self.check(request.get_result())

    def test_http_aio_infer(self):
        async def run():
            async with triton_http_aio.InferenceServerClient(self.http_place) as client:
                outputs = [
                    triton_http_aio.InferRequestedOutput("OUTPUT0", binary_data=True),
                    triton_http_aio.InferRequestedOutput("OUTPUT1", binary_data=False)]

                def infer(model, wanted, coding):
                    return client.infer(
                        model, inputs(triton_http_aio, False, True), outputs=wanted, query_params={"test_1": 1},
                        request_compression_algorithm=coding, response_compression_algorithm=coding)

                for coding in (None, "gzip", "deflate"):
                    self.check(await infer("simple", outputs, coding))
                    for result in await asyncio.gather(
                            infer("simple", outputs, coding), infer("simple", None, coding)):
                        self.check(result)
                statistics = await client.get_inference_statistics("simple")
                self.assertEqual(len(statistics["model_stats"]), 1)
                with self.assertRaises(InferenceServerException) as caught:
                    await infer("wrong_model_name", outputs, None)
                self.assertTrue(caught.exception.message().startswith("Request for unknown model"))

        asyncio.run(run())

    def test_grpc_infer(self):
        outputs = [triton_grpc.InferRequestedOutput(name) for name in WANTED]
        for coding in (None, "gzip", "deflate"):
            self.check(self.grpc.infer(
                "simple", inputs(triton_grpc), outputs=outputs, client_timeout=10, headers={"test": "1"},
                compression_algorithm=coding))
            self.check(self.grpc.infer("simple", inputs(triton_grpc), compression_algorithm=coding))
        self.assertEqual(len(self.grpc.get_inference_statistics("simple").model_stats), 1)

    def test_grpc_async_infer(self):
        results = queue.Queue()
        self.grpc.async_infer(
            "simple", inputs(triton_grpc), callback=lambda result, error: results.put((result, error)),
            outputs=[triton_grpc.InferRequestedOutput(name) for name in WANTED], client_timeout=10)
        result, error = results.get(timeout=10)
        self.assertIsNone(error)
        self.check(result)

    def test_grpc_aio_infer(self):
        async def run():
            async with triton_grpc_aio.InferenceServerClient(self.grpc_place) as client:
                outputs = [triton_grpc_aio.InferRequestedOutput(name) for name in WANTED]
                for coding in (None, "gzip", "deflate"):
                    infer = functools.partial(
                        client.infer, "simple", inputs(triton_grpc_aio), compression_algorithm=coding)
                    self.check(await infer(outputs=outputs, client_timeout=10, headers={"test": "1"}))
                    for result in await asyncio.gather(infer(outputs=None), infer(outputs=None)):
                        self.check(result)
                statistics = await client.get_inference_statistics("simple")
                self.assertEqual(len(statistics.model_stats), 1)

        asyncio.run(run())

    def test_explicit_contents(self):
        stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel())
        for model, kind in (("simple", np.int32), ("simple_int8", np.int8)):
            request = service_pb2.ModelInferRequest(model_name=model)
            for name, data in (("INPUT0", FIRST), ("INPUT1", SECOND)):
                given = request.inputs.add(name=name, datatype=np.dtype(kind).name.upper(), shape=[1, 16])
                given.contents.int_contents[:] = data[0]
            for name in WANTED:
                request.outputs.add(name=name)
            answer = stub.ModelInfer(request)
            self.assertEqual([tuple(output.shape) for output in answer.outputs], [(1, 16)] * 2)
            found = [np.frombuffer(bytes, kind) for bytes in answer.raw_output_contents]
            np.testing.assert_array_equal(found[0], (FIRST + SECOND)[0])
            np.testing.assert_array_equal(found[1], (FIRST - SECOND)[0])
            request.raw_input_contents.append(FIRST[0, :8].tobytes())
            with self.assertRaises(grpc.RpcError) as caught:
                stub.ModelInfer(request)
            self.assertIn(
                f"contents field must not be specified when using raw_input_contents for 'INPUT0' for model '{model}'",
                caught.exception.details())
        del request.raw_input_contents[:]
        request.inputs[0].contents.int_contents[3] = 128
        with self.assertRaises(grpc.RpcError) as caught:
            stub.ModelInfer(request)
        self.assertEqual(caught.exception.details(), "'INPUT0' has 128, which is no INT8")

    # MARK: Channels

    def channel(self):
        channel = grpc.insecure_channel(self.grpc_place)
        self.addCleanup(channel.close)
        return channel

    def test_custom_channel_arguments(self):
        arguments = [
            ("grpc.max_send_message_length", 1 << 20), ("grpc.max_receive_message_length", 1 << 20),
            ("grpc.keepalive_time_ms", 2**31 - 1), ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.keepalive_permit_without_calls", False), ("grpc.http2.max_pings_without_data", 2),
            ("grpc.dns_enable_srv_queries", 1)]
        with triton_grpc.InferenceServerClient(self.grpc_place, channel_args=arguments) as client:
            self.check(client.infer("simple", inputs(triton_grpc), headers={"test": "1"}))

        async def run():
            async with triton_grpc_aio.InferenceServerClient(self.grpc_place, channel_args=arguments) as client:
                self.check(await client.infer("simple", inputs(triton_grpc_aio), headers={"test": "1"}))

        asyncio.run(run())

    def test_keepalive(self):
        for options in ({}, {"keepalive_time_ms": 10_000, "keepalive_permit_without_calls": True}):
            options = triton_grpc.KeepAliveOptions(**options)
            with triton_grpc.InferenceServerClient(self.grpc_place, keepalive_options=options) as client:
                self.check(client.infer("simple", inputs(triton_grpc), headers={"test": "1"}))

            async def run():
                async with triton_grpc_aio.InferenceServerClient(
                        self.grpc_place, keepalive_options=options) as client:
                    self.check(await client.infer("simple", inputs(triton_grpc_aio), headers={"test": "1"}))

            asyncio.run(run())

    # MARK: What the server tells of itself

    def test_health_and_metadata(self):
        parameters = {"query_params": {"test_1": 1, "test_2": 2}}
        for client, more in ((self.http, parameters), (self.grpc, {"headers": {"test": "1", "dummy": "2"}})):
            self.assertTrue(client.is_server_live(**more))
            self.assertTrue(client.is_server_ready())
            self.assertTrue(client.is_model_ready("simple"))
            with self.assertRaisesRegex(InferenceServerException, "Request for unknown model"):
                client.get_model_metadata("wrong_model_name")
        self.assertEqual(self.http.get_server_metadata()["name"], "apus-serve")
        self.assertEqual(self.grpc.get_server_metadata().name, "apus-serve")
        over_http = self.http.get_model_metadata("simple", **parameters)
        self.assertEqual(over_http["name"], "simple")
        self.assertEqual(over_http["inputs"][0], {"name": "INPUT0", "datatype": "INT32", "shape": [-1, 16]})
        self.assertEqual(self.grpc.get_model_metadata("simple", headers={"test": "1"}).name, "simple")
        self.assertEqual(self.http.get_model_config("simple")["name"], "simple")
        self.assertEqual(self.grpc.get_model_config("simple").config.name, "simple")
        extensions = self.http.get_server_metadata()["extensions"]
        self.assertEqual(extensions, list(self.grpc.get_server_metadata().extensions))
        for missing in ("system_shared_memory", "cuda_shared_memory", "sequence"):
            self.assertNotIn(missing, extensions)

    def test_aio_health_and_metadata(self):
        async def run(client):
            async with client:
                self.assertTrue(await client.is_server_live())
                self.assertTrue(await client.is_server_ready())
                self.assertTrue(await client.is_model_ready("simple"))
                self.assertIn("apus-serve", str(await client.get_server_metadata()))
                self.assertIn("INPUT0", str(await client.get_model_metadata("simple")))
                self.assertIn("simple", str(await client.get_model_config("simple")))
                with self.assertRaisesRegex(InferenceServerException, "Request for unknown model"):
                    await client.get_model_metadata("wrong_model_name")

        # A client belongs to the loop in which it was made.
        async def both():
            await run(triton_http_aio.InferenceServerClient(self.http_place))
            await run(triton_grpc_aio.InferenceServerClient(self.grpc_place))

        asyncio.run(both())

    def test_model_control(self):
        def batch(client):
            config = client.get_model_config("simple")
            return config["max_batch_size"] if client is self.http else config.config.max_batch_size

        self.addCleanup(self.http.load_model, "simple")
        self.assertEqual(len(self.http.get_model_repository_index()), 4)
        self.assertEqual(len(self.grpc.get_model_repository_index().models), 4)
        for module, client in ((triton_http, self.http), (triton_grpc, self.grpc)):
            client.load_model("simple")
            self.assertTrue(client.is_model_ready("simple"))
            self.assertEqual(batch(client), 64)
            with self.assertRaisesRegex(InferenceServerException, "failed to load 'simple': the configuration is not JSON"):
                client.load_model("simple", config='"parameters": {"config": {{"max_batch_size": "16"}}}')
            client.load_model("simple", config='{"max_batch_size":"16"}')
            self.assertEqual(batch(client), 16)
            self.check(client.infer("simple", inputs(module)))
            given = [module.InferInput(name, [17, 16], "INT32") for name in ("INPUT0", "INPUT1")]
            for one in given:
                one.set_data_from_numpy(np.zeros((17, 16), np.int32))
            with self.assertRaisesRegex(InferenceServerException, "the request has 17 samples, .* takes 16 at once"):
                client.infer("simple", given)
            with self.assertRaisesRegex(InferenceServerException, "failed to load 'simple': .*--max-batch 64"):
                client.load_model("simple", config='{"max_batch_size": 65}')
            with self.assertRaisesRegex(InferenceServerException, "failed to load 'simple': .*'instance_group'"):
                client.load_model("simple", config='{"instance_group": [{"count": 2}]}')
            # A file of a model, by a name longer than the system's.
            with self.assertRaisesRegex(InferenceServerException, "failed to load 'simple': .*not taken from requests"):
                client.load_model("simple", config="{}", files={"file:" + "A" * 256: b"a"})
            self.assertEqual(batch(client), 16)
            client.unload_model("simple")
            self.assertFalse(client.is_model_ready("simple"))
            self.assertTrue(client.is_server_live())
            with self.assertRaisesRegex(InferenceServerException, "failed to load 'wrong_model_name'"):
                client.load_model("wrong_model_name")

    def test_aio_model_control(self):
        self.addCleanup(self.http.load_model, "simple")

        async def run(client):
            async with client:
                await client.load_model("simple", config='{"max_batch_size":"16"}')
                self.assertTrue(await client.is_model_ready("simple"))
                self.assertRegex(str(await client.get_model_config("simple")), "max_batch_size'?: 16")
                with self.assertRaisesRegex(InferenceServerException, "failed to load"):
                    await client.load_model("simple", config="max_batch_size: 16")
                await client.unload_model("simple")
                self.assertFalse(await client.is_model_ready("simple"))
                with self.assertRaisesRegex(InferenceServerException, "failed to load"):
                    await client.load_model("wrong_model_name")

        async def both():
            await run(triton_http_aio.InferenceServerClient(self.http_place))
            await run(triton_grpc_aio.InferenceServerClient(self.grpc_place))

        asyncio.run(both())

    def test_messages(self):
        stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel())
        self.assertTrue(stub.ServerLive(service_pb2.ServerLiveRequest()).live)
        self.assertTrue(stub.ServerReady(service_pb2.ServerReadyRequest()).ready)
        self.assertTrue(stub.ModelReady(service_pb2.ModelReadyRequest(name="mnist-cnn", version="")).ready)
        self.assertEqual(stub.ServerMetadata(service_pb2.ServerMetadataRequest()).name, "apus-serve")
        metadata = stub.ModelMetadata(service_pb2.ModelMetadataRequest(name="mnist-cnn"))
        config = stub.ModelConfig(service_pb2.ModelConfigRequest(name="mnist-cnn")).config
        self.assertEqual(config.input[0].name, metadata.inputs[0].name)
        request = service_pb2.ModelInferRequest(model_name="mnist-cnn", id="my request id")
        request.inputs.add(name="image", datatype="FP32", shape=[1, 1, 28, 28])
        request.outputs.add(name="probabilities")
        request.raw_input_contents.append(b"a" * (28 * 28 * 4))
        answer = stub.ModelInfer(request)
        self.assertEqual((answer.id, answer.model_name, answer.model_version), ("my request id", "mnist-cnn", "1"))
        self.assertEqual(len(answer.raw_output_contents[0]), 40)

    # MARK: Pictures

    def prepared(self, metadata, config):
        """The pictures as the model takes them, by what it tells of itself: as many as there are, and the input's name and type."""
        self.assertEqual((len(metadata["inputs"]), len(metadata["outputs"]), len(config["input"])), (1, 1, 1))
        self.assertEqual(config["input"][0]["format"], "FORMAT_NCHW")
        self.assertGreater(config["max_batch_size"], 0)
        _, channels, height, width = (int(size) for size in metadata["inputs"][0]["shape"])
        self.assertEqual(channels, 1)
        pictures = []
        for path in SAMPLES:
            pixels = np.asarray(Image.open(path).convert("L").resize((width, height), Image.Resampling.BILINEAR))
            pictures.append(pixels.astype(np.float32)[np.newaxis] / 255)
        return np.stack(pictures), metadata["inputs"][0]["name"], metadata["outputs"][0]["name"]

    def batches(self, pictures, size):
        """The pictures so many at a time; the last ones are filled up with the first."""
        rounds = -(-len(pictures) // size)
        for start in range(0, rounds * size, size):
            places = [place % len(pictures) for place in range(start, start + size)]
            yield pictures[places], places

    def check_classes(self, rows, places):
        self.assertEqual(len(rows), len(places))
        for row, place in zip(rows, places):
            values = [entry.decode().split(":") for entry in row]
            self.assertEqual([int(value[1]) for value in values][0], place, SAMPLES[place].name)
            self.assertEqual(values[0][2], str(place))
            scores = [float(value[0]) for value in values]
            self.assertEqual(scores, sorted(scores, reverse=True))

    def test_image_client(self):
        http_pair = (self.http.get_model_metadata("mnist-cnn"), self.http.get_model_config("mnist-cnn"))
        grpc_pair = (
            self.grpc.get_model_metadata("mnist-cnn", as_json=True),
            self.grpc.get_model_config("mnist-cnn", as_json=True)["config"])
        for module, client, pair in ((triton_http, self.http, http_pair), (triton_grpc, self.grpc, grpc_pair)):
            pictures, name, output = self.prepared(*pair)
            for size, classes in ((1, 1), (3, 2), (len(pictures), 3)):
                # One after the other, several at once, and over gRPC as a stream.
                found, pending, results = {}, [], queue.Queue()
                wanted = [module.InferRequestedOutput(output, class_count=classes)]
                with triton_grpc.InferenceServerClient(self.grpc_place) as stream:
                    if module is triton_grpc:
                        stream.start_stream(lambda result, error: results.put(("stream", result, error)))
                    for number, (batch, places) in enumerate(self.batches(pictures, size)):
                        given = [module.InferInput(name, batch.shape, "FP32")]
                        given[0].set_data_from_numpy(batch)
                        more = {"outputs": wanted, "request_id": str(number)}
                        found["alone", number] = client.infer("mnist-cnn", given, **more)
                        if module is triton_grpc:
                            client.async_infer(
                                "mnist-cnn", given, lambda result, error: results.put(("async", result, error)), **more)
                            stream.async_stream_infer("mnist-cnn", given, **more)
                        else:
                            pending.append(client.async_infer("mnist-cnn", given, **more))
                    if module is triton_grpc:
                        stream.stop_stream()
                        for _ in range(2 * (number + 1)):
                            way, result, error = results.get(timeout=10)
                            self.assertIsNone(error)
                            found[way, int(result.get_response().id)] = result
                for place, request in enumerate(pending):
                    result = request.get_result()
                    self.assertEqual(result.get_response()["id"], str(place))
                    found["async", place] = result
                self.assertEqual(len(found), (3 if module is triton_grpc else 2) * (number + 1))
                for number, (_, places) in enumerate(self.batches(pictures, size)):
                    for (_, place), result in found.items():
                        if place == number:
                            self.check_classes(result.as_numpy(output), places)

    def test_image_client_by_messages(self):
        stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel())
        config = stub.ModelConfig(service_pb2.ModelConfigRequest(name="mnist-cnn")).config
        self.assertEqual(config.input[0].format, model_config_pb2.ModelInput.FORMAT_NCHW)
        self.assertEqual(
            stub.ModelConfig(service_pb2.ModelConfigRequest(name="simple")).config.input[0].format,
            model_config_pb2.ModelInput.FORMAT_NONE)
        pictures, name, output = self.prepared(
            self.http.get_model_metadata("mnist-cnn"), self.http.get_model_config("mnist-cnn"))

        def requests():
            for batch, _ in self.batches(pictures, 4):
                request = service_pb2.ModelInferRequest(model_name="mnist-cnn")
                request.inputs.add(name=name, datatype="FP32", shape=batch.shape)
                request.outputs.add(name=output).parameters["classification"].int64_param = 2
                request.raw_input_contents.append(batch.tobytes())
                yield request

        streamed = list(stub.ModelStreamInfer(requests()))
        self.assertEqual([answer.error_message for answer in streamed], [""] * 3)
        self.assertEqual(len(pictures), 10)
        for answers in (
                [stub.ModelInfer(request) for request in requests()],
                [future.result() for future in [stub.ModelInfer.future(request) for request in requests()]],
                [answer.infer_response for answer in streamed]):
            for answer, (_, places) in zip(answers, self.batches(pictures, 4), strict=True):
                self.assertEqual(answer.outputs[0].datatype, "BYTES")
                entries = triton_grpc.InferResult(answer).as_numpy(output)
                self.check_classes(entries, places)


if __name__ == "__main__":
    unittest.main()
