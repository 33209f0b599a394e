"""KServe's clients against apus-serve. In a process of its own: Triton's clients define messages of the same names."""

import asyncio
import unittest

import kserve
import numpy as np
from expected_answers import SAMPLES, expected
from kserve.inference_client import RESTConfig
from running_server import MNIST, RunningServer


class Conformance(unittest.TestCase):
    def setUp(self):
        self.server = RunningServer()
        self.answers = expected(MNIST, SAMPLES)

    def tearDown(self):
        assert self.server.end() == 0

    def test_kserve(self):
        request = kserve.InferRequest("mnist-cnn", [kserve.InferInput("image", list(SAMPLES.shape), "FP32")])
        request.inputs[0].set_data_from_numpy(SAMPLES, binary_data=False)
        binary = kserve.InferRequest("mnist-cnn", [kserve.InferInput("image", list(SAMPLES.shape), "FP32")])
        binary.inputs[0].set_data_from_numpy(SAMPLES, binary_data=True)

        async def run():
            address = f"http://127.0.0.1:{self.server.port}"
            client = kserve.InferenceRESTClient(RESTConfig(protocol="v2", timeout=30))
            self.assertTrue(await client.is_server_live(address))
            self.assertTrue(await client.is_server_ready(address))
            self.assertTrue(await client.is_model_ready(address, "mnist-cnn"))
            for data in (request, binary):
                answer = await client.infer(address, data, model_name="mnist-cnn")
                np.testing.assert_array_equal(
                    answer.outputs[0].as_numpy().astype(np.float32).reshape(5, 10), self.answers)
            await client.close()
            client = kserve.InferenceGRPCClient(f"127.0.0.1:{self.server.grpc_port}", timeout=30)
            self.assertTrue(await client.is_server_live())
            self.assertTrue(await client.is_server_ready())
            self.assertTrue(await client.is_model_ready("mnist-cnn"))
            answer = await client.infer(request)
            np.testing.assert_array_equal(
                np.array(answer.outputs[0].as_numpy(), np.float32).reshape(5, 10), self.answers)
            await client.close()

        asyncio.run(run())


if __name__ == "__main__":
    unittest.main()
