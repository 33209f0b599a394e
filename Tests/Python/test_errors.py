"""What is wrong is said, with what to do about it, and nothing is passed over."""

import copy
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest

import numpy

import apus
import specs


class ErrorTests(unittest.TestCase):
    def refused(self, kind, text, function, *arguments, **keywords):
        with self.assertRaises(kind) as raised:
            function(*arguments, **keywords)
        self.assertEqual(str(raised.exception), text)


class InputErrorTests(ErrorTests):
    def setUp(self):
        self.tiny = apus.compile(specs.TINY)
        self.pair = apus.compile(specs.PAIR)
        self.x = numpy.ones((2, 4), numpy.float32)
        self.row = numpy.ones((2, 3), numpy.float32)

    def test_type(self):
        wrong = apus.InvalidArgumentError
        text = 'input x is of float64, not of float32: give .astype("float32")'
        self.refused(wrong, text, self.tiny.run, self.x.astype(float))
        text = 'input x is in the other byte order, >f4: give .astype("float32")'
        self.refused(wrong, text, self.tiny.run, self.x.astype(">f4"))
        text = 'input x is of float64, not of int32: give .astype("int32")'
        self.refused(wrong, text, apus.compile(specs.doubling("i32")).run, [[1, 2, 3, 4, 5.5]])
        text = "input x is of float32, not of bf16: give its bits as uint16, or an array of ml_dtypes.bfloat16"
        self.refused(wrong, text, apus.compile(specs.doubling("bf16")).run, numpy.ones((1, 5), numpy.float32))
        with self.assertRaisesRegex(wrong, r"^input x is f32\[N, 4\], and can't be made of this: "):
            self.tiny.run([[1, 2], [3]])
        with self.assertRaisesRegex(wrong, r"^input x is of "):
            self.tiny.run("a text")

    def test_shape(self):
        wrong = apus.InvalidArgumentError
        self.refused(wrong, "input x has the shape (2, 3), not (N, 4)", self.tiny.run, self.row)
        self.refused(wrong, "input x has the shape (), not (N, 4)", self.tiny.run, numpy.float32(3))
        self.refused(wrong, "input x has no samples", self.tiny.run, self.x[:0])
        text = "input x has the shape (4,), not (N, 4): the first dimension is the batch, give array[numpy.newaxis]"
        self.refused(wrong, text, self.tiny.run, self.x[0])
        text = "input right has 1 samples, and the arrays before it 2"
        self.refused(wrong, text, self.pair.run, left=self.row, right=self.row[:1])

    def test_names(self):
        ports = "left: f32[N, 3], right: f32[N, 3]"
        text = f"there is no input 'rigth': the model has {ports}; did you mean right?"
        self.refused(apus.UnknownNameError, text, self.pair.run, left=self.row, rigth=self.row)
        text = f"there is no input 7: the model has {ports}"
        self.refused(apus.UnknownNameError, text, self.pair.run, {"left": self.row, "right": self.row, 7: self.row})
        wrong = apus.InvalidArgumentError
        self.refused(wrong, "no array is given for input right: f32[N, 3]", self.pair.run, left=self.row)
        self.refused(wrong, f"no array is given for inputs {ports}", self.pair.run)
        text = f"the model has 2 inputs, {ports}: give a mapping from their names to arrays"
        self.refused(wrong, text, self.pair.run, self.row)

    def test_call(self):
        text = "run takes an array, or a mapping from the inputs' names to arrays, or an array for each input as name=array"
        self.refused(TypeError, text, self.tiny.run, self.x, self.x)
        self.refused(TypeError, text, self.tiny.run, self.x, x=self.x)

    def test_what_an_array_raises_is_not_hidden(self):
        class Interrupted:
            def __array__(self, dtype=None, copy=None):
                raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.tiny.run(Interrupted())


class OutputErrorTests(ErrorTests):
    def setUp(self):
        self.tiny = apus.compile(specs.TINY)
        self.pair = apus.compile(specs.PAIR)
        self.x = numpy.ones((2, 4), numpy.float32)

    def test_arrays(self):
        frozen = self.x.copy()
        frozen.flags.writeable = False
        cases = [
            (self.x.astype(float), "is of float64, not of float32"),
            (numpy.ones((4, 2), numpy.float32), "has the shape (4, 2), not (2, 4)"),
            (numpy.ones((3, 4), numpy.float32), "has 3 samples, and the arrays before it 2"),
            (numpy.ones((4, 4), numpy.float32)[::2], "isn't contiguous: the library writes where it lies"),
            (frozen, "can't be written to"),
            ([[0] * 4] * 2, "is a list: give an array of NumPy, of (2, 4)"),
            (self.x, "shares memory with another input or output: give it memory of its own"),
            (
                self.x.reshape(4, 2).reshape(2, 4),
                "shares memory with another input or output: give it memory of its own",
            ),
        ]
        for out, text in cases:
            with self.subTest(text):
                text = f"the array for output y {text}"
                self.refused(apus.InvalidArgumentError, text, self.tiny.run, self.x, out=out)

    def test_outputs_that_overlap(self):
        memory = numpy.zeros((3, 3), numpy.float32)
        feed = {"left": numpy.ones((2, 3), numpy.float32), "right": numpy.ones((2, 3), numpy.float32)}
        text = "the array for output product shares memory with another input or output: give it memory of its own"
        out = {"sum": memory[:2], "product": memory[1:]}
        self.refused(apus.InvalidArgumentError, text, self.pair.run, feed, out=out)

    def test_names(self):
        row = numpy.ones((2, 3), numpy.float32)
        text = "there is no output 'products': the model has sum: f32[N, 3], product: f32[N, 3]; did you mean product?"
        out = {"products": row.copy()}
        self.refused(apus.UnknownNameError, text, self.pair.run, left=row, right=row, out=out)
        text = "the model has 2 outputs, sum: f32[N, 3], product: f32[N, 3]: `out` must be a mapping from their names to arrays"
        self.refused(apus.InvalidArgumentError, text, self.pair.run, left=row, right=row, out=row.copy())


class OpeningErrorTests(ErrorTests):
    """The library's own texts come through, as an exception of each kind."""

    def test_no_file(self):
        with self.assertRaisesRegex(apus.FileError, "nowhere.plan"):
            apus.load("nowhere.plan")
        self.assertTrue(issubclass(apus.FileError, OSError))

    def test_no_model(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "noise.plan")
            path.write_bytes(bytes(range(256)))
            for source in (path, path.read_bytes()):
                with self.assertRaises(apus.InvalidModelError):
                    apus.load(source)

    def test_text_of_a_spec(self):
        with self.assertRaisesRegex(apus.InvalidModelError, r"digits:2:10: error: there is no element type 'f33'"):
            apus.compile("model m\ninput x: f33[N, 4]\n", name="digits")

    def test_options(self):
        with self.assertRaisesRegex(apus.UnknownNameError, "nothing"):
            apus.compile(specs.TINY, until=["nothing"])
        with self.assertRaisesRegex(apus.InvalidArgumentError, "vax"):
            apus.compile(specs.TINY, target="vax")
        text = "convolutions is 'quick', and must be one of exact, direct, approximate"
        self.refused(apus.InvalidArgumentError, text, apus.compile, specs.TINY, convolutions="quick")
        self.refused(
            apus.InvalidArgumentError, "sessions is 0, and must be at least 1", apus.compile, specs.TINY, sessions=0
        )
        with self.assertRaises(apus.InvalidArgumentError):
            apus.compile(specs.TINY, threads=-1)

    def test_source(self):
        text = "a model is opened from a path, bytes, or the text of a spec, not from a dict"
        self.refused(TypeError, text, apus.compile, {})


class LifetimeErrorTests(ErrorTests):
    def test_closed(self):
        x = numpy.ones((1, 4), numpy.float32)
        with apus.compile(specs.TINY) as model:
            self.assertFalse(model.closed)
        self.assertTrue(model.closed)
        model.close()
        for use in (lambda: model.run(x), lambda: model.submit(x), lambda: model.name, model.encode):
            self.refused(apus.ClosedError, "the model is closed", use)
        self.assertEqual(repr(model), "<apus.Model, closed>")
        self.assertEqual(model.inputs[0].name, "x")

    def test_pickles_and_copies(self):
        text = (
            "a Model can't be pickled or copied: it is memory and threads of this process. Write it by save(path) or "
            "encode(), and load that where it is needed"
        )
        model = apus.compile(specs.TINY)
        for use in (pickle.dumps, copy.copy, copy.deepcopy):
            self.refused(TypeError, text, use, model)

    def test_all_errors_have_one_base(self):
        names = [name for name in apus.__all__ if name.endswith("Error")]
        self.assertEqual(len(names), 11)
        for name in names:
            self.assertTrue(issubclass(getattr(apus, name), apus.Error), name)


class ShortenedFileTests(ErrorTests):
    def test_a_plan_that_is_cut_short(self):
        # The handler of a signal is the process's, and stays: the other tests have none.
        code = """if True:
            import os, sys, apus, numpy
            apus.catch_shortened_files()
            model = apus.load(sys.argv[1])
            x = numpy.zeros((1, 4), numpy.float32)
            model.run(x)
            os.truncate(sys.argv[1], 65536)
            try:
                model.run(x)
            except apus.FileError as error:
                print(error)
        """
        layers = "\n".join(f"h{index} = dense({f'h{index - 1}' if index else 'x'}, units: 800)" for index in range(2))
        spec = f"model wide\ninput x: f32[N, 4]\n{layers}\noutput y = dense(h1, units: 2)\n"
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "wide.plan")
            apus.compile(spec, random_weights=True).save(path)
            result = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(
                result.stdout, f"{path}: was cut short while its constants were used, so that the last answers are wrong; "
                "copy or compile it again, and replace such files by renaming others\n")


if __name__ == "__main__":
    unittest.main()
