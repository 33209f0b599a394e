"""Answers are those of the tools, and of ONNX Runtime for the same network."""

import pathlib
import tempfile
import unittest

import numpy
import onnxruntime

import apus
import tools

SEED = 20261126


class MNISTTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.plan, cls.onnx = cls.folder / "mnist.plan", cls.folder / "mnist.onnx"
        tools.run("apus-compile", tools.MODELS / "mnist-cnn.apus", "-o", cls.plan)
        tools.run("apus-export", tools.MODELS / "mnist-cnn.apus", "-o", cls.onnx)
        cls.images = numpy.random.default_rng(SEED).random((33, 1, 28, 28), numpy.float32)
        expected = tools.run("apus-infer", cls.plan, "--raw", input=cls.images.tobytes())
        cls.expected = numpy.frombuffer(expected, numpy.float32).reshape(33, 10)

    def test_plan_answers_as_apus_infer_does(self):
        for threads in (1, 2):
            with apus.load(self.plan, threads=threads) as model:
                self.assertEqual(model.threads, threads)
                numpy.testing.assert_array_equal(model.run(self.images), self.expected)
                numpy.testing.assert_array_equal(model.run(self.images[:1]), self.expected[:1])

    def test_model_is_compiled_as_apus_compile_does(self):
        with apus.compile(tools.MODELS / "mnist-cnn.apus") as model:
            numpy.testing.assert_array_equal(model.run(self.images), self.expected)
            self.assertEqual(model.encode(), self.plan.read_bytes())

    def test_what_it_says_of_itself(self):
        with apus.load(self.plan) as model:
            self.assertEqual((model.name, model.target), ("mnist_cnn", apus.targets()[0]))
            (image,), (scores,) = model.inputs, model.outputs
            self.assertEqual((image.name, image.type), ("image", "f32[N, 1, 28, 28]"))
            self.assertEqual((image.shape, image.dtype), ((None, 1, 28, 28), numpy.float32))
            self.assertEqual((scores.shape, scores.meaning), ((None, 10), apus.Meaning.PROBABILITIES))
            self.assertEqual(model.labels, tuple("0123456789"))
            self.assertIn("mean", model.preparation)
            self.assertGreater(model.batch_limit, 1000)
            self.assertGreater(min(model.multiply_adds, model.constant_bytes, model.activation_bytes), 10_000)
            self.assertIn("image: f32[N, 1, 28, 28] -> ", repr(model))

    def test_saved_and_encoded_plans(self):
        path = self.folder / "again.plan"
        with apus.compile(tools.MODELS / "mnist-cnn.apus", target="x86-64") as model:
            model.save(path)
            encoded = model.encode()
            expected = model.run(self.images)
        self.assertEqual(path.read_bytes(), encoded)
        for source in (path, str(path), encoded, bytearray(encoded), memoryview(encoded)):
            with apus.load(source) as model:
                self.assertEqual(model.target, "x86-64")
                numpy.testing.assert_array_equal(model.run(self.images), expected)

    def test_onnx_file_answers_as_onnx_runtime_does(self):
        peer = onnxruntime.InferenceSession(self.onnx, providers=["CPUExecutionProvider"])
        (expected,) = peer.run(None, {"image": self.images})
        with apus.compile(self.onnx) as model:
            numpy.testing.assert_allclose(model.run(self.images), expected, rtol=0, atol=1e-6)
        numpy.testing.assert_allclose(self.expected, expected, rtol=0, atol=1e-6)

    def test_limits_of_memory_and_other_convolutions(self):
        path = tools.MODELS / "mnist-cnn.apus"
        with apus.compile(path) as model, apus.compile(path, convolutions="direct") as direct:
            self.assertLess(direct.activation_bytes, model.activation_bytes)
            limit = direct.activation_bytes
            numpy.testing.assert_allclose(direct.run(self.images), self.expected, rtol=0, atol=1e-6)
        with apus.compile(path, activation_limit=limit) as model:
            self.assertLessEqual(model.activation_bytes, limit)
        with self.assertRaises(apus.UnsupportedModelError):
            apus.compile(path, activation_limit=16)

    def test_weights(self):
        text = (tools.MODELS / "mnist-cnn.graph").read_text()
        with self.assertRaises(apus.UnsupportedModelError):
            apus.compile(text)
        with apus.compile(text, weights=tools.MODELS / "mnist-cnn.apus") as model:
            numpy.testing.assert_array_equal(model.run(self.images), self.expected)
        with apus.compile(text, random_weights=True) as one, apus.compile(text, random_weights=True) as other:
            numpy.testing.assert_array_equal(one.run(self.images), other.run(self.images))


if __name__ == "__main__":
    unittest.main()
