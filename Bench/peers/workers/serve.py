"""The peers' side of the protocol that Bench/peers/README.md states."""

from __future__ import annotations

import ctypes
import mmap
import os
import pathlib
import sys
import time
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy

Times = tuple[int, int, int]  # calls; the least and the median time of one in nanoseconds
MOST_CALLS = 1 << 20
LARGE_PAGE = 1 << 21  # bytes


class Peer(Protocol):
    """A runtime that answers the same samples again and again."""

    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        """Gets ready for a model. `samples` is f32, flat, in the layout of the model."""

    def run(self, milliseconds: int) -> Times:
        """Answers all samples, for so long."""

    def output(self) -> numpy.ndarray:
        """The answers of the last run."""


@runtime_checkable
class PortPeer(Protocol):
    """A peer that takes and gives any number of arrays, of any element type."""

    def load_ports(self, model: str, folder: pathlib.Path, threads: int) -> None:
        """Gets ready for a model and the samples in a folder that `harness/ports.py` has written."""

    def write_outputs(self, folder: pathlib.Path) -> None:
        """Writes the answers of the last run into the files of the folder's list."""


def serve(peer: Peer) -> None:
    """Answers requests, one a line, until standard input ends. What a runtime prints itself goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        request = line.rstrip("\n").split("\t")
        try:
            answers.write("\t".join(map(str, ["ok", *_answer(peer, request)])) + "\n")
        except Exception as error:  # whatever a runtime throws is the answer
            answers.write(f"error\t{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")


def _answer(peer: Peer, request: list[str]) -> list[int]:
    if request[0] == "load":
        _, model, samples, batch, threads = request
        if not os.path.isdir(samples):
            peer.load(model, numpy.fromfile(samples, "<f4"), int(batch), int(threads))
        elif isinstance(peer, PortPeer):
            peer.load_ports(model, pathlib.Path(samples), int(threads))
        else:
            raise ValueError("this peer takes a file of samples, not a folder")
        return []
    if request[0] == "run":
        return list(peer.run(int(request[1])))
    if request[0] == "output":
        if isinstance(peer, PortPeer) and os.path.isdir(request[1]):
            peer.write_outputs(pathlib.Path(request[1]))
            return []
        numpy.ascontiguousarray(peer.output(), "<f4").tofile(request[1])
        return []
    raise ValueError(f"not a request: {request[0]}")


def numbers(shape: Sequence[int], elements: type[numpy.generic] = numpy.float32) -> numpy.ndarray:
    """Zeros. Those that caches hold are in one large page, as Apus's own are: in small ones it would be a matter of luck,
    anew in each process, which of them get into each other's way. Many numbers lie as NumPy has them."""
    count = int(numpy.prod(shape))
    if not 1 << 16 <= numpy.dtype(elements).itemsize * count <= LARGE_PAGE:
        return numpy.zeros(shape, elements)
    memory = mmap.mmap(-1, 2 * LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    start = -numpy.frombuffer(memory, numpy.uint8).ctypes.data % LARGE_PAGE
    array = numpy.frombuffer(memory, elements, count, start).reshape(shape)
    array[...] = 0
    return array


def timed(call: Callable[[], object], milliseconds: int) -> Times:
    """Times calls from Python, which adds what calling anything from Python takes."""
    times = []
    clock = time.perf_counter_ns
    start = clock()
    end = start + milliseconds * 1_000_000
    while True:
        call()
        stop = clock()
        times.append(stop - start)
        start = stop
        if stop >= end or len(times) >= MOST_CALLS:
            break
    times.sort()
    return len(times), times[0], times[len(times) // 2]


class NativeCall:
    """A C function with its arguments, timed in C."""

    def __init__(self, function: int, arguments: list[int]):
        self._library = ctypes.CDLL(os.environ["APUS_PEERS_TIMED_CALLS"])
        self._function = ctypes.c_void_p(function)
        self._arguments = (ctypes.c_void_p * 8)(*arguments, *([0] * (8 - len(arguments))))

    def timed(self, milliseconds: int) -> Times:
        result = (ctypes.c_int64 * 4)()
        self._library.timed_calls(self._function, self._arguments, ctypes.c_int64(milliseconds * 1_000_000), result)
        if result[0] == 0 or result[3]:
            raise RuntimeError("the runtime refused to run the model")
        return result[0], result[1], result[2]
