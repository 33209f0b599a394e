"""What ONNX Runtime's quantizers write is computed with integers, and answers as ONNX Runtime does."""

import itertools
import pathlib
import tempfile
import unittest

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization

import apus
import tools

SEED = 20261127
SAMPLES = 32


class Samples(quantization.CalibrationDataReader):
    """What a quantizer calibrates by, one at a time."""

    def __init__(self, inputs):
        self.left = iter([{"x": sample[None]} for sample in inputs])

    def get_next(self):
        return next(self.left, None)


def network(random):
    """A network of f32 with a convolution of each kind, a sum, pools and a dense layer."""
    weights = {}

    def weight(name, *shape):
        area = numpy.prod(shape[1:])
        weights[name] = (random.standard_normal(shape) / numpy.sqrt(area)).astype(numpy.float32)
        weights[f"{name}.bias"] = (random.standard_normal(shape[0]) / 10).astype(numpy.float32)
        return [name, f"{name}.bias"]

    def convolve(x, y, filters, channels, kernel, **attributes):
        shape = (filters, channels // attributes.get("group", 1), kernel, kernel)
        return helper.make_node("Conv", [x, *weight(f"w.{y}", *shape)], [y], kernel_shape=[kernel] * 2, **attributes)

    nodes = [
        convolve("x", "c1", 8, 3, 3, pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
        convolve("p1", "c2", 8, 8, 3, pads=[1, 1, 1, 1], group=8),
        helper.make_node("Relu", ["c2"], ["r2"]),
        convolve("r2", "c3", 16, 8, 1),
        convolve("p1", "c4", 16, 8, 1),
        helper.make_node("Add", ["c3", "c4"], ["a"]),
        helper.make_node("Relu", ["a"], ["r4"]),
        convolve("r4", "c5", 24, 16, 3, strides=[2, 2]),
        helper.make_node("Relu", ["c5"], ["r5"]),
        helper.make_node("GlobalAveragePool", ["r5"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", *weight("w.y", 10, 24)], ["y"], transB=1),
    ]
    return model(nodes, weights, ["N", 3, 12, 12], ["N", 10])


def perceptron(random, rows=()):
    """Two dense layers as products of matrices, of samples that have so many rows."""
    shapes = {"v": (24, 40), "w": (40, 10)}
    weights = {
        name: (random.standard_normal(shape) / numpy.sqrt(shape[0])).astype(numpy.float32)
        for name, shape in shapes.items()
    }
    nodes = [
        helper.make_node("MatMul", ["x", "v"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("MatMul", ["r", "w"], ["y"]),
    ]
    return model(nodes, weights, ["N", *rows, 24], ["N", *rows, 10])


def model(nodes, weights, source, result):
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, source)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, result)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(whole, full_check=True)
    return whole


def constants(path):
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}


class QuantizedModelTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = numpy.random.default_rng(SEED)

    def write(self, network):
        path = self.folder / "network.onnx"
        onnx.save(network, path)
        return path

    def answers(self, path, inputs):
        """Ours and ONNX Runtime's."""
        peer = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (expected,) = peer.run(None, {"x": inputs})
        with apus.compile(path, batch=len(inputs)) as compiled:
            return compiled.run(inputs), expected

    def compare(self, path, inputs, allowed):
        ours, expected = self.answers(path, inputs)
        numpy.testing.assert_allclose(ours, expected, rtol=0, atol=allowed, err_msg=path.name)

    def instructions(self, path):
        tools.run("apus-compile", path, "-o", self.folder / "network.plan")
        return tools.run("dump-graph", self.folder / "network.plan").decode()

    def test_static_models_are_within_a_step(self):
        path = self.write(network(self.random))
        inputs = self.random.standard_normal((SAMPLES, 3, 12, 12)).astype(numpy.float32)
        kinds = quantization.QuantType
        choices = itertools.product(
            quantization.QuantFormat, (True, False), ((kinds.QUInt8, kinds.QInt8), (kinds.QInt8, kinds.QInt8))
        )
        for number, (form, per_channel, (activations, weights)) in enumerate(choices):
            with self.subTest(form=form, per_channel=per_channel, activations=activations):
                made = self.folder / f"static{number}.onnx"
                # Seven bits: where there is no instruction for products of bytes ONNX Runtime's saturate.
                quantization.quantize_static(
                    path, made, Samples(inputs), quant_format=form, per_channel=per_channel, reduce_range=True,
                    activation_type=activations, weight_type=weights,
                )
                step = float(constants(made)["y_scale"])
                self.compare(made, inputs, 1.001 * step)
                self.assertIn("quantizedConvolution", self.instructions(made))

    def test_dynamic_products_are_exact(self):
        kinds = quantization.QuantType
        for rows, kind, per_channel in itertools.product(((), (7,)), (kinds.QInt8, kinds.QUInt8), (True, False)):
            with self.subTest(rows=rows, kind=kind, per_channel=per_channel):
                path = self.write(perceptron(self.random, rows))
                made = self.folder / "dynamic.onnx"
                quantization.quantize_dynamic(
                    path, made, weight_type=kind, per_channel=per_channel, reduce_range=True
                )
                inputs = self.random.standard_normal((SAMPLES, *rows, 24)).astype(numpy.float32)
                self.compare(made, inputs, 1e-5)
                self.assertIn("integerConvolution", self.instructions(made))

    def test_optimized_dynamic_products_are_exact(self):
        """As ONNX Runtime stores them: it makes operators of its own of what stands around a product."""
        made, optimized = self.folder / "dynamic.onnx", self.folder / "optimized.onnx"
        path = self.write(perceptron(self.random))
        quantization.quantize_dynamic(path, made, weight_type=quantization.QuantType.QInt8, reduce_range=True)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimized)
        onnxruntime.InferenceSession(made, options, providers=["CPUExecutionProvider"])
        self.assertIn("DynamicQuantizeMatMul", {node.op_type for node in onnx.load(optimized).graph.node})
        inputs = self.random.standard_normal((SAMPLES, 24)).astype(numpy.float32)
        self.compare(optimized, inputs, 1e-5)
        self.assertIn("integerConvolution", self.instructions(optimized))

    def test_dynamic_convolutions_are_exact(self):
        path = self.write(network(self.random))
        inputs = self.random.standard_normal((SAMPLES, 3, 12, 12)).astype(numpy.float32)
        kinds = quantization.QuantType
        for kind, per_channel in itertools.product((kinds.QInt8, kinds.QUInt8), (True, False)):
            with self.subTest(kind=kind, per_channel=per_channel):
                made = self.folder / "dynamic.onnx"
                quantization.quantize_dynamic(
                    path, made, weight_type=kind, per_channel=per_channel, reduce_range=True
                )
                self.compare(made, inputs, 1e-4)
                self.assertIn("integerConvolution", self.instructions(made))


if __name__ == "__main__":
    unittest.main()
