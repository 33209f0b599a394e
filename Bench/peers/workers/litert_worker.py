"""LiteRT with XNNPACK, by its interpreter's own entry: the wheel exports no C function that runs an interpreter."""

from __future__ import annotations

import numpy
from ai_edge_litert.interpreter import Interpreter

from serve import Times, serve, timed


class LiteRt:
    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        self._interpreter = Interpreter(model, num_threads=threads)
        self._interpreter.allocate_tensors()
        source = self._interpreter.get_input_details()[0]
        shape = tuple(source["shape"])
        self._interpreter.set_tensor(source["index"], samples[: int(numpy.prod(shape))].reshape(shape))
        # Interpreter.invoke without its Python: what it calls.
        self._invoke = self._interpreter._interpreter.Invoke

    def run(self, milliseconds: int) -> Times:
        return timed(self._invoke, milliseconds)

    def output(self) -> numpy.ndarray:
        return self._interpreter.get_tensor(self._interpreter.get_output_details()[0]["index"])


serve(LiteRt())
