"""The forms that a run is asked for and answered in."""

import tracemalloc
import unittest

import ml_dtypes
import numpy

import apus
import specs


class RunTests(unittest.TestCase):
    def setUp(self):
        self.generator = numpy.random.default_rng(12)
        self.left = self.generator.standard_normal((4, 3), numpy.float32)
        self.right = self.generator.standard_normal((4, 3), numpy.float32)

    def test_sole_array(self):
        x = numpy.array([[-1, 2, -3, 4]], numpy.float32)
        with apus.compile(specs.TINY) as model:
            y = model.run(x)
        self.assertEqual((y.tolist(), y.dtype, y.shape), ([[0, 2, 0, 4]], numpy.float32, (1, 4)))

    def test_names_as_dictionary_mapping_and_keywords(self):
        class Feed(dict):
            pass

        class Mapping:
            def __init__(self, values):
                self.values = values

            def keys(self):
                return self.values.keys()

            def __getitem__(self, name):
                return self.values[name]

        feed = {"right": self.right, "left": self.left}
        with apus.compile(specs.PAIR) as model:
            for answers in (model.run(feed), model.run(Feed(feed)), model.run(Mapping(feed)), model.run(**feed)):
                self.assertEqual(list(answers), ["sum", "product"])
                numpy.testing.assert_array_equal(answers["sum"], self.left + self.right)
                numpy.testing.assert_array_equal(answers["product"], self.left * self.right)

    def test_an_input_that_samples_have_in_common(self):
        scale = numpy.array([1, 2, 3], numpy.float32)
        with apus.compile(specs.SHARED_INPUT) as model:
            self.assertEqual(
                [(port.shape, port.is_shared) for port in model.inputs], [((None, 3), False), ((3,), True)]
            )
            for samples in (1, 4):
                numpy.testing.assert_array_equal(
                    model.run(x=self.left[:samples], scale=scale), self.left[:samples] * scale
                )

    def test_a_batch_that_is_mixed_has_one_size(self):
        with apus.compile(specs.SHARED_OUTPUT, batch=4) as model:
            self.assertEqual([port.shape for port in (*model.inputs, *model.outputs)], [(4, 3), ()])
            total = model.run(self.left)
            self.assertEqual(total.shape, ())
            self.assertAlmostEqual(float(total), float(self.left.sum()), 5)
            with self.assertRaisesRegex(apus.InvalidArgumentError, r"^input x has the shape \(3, 3\), not \(4, 3\)$"):
                model.run(self.left[:3])

    def test_any_batch(self):
        with apus.compile(specs.TINY, batch=8) as model:
            for samples in (1, 8, 3, 1000, 1):
                x = self.generator.standard_normal((samples, 4), numpy.float32)
                numpy.testing.assert_array_equal(model.run(x), numpy.maximum(x, 0))

    def test_until_answers_inner_values(self):
        text = "model m\ninput x: f32[N, 2]\ninner = add(x, x)\nnext = add(inner, x)\noutput y = relu(next)\n"
        with apus.compile(text, until=["next", "inner"]) as model:
            self.assertEqual([port.name for port in model.outputs], ["next", "inner"])
            answers = model.run(numpy.array([[1, -1]], numpy.float32))
        self.assertEqual((answers["next"].tolist(), answers["inner"].tolist()), ([[3, -3]], [[2, -2]]))

    def test_settings(self):
        text = "model m\nsetting width = 2\ninput x: f32[N, width]\noutput y = relu(x)\n"
        with apus.compile(text, settings={"width": 7}) as model:
            self.assertEqual(model.inputs[0].shape, (None, 7))

    def test_lists_get_the_type_of_the_input(self):
        with apus.compile(specs.TINY) as model:
            self.assertEqual(model.run([[1, 2.5, -3, 4]]).tolist(), [[1, 2.5, 0, 4]])
        with apus.compile(specs.doubling("u8")) as model:
            self.assertEqual(model.run([[1, 2, 3, 4, 5]]).tolist(), [[2, 4, 6, 8, 10]])


class ArrayTests(unittest.TestCase):
    """Arrays of all types, however they lie."""

    def test_every_type_of_numbers(self):
        for element_type, name in specs.NUMBERS.items():
            with self.subTest(element_type), apus.compile(specs.doubling(element_type)) as model:
                x = numpy.array([[0, 1, 2, 3, 60], [5, 6, 7, 8, 9]], name)
                self.assertEqual(model.inputs[0].dtype, numpy.dtype(name))
                y = model.run(x)
                self.assertEqual(y.dtype, numpy.dtype(name))
                numpy.testing.assert_array_equal(y, x + x)

    def test_truth_values(self):
        with apus.compile("model m\ninput x: bool[N, 3]\noutput y = not(x)\n") as model:
            x = numpy.array([[True, False, True]])
            y = model.run(x)
            self.assertEqual((y.dtype, y.tolist()), (numpy.bool_, [[False, True, False]]))

    def test_bf16_is_given_as_bits(self):
        with apus.compile(specs.doubling("bf16")) as model:
            x = numpy.array([[0.5, 1, -2, 3, 60]], ml_dtypes.bfloat16)
            self.assertEqual(model.inputs[0].dtype, numpy.uint16)
            for given in (x.view(numpy.uint16), x, numpy.repeat(x, 2, axis=1)[:, ::2]):
                y = model.run(given)
                self.assertEqual(y.dtype, numpy.uint16)
                numpy.testing.assert_array_equal(y.view(ml_dtypes.bfloat16), x + x)

    def test_arrays_that_are_not_contiguous(self):
        wide = numpy.arange(60, dtype=numpy.float32).reshape(6, 10) - 30
        cases = {
            "every second row": wide[::2, :4],
            "backwards": wide[::-1, 3::-1],
            "transposed": wide[:4, :3].T,
            "Fortran's order": numpy.asfortranarray(wide[:, :4]),
            "a single row, repeated": numpy.broadcast_to(wide[0, :4], (5, 4)),
        }
        with apus.compile(specs.TINY) as model:
            for name, x in cases.items():
                with self.subTest(name):
                    numpy.testing.assert_array_equal(model.run(x), numpy.maximum(x, 0))

    def test_array_at_an_odd_address(self):
        bytes_ = bytearray(33)
        x = numpy.frombuffer(bytes_, numpy.float32, 8, offset=1).reshape(2, 4)
        x[:] = [[1, -1, 2, -2], [3, -3, 4, -4]]
        self.assertFalse(x.flags.aligned)
        with apus.compile(specs.TINY) as model:
            numpy.testing.assert_array_equal(model.run(x), numpy.maximum(x, 0))

    def test_arrays_that_are_not_numpys(self):
        import array

        class Tensor:
            """As tensors of other libraries are: no buffer, but __array__."""

            def __array__(self, dtype=None, copy=None):
                return numpy.array([[1, -1, 2, -2]], numpy.float32)

        flat = array.array("f", [1, -1, 2, -2])
        with apus.compile(specs.TINY) as model:
            self.assertEqual(model.run(Tensor()).tolist(), [[1, 0, 2, 0]])
            self.assertEqual(model.run(memoryview(flat).cast("B").cast("f", (1, 4))).tolist(), [[1, 0, 2, 0]])

    def test_read_only_input(self):
        x = numpy.ones((1, 4), numpy.float32)
        x.flags.writeable = False
        with apus.compile(specs.TINY) as model:
            self.assertEqual(model.run(x).tolist(), [[1, 1, 1, 1]])

    def test_scalars(self):
        with apus.compile("model m\ninput x: f32[]\noutput y = add(x, x)\n") as model:
            for x in (numpy.float32(2), numpy.array(2, numpy.float32), 2, 2.0):
                y = model.run(x)
                self.assertEqual((y.shape, float(y)), ((), 4))


class OutTests(unittest.TestCase):
    """Answers in memory of the caller's."""

    def test_array_of_a_sole_output(self):
        x, out = numpy.ones((2, 4), numpy.float32), numpy.zeros((2, 4), numpy.float32)
        with apus.compile(specs.TINY) as model:
            self.assertIs(model.run(x, out=out), out)
            self.assertIs(model.run({"x": x}, out={"y": out}), out)
        numpy.testing.assert_array_equal(out, x)

    def test_some_of_several_outputs(self):
        left, right, out = numpy.ones((3, 2, 3), numpy.float32)
        with apus.compile(specs.PAIR) as model:
            answers = model.run(left=left, right=right, out={"product": out})
        self.assertIs(answers["product"], out)
        self.assertIsNot(answers["sum"], out)
        numpy.testing.assert_array_equal(answers["sum"], left + right)

    def test_part_of_an_array(self):
        all_ = numpy.zeros((6, 4), numpy.float32)
        with apus.compile(specs.TINY) as model:
            for first in (0, 2, 4):
                model.run(numpy.full((2, 4), first + 1, numpy.float32), out=all_[first : first + 2])
        numpy.testing.assert_array_equal(all_, numpy.repeat([1, 3, 5], 2)[:, numpy.newaxis] * numpy.ones((1, 4)))


class CopyTests(unittest.TestCase):
    def test_nothing_is_copied(self):
        """NumPy's own memory is counted while 16 MB go in and 16 MB come out."""
        x = numpy.ones((1 << 20, 4), numpy.float32)
        with apus.compile(specs.TINY) as model:
            out = model.run(x)
            cases = {
                "in and out": (lambda: model.run(x, out=out), 0),
                "a new array": (lambda: model.run(x), x.nbytes),
                "an input that is not contiguous": (lambda: model.run(x[::-1], out=out), x.nbytes),
            }
            for name, (run, expected) in cases.items():
                with self.subTest(name):
                    tracemalloc.start()
                    try:
                        run()
                        peak = tracemalloc.get_traced_memory()[1]
                    finally:
                        tracemalloc.stop()
                    self.assertAlmostEqual(peak, expected, delta=1 << 16)


if __name__ == "__main__":
    unittest.main()
