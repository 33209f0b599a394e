"""One model for many threads, for asyncio, and for the child of a fork."""

import asyncio
import concurrent.futures
import os
import threading
import time
import unittest

import numpy

import apus
import specs


def numbers(value, samples=2):
    return numpy.full((samples, 4), value, numpy.float32)


class ThreadTests(unittest.TestCase):
    def test_one_model_for_many_threads(self):
        """Each thread asks for other samples, and none gets another's answers, however few sessions there are."""
        for sessions in (1, 2, 8):
            with self.subTest(sessions=sessions), apus.compile(specs.PAIR, sessions=sessions) as model:
                wrong = []

                def ask(thread):
                    generator = numpy.random.default_rng(thread)
                    for _ in range(300):
                        left, right = generator.standard_normal((2, generator.integers(1, 40), 3), numpy.float32)
                        answers = model.run(left=left, right=right)
                        if not numpy.array_equal(answers["sum"], left + right):
                            wrong.append(thread)
                        if not numpy.array_equal(answers["product"], left * right):
                            wrong.append(thread)

                threads = [threading.Thread(target=ask, args=(thread,)) for thread in range(8)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(wrong, [])

    def test_the_gil_is_released(self):
        """Python goes on while a run takes its time: a thread counts, and gets further than runs have begun."""
        with apus.compile(specs.SLOW, random_weights=True) as model:
            x = numpy.ones((256, 16, 32, 32), numpy.float32)
            begin = time.monotonic()
            future = concurrent.futures.ThreadPoolExecutor(1).submit(model.run, x)
            turns = 0
            while not future.done():
                turns += 1
                time.sleep(0.001)
            elapsed = time.monotonic() - begin
        self.assertGreater(elapsed, 0.02, "too quick to tell")
        # If the GIL was held, the first sleep would last until the end.
        self.assertGreater(turns, 5)

    def test_threads_of_a_session_give_the_same_bits(self):
        x = numpy.random.default_rng(3).standard_normal((5, 16, 32, 32), numpy.float32)
        answers = []
        for threads in (1, 2, 3):
            with apus.compile(specs.SLOW, random_weights=True, threads=threads) as model:
                answers.append(model.run(x))
        numpy.testing.assert_array_equal(answers[0], answers[1])
        numpy.testing.assert_array_equal(answers[0], answers[2])

    def test_closing_while_others_run(self):
        for _ in range(20):
            model = apus.compile(specs.TINY, sessions=2)
            ends = []

            def ask():
                try:
                    for _ in range(100_000):
                        model.run(numbers(1))
                except apus.ClosedError:
                    ends.append("closed")

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.005)
            model.close()
            for thread in threads:
                thread.join()
            self.assertEqual(ends, ["closed"] * 4)

    def test_a_run_within_a_run(self):
        """What makes an array of an input may ask the same model, though it has a single session."""
        with apus.compile(specs.TINY, sessions=1) as model:

            class Nested:
                def __array__(self, dtype=None, copy=None):
                    return model.run(numbers(3))

            numpy.testing.assert_array_equal(model.run(Nested()), numbers(3))


class FutureTests(unittest.TestCase):
    def test_futures(self):
        with apus.compile(specs.TINY, sessions=2) as model:
            futures = [model.submit(numbers(value)) for value in range(50)]
            for value, future in enumerate(futures):
                numpy.testing.assert_array_equal(future.result(), numbers(value))
            out = numbers(0)
            self.assertIs(model.submit({"x": numbers(7)}, out=out).result(), out)

    def test_closing_ends_what_has_not_begun(self):
        model = apus.compile(specs.SLOW, random_weights=True, sessions=1)
        futures = [model.submit(numpy.ones((64, 16, 32, 32), numpy.float32)) for _ in range(20)]
        model.close()
        _, waiting = concurrent.futures.wait(futures, timeout=60)
        self.assertFalse(waiting)
        kinds = {type(future.exception()) for future in futures[1:]}
        self.assertLessEqual(kinds, {apus.ClosedError, type(None)})
        self.assertIsInstance(futures[-1].exception(), apus.ClosedError)

    def test_errors(self):
        with apus.compile(specs.TINY) as model:
            with self.assertRaisesRegex(apus.InvalidArgumentError, "^input x has no samples$"):
                model.submit(numbers(1, samples=0)).result()

    def test_asyncio(self):
        async def main():
            with apus.compile(specs.TINY, sessions=2) as model:
                answers = await asyncio.gather(*(model.run_async(numbers(value)) for value in range(50)))
                for value, answer in enumerate(answers):
                    numpy.testing.assert_array_equal(answer, numbers(value))
                self.assertEqual((await model.run_async(x=numbers(1))).shape, (2, 4))
                with self.assertRaisesRegex(apus.InvalidArgumentError, "^input x has no samples$"):
                    await model.run_async(numbers(1, samples=0))

        asyncio.run(main())

    def test_the_loop_goes_on(self):
        async def main():
            with apus.compile(specs.SLOW, random_weights=True) as model:
                future = model.run_async(numpy.ones((256, 16, 32, 32), numpy.float32))
                turns = 0
                while not future.done():
                    await asyncio.sleep(0.001)
                    turns += 1
                self.assertGreater(turns, 5)

        asyncio.run(main())

    def test_cancelling_takes_back_what_has_not_begun(self):
        async def main():
            with apus.compile(specs.SLOW, random_weights=True, sessions=1) as model:
                x = numpy.ones((64, 16, 32, 32), numpy.float32)
                first, second = model.run_async(x), model.run_async(x)
                second.cancel()
                self.assertEqual((await first).shape, (64, 1, 32, 32))
                with self.assertRaises(asyncio.CancelledError):
                    await second

        asyncio.run(main())

    def test_without_a_loop(self):
        with apus.compile(specs.TINY) as model, self.assertRaisesRegex(RuntimeError, "no running event loop"):
            model.run_async(numbers(1))


class ForkTests(unittest.TestCase):
    def child(self, work):
        """The exit code of a child that does some work; one that hangs is ended."""
        process = os.fork()
        if process == 0:
            try:
                work()
                os._exit(0)
            finally:
                os._exit(1)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        os.kill(process, 9)
        os.waitpid(process, 0)
        return "it hung"

    def test_a_model_goes_on_in_a_child(self):
        for threads in (1, 2):
            with self.subTest(threads=threads), apus.compile(specs.TINY, threads=threads) as model:
                x = numbers(2, samples=64)
                model.submit(x).result()

                def work():
                    for _ in range(3):
                        numpy.testing.assert_array_equal(model.run(x), x)
                        numpy.testing.assert_array_equal(model.submit(x).result(), x)
                    model.close()

                self.assertEqual(self.child(work), 0)
                numpy.testing.assert_array_equal(model.run(x), x)

    def test_a_fork_while_other_threads_run(self):
        with apus.compile(specs.TINY, sessions=1) as model:
            x, is_over = numbers(2, samples=4096), threading.Event()

            def ask():
                while not is_over.is_set():
                    model.run(x)

            threads = [threading.Thread(target=ask) for _ in range(2)]
            for thread in threads:
                thread.start()
            try:
                for _ in range(10):
                    self.assertEqual(self.child(lambda: numpy.testing.assert_array_equal(model.run(x), x)), 0)
            finally:
                is_over.set()
                for thread in threads:
                    thread.join()


if __name__ == "__main__":
    unittest.main()
