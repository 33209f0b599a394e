"""Nothing is left behind: not by a million runs, not by errors, not by models that are closed."""

import gc
import subprocess
import sys
import textwrap
import unittest

import numpy

import apus
import specs

# What the loops of the children begin with.
PREAMBLE = """
import numpy, apus, specs

def resident():
    "Bytes of memory that the process has."
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def refused(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except (apus.Error, TypeError):
        return
    raise AssertionError("no error")

def growth(work, count, first=1000):
    "The bytes by which memory has grown, and the most at any time, after the first runs."
    for _ in range(first):
        work()
    start = most = resident()
    for number in range(count):
        work()
        if number % 10_000 == 0:
            most = max(most, resident())
    end = resident()
    return end - start, max(most, end) - start

x = numpy.ones((2, 4), numpy.float32)
out = numpy.zeros((2, 4), numpy.float32)
left, right = numpy.ones((2, 2, 3), numpy.float32)
tiny = apus.compile(specs.TINY)
pair = apus.compile(specs.PAIR)
session = apus.InferenceSession(specs.TINY.encode())
"""

KILOBYTE = 1024


class MemoryTests(unittest.TestCase):
    """Each in a process of its own, whose memory nobody else has used."""

    def growth(self, work, count, first=1000):
        program = PREAMBLE + f"print(*growth(lambda: {work}, {count}, {first}))"
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            capture_output=True,
            text=True,
            cwd=specs.__file__.rpartition("/")[0],
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        return tuple(map(int, result.stdout.split()))

    def test_a_million_runs(self):
        end, most = self.growth("tiny.run(x)", 1_000_000)
        self.assertLessEqual(abs(end), 64 * KILOBYTE)
        self.assertLessEqual(most, 64 * KILOBYTE)

    def test_other_forms_of_runs(self):
        for work in (
            "tiny.run(x, out=out)",
            "tiny.run(x[::-1])",
            "tiny.run([[1, 2, 3, 4]])",
            "pair.run(left=left, right=right)",
            "pair.run({'left': left, 'right': right}, out={'sum': left.copy()})",
            "session.run(None, {'x': x})",
            "session.run(['y'], {'x': x})",
            "tiny.submit(x).result()",
        ):
            with self.subTest(work):
                self.assertLessEqual(max(self.growth(work, 30_000)), 64 * KILOBYTE)

    def test_errors(self):
        for work in (
            "refused(tiny.run, x[0])",
            "refused(tiny.run, y=x)",
            "refused(tiny.run, x, out=x)",
            "refused(tiny.run, x, x)",
            "refused(session.run, ['z'], {'x': x})",
            "refused(apus.compile, 'model m\\\\ninput x: f33[N]\\\\n')",
            "refused(apus.load, 'nowhere.plan')",
        ):
            with self.subTest(work):
                self.assertLessEqual(max(self.growth(work, 5_000)), 256 * KILOBYTE)

    def test_models_that_are_opened_and_closed(self):
        plan = "apus.load(encoded, threads=2)"
        for work in (f"{plan}.close()", plan, f"{plan}.run(x)", f"{plan}.submit(x).result()"):
            with self.subTest(work):
                program = f"[{work} for encoded in [globals().setdefault('encoded', tiny.encode())]]"
                self.assertLessEqual(max(self.growth(program, 2_000)), 512 * KILOBYTE)


class ReferenceTests(unittest.TestCase):
    def test_counts_stay(self):
        model = apus.compile(specs.PAIR)
        left, right, total = numpy.ones((3, 2, 3), numpy.float32)
        feed, out = {"left": left, "right": right}, {"sum": total}
        names = [port.name for port in (*model.inputs, *model.outputs)]
        held = [left, right, total, feed, out, None, model, apus.Model, *model.inputs, *names]

        def use():
            model.run(feed, out=out)
            model.run(left=left[::-1], right=[[1, 2, 3]] * 2)
            model.answers(["product"], feed)
            for wrong in ({}, {"left": left}, {"left": left, "rigth": right}, {"left": left, "right": right[:1]}):
                with self.assertRaises(apus.Error):
                    model.run(wrong)
            for wrong in ({"sum": left}, {"product": total[:1]}, {"quotient": total}, {"sum": total, "product": total}):
                with self.assertRaises(apus.Error):
                    model.run(feed, out=wrong)
            with self.assertRaises(apus.Error):
                model.answers(["quotient"], feed)
            apus.load(model.encode()).close()

        use()
        gc.collect()
        counts, objects = list(map(sys.getrefcount, held)), len(gc.get_objects())
        for _ in range(100):
            use()
        gc.collect()
        for thing, before, after in zip(held, counts, map(sys.getrefcount, held)):
            self.assertLess(abs(after - before), 50, repr(thing))
        self.assertLess(len(gc.get_objects()) - objects, 50)

    def test_answers_outlive_their_model(self):
        model = apus.compile(specs.TINY)
        y = model.run(numpy.ones((2, 4), numpy.float32))
        model.close()
        del model
        gc.collect()
        self.assertEqual(y.tolist(), [[1] * 4] * 2)


if __name__ == "__main__":
    unittest.main()
