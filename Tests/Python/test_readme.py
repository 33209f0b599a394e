"""The examples of the READMEs run as they stand there."""

import ast
import asyncio
import inspect
import os
import re
import tempfile
import unittest

import numpy

import apus
import specs
import tools


class ReadmeTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        tools.run("apus-export", tools.MODELS / "mnist-cnn.apus", "-o", "digits.onnx")

    def run_blocks(self, path):
        """Runs the blocks of Python in a file one after the other. Some await something, as in a prompt of asyncio."""
        blocks = re.findall(r"^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
        self.assertTrue(blocks)
        names = {
            "images": numpy.random.default_rng(1).random((5, 1, 28, 28), numpy.float32),
            "left": numpy.ones((2, 3), numpy.float32),
            "right": numpy.full((2, 3), 2, numpy.float32),
            "pair": apus.compile(specs.PAIR),
        }

        async def main():
            for number, block in enumerate(blocks):
                code = compile(block, f"{path.name}, block {number + 1}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                result = eval(code, names)
                if inspect.iscoroutine(result):
                    await result

        asyncio.run(main())
        return names

    def test_readme_of_the_project(self):
        names = self.run_blocks(tools.ROOT / "README.md")
        self.assertEqual(names["scores"].shape, (5, 10))
        self.assertEqual(names["answers"]["sum"].tolist(), [[3] * 3] * 2)

    def test_readme_of_the_package(self):
        names = self.run_blocks(tools.ROOT / "Sources/Python/README.md")
        self.assertEqual(names["scores"].shape, (5, 10))
        self.assertTrue(os.path.exists("digits.plan"))


if __name__ == "__main__":
    unittest.main()
