"""What Python costs, beside what ONNX Runtime's own interface costs, in the same run.

    python test_overhead.py

prints all of the figures. A network with next to nothing to compute is asked from Python, by turns through each interface.
"""

import statistics
import time
import unittest

import numpy
import onnxruntime
from onnx import TensorProto, helper

import apus

ROUNDS = 60
RUNS = 500


def relu_model():
    """An ONNX file that computes four numbers."""
    ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 4])] for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", *ports)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def seconds(function):
    begin = time.perf_counter()
    for _ in range(RUNS):
        function()
    return (time.perf_counter() - begin) / RUNS


def measure(ways):
    """The median time of each way, in microseconds. All of them have a turn in every round."""
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, function in ways.items():
            times[name].append(seconds(function))
    return {name: statistics.median(values) * 1e6 for name, values in times.items()}


def ways():
    data = relu_model()
    x, out = numpy.ones((1, 4), numpy.float32), numpy.empty((1, 4), numpy.float32)
    ours, theirs = apus.SessionOptions(), onnxruntime.SessionOptions()
    ours.intra_op_num_threads = theirs.intra_op_num_threads = 1
    model, session = apus.compile(data), apus.InferenceSession(data, ours)
    peer = onnxruntime.InferenceSession(data, theirs, providers=["CPUExecutionProvider"])
    return {
        "onnxruntime.InferenceSession.run": lambda: peer.run(None, {"x": x}),
        "apus.InferenceSession.run": lambda: session.run(None, {"x": x}),
        "apus.Model.run by name": lambda: model.run(x=x),
        "apus.Model.run": lambda: model.run(x),
        "apus.Model.run, out": lambda: model.run(x, out=out),
    }


class OverheadTests(unittest.TestCase):
    def test_python_costs_two_microseconds_at_most(self):
        times = measure(ways())
        peer = times.pop("onnxruntime.InferenceSession.run")
        for name, time_ in times.items():
            with self.subTest(name):
                self.assertLess(time_, peer + 2, times)


if __name__ == "__main__":
    for name, time_ in measure(ways()).items():
        print(f"{name:36}{time_:8.2f} µs")
