"""The interface of ONNX Runtime, held against it on the same files."""

import unittest
import warnings

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

import apus

SEED = 1612


def model_bytes(nodes, inputs, outputs):
    """An ONNX file. Inputs and outputs are (name, type, shape)."""
    ports = [[helper.make_tensor_value_info(*port) for port in side] for side in (inputs, outputs)]
    graph = helper.make_graph(nodes, "graph", *ports)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def pair(batch="N", element_type=TensorProto.FLOAT):
    shape = [batch, 3]
    nodes = [
        helper.make_node("Add", ["left", "right"], ["sum"]),
        helper.make_node("Mul", ["left", "right"], ["product"]),
    ]
    inputs, outputs = (
        [(name, element_type, shape) for name in names] for names in (("left", "right"), ("sum", "product"))
    )
    return model_bytes(nodes, inputs, outputs)


class InferenceSessionTests(unittest.TestCase):
    def sessions(self, data):
        return apus.InferenceSession(data), onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])

    def setUp(self):
        generator = numpy.random.default_rng(SEED)
        self.feed = {name: generator.standard_normal((5, 3), numpy.float32) for name in ("left", "right")}

    def test_answers(self):
        ours, peer = self.sessions(pair())
        for names in (None, [], ["product"], ["product", "sum"], ["sum", "sum"], ("product",)):
            for samples in (5, 1, 2):
                feed = {name: array[:samples] for name, array in self.feed.items()}
                with self.subTest(names=names, samples=samples):
                    answers, expected = ours.run(names, feed), peer.run(names, feed)
                    self.assertEqual(len(answers), len(expected))
                    self.assertIsInstance(answers, list)
                    for answer, other in zip(answers, expected):
                        self.assertEqual((answer.dtype, answer.shape), (other.dtype, other.shape))
                        numpy.testing.assert_array_equal(answer, other)

    def test_named_arguments(self):
        ours, _ = self.sessions(pair())
        (answer,) = ours.run(output_names=["sum"], input_feed=self.feed, run_options=None)
        numpy.testing.assert_array_equal(answer, self.feed["left"] + self.feed["right"])

    def test_ports(self):
        types = [
            TensorProto.FLOAT,
            TensorProto.FLOAT16,
            TensorProto.DOUBLE,
            TensorProto.INT32,
            TensorProto.INT64,
            TensorProto.UINT32,
            TensorProto.UINT64,
            TensorProto.INT8,
            TensorProto.UINT8,
        ]
        for element_type in types:
            ours, peer = self.sessions(pair(element_type=element_type))
            for side in ("get_inputs", "get_outputs"):
                described = [
                    [(port.name, port.type, port.shape) for port in getattr(session, side)()]
                    for session in (ours, peer)
                ]
                self.assertEqual(*described)
        ours, peer = self.sessions(pair(batch=4))
        self.assertEqual(ours.get_inputs()[0].shape, [4, 3])
        self.assertEqual(ours.get_providers(), peer.get_providers())

    def test_a_size_that_the_file_only_names(self):
        nodes = [helper.make_node("Relu", ["x"], ["y"])]
        shape = ["batch", "tokens"]
        data = model_bytes(nodes, [("x", TensorProto.FLOAT, shape)], [("y", TensorProto.FLOAT, shape)])
        x = numpy.array([[1, -2, 3], [-4, 5, -6]], numpy.float32)
        sessions = []
        for package in (apus, onnxruntime):
            options = package.SessionOptions()
            options.add_free_dimension_override_by_name("tokens", 3)
            sessions.append(package.InferenceSession(data, options))
        self.assertEqual(sessions[0].get_inputs()[0].shape[1], 3)
        numpy.testing.assert_array_equal(*(session.run(None, {"x": x})[0] for session in sessions))
        with self.assertRaisesRegex(apus.Error, "tokens"):
            apus.InferenceSession(data)

    def test_what_is_wrong_is_an_error_in_both(self):
        ours, peer = self.sessions(pair())
        left, right = self.feed.values()
        cases = {
            "missing": (None, {"left": left}),
            "unknown input": (None, {"left": left, "right": right, "middle": right}),
            "wrong input": (None, {"left": left, "middle": right}),
            "unknown output": (["quotient"], self.feed),
            "rank": (None, {"left": left[0], "right": right[0]}),
            "shape": (None, {"left": left[:, :2], "right": right}),
            "type": (None, {"left": left.astype(float), "right": right}),
        }
        for name, arguments in cases.items():
            with self.subTest(name):
                with self.assertRaises(apus.Error):
                    ours.run(*arguments)
                with self.assertRaises(Exception):
                    peer.run(*arguments)
        with self.assertRaisesRegex(TypeError, "^the inputs are no mapping from names to arrays$"):
            ours.run(None, left)

    def test_options(self):
        options = apus.SessionOptions()
        options.intra_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = apus.InferenceSession(pair(), options, providers=["CPUExecutionProvider"])
        self.assertIs(session.get_session_options(), options)
        self.assertEqual(session.run(["sum"], self.feed)[0].shape, (5, 3))
        with self.assertRaises(AttributeError):
            options.intra_op_threads = 1
        options.intra_op_num_threads = -1
        with self.assertRaisesRegex(
            apus.InvalidArgumentError, "^intra_op_num_threads is -1, and must not be negative$"
        ):
            apus.InferenceSession(pair(), options)

    def test_onnx_runtimes_own_options(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.assertEqual(len(apus.InferenceSession(pair(), options).run(None, self.feed)), 2)

    def test_providers(self):
        with self.assertWarnsRegex(
            UserWarning, "^there is no provider CUDAExecutionProvider: CPUExecutionProvider is taken$"
        ):
            apus.InferenceSession(pair(), providers=[("CUDAExecutionProvider", {}), "CPUExecutionProvider"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            apus.InferenceSession(pair(), providers=apus.get_available_providers())


if __name__ == "__main__":
    unittest.main()
