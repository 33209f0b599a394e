"""LiteRT with XNNPACK, by its interpreter's own entry: the wheel exports no C function that runs an interpreter.

A model that takes and gives codes of 8 bits gets them made beforehand, and its answers are made numbers afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy
from ai_edge_litert.interpreter import Interpreter

from serve import Times, serve, timed


class LiteRt:
    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        self._interpreter = Interpreter(model, num_threads=threads)
        self._interpreter.allocate_tensors()
        source = self._interpreter.get_input_details()[0]
        shape = tuple(source["shape"])
        self._interpreter.set_tensor(source["index"], _encoded(samples[: int(numpy.prod(shape))].reshape(shape), source))
        # Interpreter.invoke without its Python: what it calls.
        self._invoke = self._interpreter._interpreter.Invoke

    def run(self, milliseconds: int) -> Times:
        return timed(self._invoke, milliseconds)

    def output(self) -> numpy.ndarray:
        answer = self._interpreter.get_output_details()[0]
        return _decoded(self._interpreter.get_tensor(answer["index"]), answer)


def _encoded(values: numpy.ndarray, tensor: dict[str, Any]) -> numpy.ndarray:
    """Numbers as the tensor takes them."""
    if tensor["dtype"] == numpy.float32:
        return values
    scale, zero = tensor["quantization"]
    limits = numpy.iinfo(tensor["dtype"])
    return numpy.clip(numpy.rint(values / scale) + zero, limits.min, limits.max).astype(tensor["dtype"])


def _decoded(codes: numpy.ndarray, tensor: dict[str, Any]) -> numpy.ndarray:
    """The numbers that a tensor stands for."""
    if tensor["dtype"] == numpy.float32:
        return codes
    scale, zero = tensor["quantization"]
    return numpy.float32(scale) * (codes.astype(numpy.float32) - zero)


serve(LiteRt())
