"""KServe's clients against apus-serve: all that `InferenceRESTClient` and `InferenceGRPCClient` do by version 2 of the protocol, as their
documentation and their own tests (kserve/kserve, python/kserve/test/test_inference_client.py) have it. In a process of its own: Triton's
clients define messages of the same names.
"""

import asyncio
import logging
import signal
import unittest

import grpc
import httpx
import kserve
import numpy as np
from expected_answers import SAMPLES, expected
from kserve.inference_client import RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from running_server import MNIST, RunningServer

# What is expected to fail is no news.
logging.disable(logging.CRITICAL)


def request(data=SAMPLES, binary=None, **more):
    """A request to mnist-cnn: nested numbers, or by `binary` those that a numpy array is made into."""
    given = kserve.InferInput("image", list(data.shape), "FP32", parameters={"test-param": "abc"})
    if binary is None:
        given.data = data.tolist()
    else:
        given.set_data_from_numpy(data, binary_data=binary)
    more = {"request_id": "2ja0ls9j1309", "parameters": {"test-param": "abc"}, **more}
    return kserve.InferRequest("mnist-cnn", [given], **more)


class Conformance(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = RunningServer()
        cls.place = f"http://127.0.0.1:{cls.server.port}"
        cls.answers = expected(MNIST, SAMPLES)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.end() == 0

    async def asyncSetUp(self):
        self.rest = kserve.InferenceRESTClient(RESTConfig(protocol="v2", timeout=30))
        self.grpc = kserve.InferenceGRPCClient(f"127.0.0.1:{self.server.grpc_port}", timeout=30)
        self.addAsyncCleanup(self.rest.close)
        self.addAsyncCleanup(self.grpc.close)

    def check(self, answer, count=len(SAMPLES)):
        self.assertEqual((answer.id, answer.model_name), ("2ja0ls9j1309", "mnist-cnn"))
        self.assertEqual([output.name for output in answer.outputs], ["probabilities"])
        output = answer.get_output_by_name("probabilities")
        self.assertEqual((output.datatype, list(output.shape)), ("FP32", [count, 10]))
        np.testing.assert_array_equal(
            output.as_numpy().astype(np.float32).reshape(count, 10), self.answers[:count])

    async def test_readiness_and_liveness(self):
        more = {"headers": {"Host": "test-server.com"}, "timeout": 10}
        for place in (self.place, self.place + "/", httpx.URL(self.place)):
            self.assertIs(await self.rest.is_server_live(place, **more), True)
            self.assertIs(await self.rest.is_server_ready(place, **more), True)
            self.assertIs(await self.rest.is_model_ready(place, "mnist-cnn", **more), True)
            self.assertIs(await self.rest.is_model_ready(place, "another", **more), False)
        more = {"headers": (("test", "1"),), "timeout": 10}
        self.assertIs(await self.grpc.is_server_live(**more), True)
        self.assertIs(await self.grpc.is_server_ready(**more), True)
        self.assertIs(await self.grpc.is_model_ready("mnist-cnn", **more), True)
        with self.assertRaises(grpc.RpcError) as caught:
            await self.grpc.is_model_ready("another", **more)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    async def test_infer_over_rest(self):
        wanted = [RequestedOutput("probabilities")]
        binary = [RequestedOutput("probabilities", parameters={"binary_data": True})]
        for data, is_binary in (
                (request(), False), (request(binary=False), False), (request(binary=True), False),
                (request(binary=True, request_outputs=wanted), False),
                (request(binary=True, request_outputs=binary), True),
                (request(binary=False, request_outputs=binary), True),
                (request(parameters={"binary_data_output": True}), True)):
            headers = {}
            answer = await self.rest.infer(
                self.place, data, model_name="mnist-cnn", headers={"Host": "test-server.com"}, response_headers=headers,
                timeout=10)
            self.check(answer)
            self.assertEqual("inference-header-content-length" in headers, is_binary)

    async def test_infer_with_a_dictionary(self):
        data = {
            "id": "2ja0ls9j1309", "parameters": {"test-param": "abc"},
            "inputs": [{
                "name": "image", "datatype": "FP32", "shape": [2, 1, 28, 28], "data": SAMPLES[:2].tolist(),
                "parameters": {"test-param": "abc"}}]}
        self.check(await self.rest.infer(self.place, data, model_name="mnist-cnn", timeout=10), 2)
        # A place that is used as it is has its answer as a dictionary.
        place = f"{self.place}/v2/models/mnist-cnn/infer"
        for given in (data, request(SAMPLES[:2])):
            answer = await self.rest.infer(place, given, is_graph_endpoint=True, timeout=10)
            self.assertEqual(answer["id"], "2ja0ls9j1309")
            found = np.array(answer["outputs"][0]["data"], np.float32).reshape(2, 10)
            np.testing.assert_array_equal(found, self.answers[:2])

    async def test_infer_over_grpc(self):
        # Numbers as a list of them, and as bytes.
        for data in (request(binary=False), request(binary=True)):
            self.check(await self.grpc.infer(data, timeout=10, headers=(("test", "1"),)))

    async def test_many_at_once(self):
        calls = []
        for number in range(100):
            data = request(SAMPLES[:1 + number % 5], binary=number % 2 == 0)
            calls.append(self.rest.infer(self.place, data, model_name="mnist-cnn"))
            calls.append(self.grpc.infer(data))
        for number, answer in enumerate(await asyncio.gather(*calls)):
            self.check(answer, 1 + number // 2 % 5)

    async def test_answers_are_compressed_on_the_way(self):
        # The client takes gzip, and has unpacked what it got.
        headers = {}
        data = np.concatenate([SAMPLES] * 12)
        answer = await self.rest.infer(
            self.place, request(data, binary=True), model_name="mnist-cnn", response_headers=headers)
        self.assertEqual(headers["content-encoding"], "gzip")
        found = answer.outputs[0].as_numpy().astype(np.float32).reshape(12, 5, 10)
        np.testing.assert_array_equal(found, np.stack([self.answers] * 12))

    async def test_errors(self):
        with self.assertRaises(httpx.HTTPStatusError) as caught:
            await self.rest.infer(self.place, request(), model_name="another")
        self.assertIn("Request for unknown model: there is no model 'another'", str(caught.exception))
        self.assertEqual(caught.exception.response.status_code, 404)
        wrong = request(np.zeros((1, 1, 28, 27), np.float32), binary=True)
        with self.assertRaises(httpx.HTTPStatusError) as caught:
            await self.rest.infer(self.place, wrong, model_name="mnist-cnn")
        self.assertIn("the shape [1, 1, 28, 27] is not that of image", str(caught.exception))
        self.assertEqual(caught.exception.response.status_code, 400)
        with self.assertRaises(grpc.RpcError) as caught:
            await self.grpc.infer(wrong)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        wrong.model_name = "another"
        with self.assertRaises(grpc.RpcError) as caught:
            await self.grpc.infer(wrong)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertIn("Request for unknown model", caught.exception.details())


class Times(unittest.IsolatedAsyncioTestCase):
    async def test_timeouts(self):
        # Each request waits for others, which don't come.
        with RunningServer("--max-delay", "3s") as server:
            async with kserve.InferenceRESTClient(RESTConfig(protocol="v2", timeout=0.3)) as client:
                place = f"http://127.0.0.1:{server.port}"
                with self.assertRaises(httpx.ReadTimeout):
                    await client.infer(place, request(binary=True), model_name="mnist-cnn")
                answer = await client.infer(place, request(binary=True), model_name="mnist-cnn", timeout=30)
                self.assertEqual(answer.id, "2ja0ls9j1309")
            async with kserve.InferenceGRPCClient(f"127.0.0.1:{server.grpc_port}", timeout=0.3) as client:
                with self.assertRaises(grpc.RpcError) as caught:
                    await client.infer(request(binary=True))
                self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
                answer = await client.infer(request(binary=True), timeout=30)
                self.assertEqual(answer.id, "2ja0ls9j1309")
            self.assertEqual(server.end(), 0)

    async def test_a_server_that_ends(self):
        with RunningServer("--drain-delay", "5s") as server:
            place = f"http://127.0.0.1:{server.port}"
            server.signal(signal.SIGTERM)
            server.wait_for("ending")
            async with kserve.InferenceRESTClient(RESTConfig(protocol="v2")) as client:
                with self.assertRaises(httpx.HTTPStatusError) as caught:
                    await client.is_server_ready(place)
                self.assertEqual(caught.exception.response.status_code, 503)
                self.assertIs(await client.is_server_live(place), True)
            # Whoever comes over gRPC is answered as long.
            async with kserve.InferenceGRPCClient(f"127.0.0.1:{server.grpc_port}") as client:
                self.assertIs(await client.is_server_ready(), False)
                self.assertIs(await client.is_server_live(), True)
                self.assertEqual((await client.infer(request(binary=True))).id, "2ja0ls9j1309")
            self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    unittest.main()
