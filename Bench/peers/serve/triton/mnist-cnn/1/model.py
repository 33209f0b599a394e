"""ONNX Runtime in Triton's Python backend: the wheel that carries Triton has no other. ONNX_MODEL names the file."""

import os

import numpy
import onnxruntime
import triton_python_backend_utils as backend


class TritonPythonModel:
    def initialize(self, arguments):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            os.environ["ONNX_MODEL"], options, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        samples = [backend.get_input_tensor_by_name(request, "image").as_numpy() for request in requests]
        answers = self.session.run(None, {"image": numpy.concatenate(samples)})[0]
        responses, first = [], 0
        for sample in samples:
            answer = numpy.ascontiguousarray(answers[first:first + len(sample)])
            first += len(sample)
            responses.append(backend.InferenceResponse([backend.Tensor("probabilities", answer)]))
        return responses
