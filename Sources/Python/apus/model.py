"""Models: compiled, loaded, and run."""

import asyncio
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, TypeAlias

from . import _apus
from .errors import ClosedError, InvalidArgumentError

#: What models are opened from: the path of a file, its bytes, or the text of a spec, which is a string of several lines.
Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview

# By the numbers that apus.h gives them.
_CONVOLUTIONS: dict[str, int] = {"exact": 0, "direct": 1, "approximate": 2}


# Held for a moment, while a model makes or gives up its pool of threads.
_making_pool = threading.Lock()


def _renew_lock() -> None:
    global _making_pool
    _making_pool = threading.Lock()


# Who held it may not be there in the child.
os.register_at_fork(after_in_child=_renew_lock)


class Model(_apus.Network):
    """A network that was compiled, and what runs it. ``compile`` and ``load`` make models.

    Any number of threads may use a model at once. ``sessions`` runs go on at the same time, others wait for their turn; each
    session has memory of its own for activations, and all share the weights. A model goes on in the child of a fork.

    With ``threads`` above 1, so many work on each run. ``close``, or the end of a ``with`` block, gives all of it back.
    """

    __slots__ = ("__weakref__", "_executor", "_executor_process")

    _executor: ThreadPoolExecutor | None
    _executor_process: int

    def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Has ``run`` called on a thread of the model's pool, which has one for each session: a future of ``concurrent.futures``.

        The arrays that are given must stay as they are until it is done.
        """
        return self._pool().submit(self.run, *arguments, **keywords)

    def run_async(self, *arguments: Any, **keywords: Any) -> asyncio.Future[Any]:
        """As ``submit``, for asyncio: the run begins at once, and what is returned is awaited on the loop that is running.

        Cancelling it takes a run back that hasn't begun. One that has goes on to its end.
        """
        loop = asyncio.get_running_loop()
        return asyncio.wrap_future(self.submit(*arguments, **keywords), loop=loop)

    def _pool(self) -> ThreadPoolExecutor:
        # A fork leaves the pool's threads behind.
        if self.closed:
            raise ClosedError("the model is closed")
        with _making_pool:
            executor = getattr(self, "_executor", None)
            if executor is None or self._executor_process != os.getpid():
                executor = ThreadPoolExecutor(self.sessions, thread_name_prefix=f"apus-{self.name}")
                self._executor, self._executor_process = executor, os.getpid()
            return executor

    def close(self) -> None:
        """Gives memory and threads back. Runs that are under way go on to their end; later ones raise ``ClosedError``."""
        with _making_pool:
            executor = getattr(self, "_executor", None)
            self._executor = None
        super().close()
        if executor is not None and self._executor_process == os.getpid():
            # What waits there ends with an error at once. Were it cancelled, concurrent.futures.wait would never return.
            executor.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Model can't be pickled or copied: it is memory and threads of this process. Write it by save(path) or "
            "encode(), and load that where it is needed"
        )

    def __repr__(self) -> str:
        if self.closed:
            return "<apus.Model, closed>"
        inputs, outputs = (", ".join(map(str, ports)) for ports in (self.inputs, self.outputs))
        return f"<apus.Model {self.name} for {self.target}: {inputs} -> {outputs}>"


def compile(
    source: Source,
    *,
    target: str | None = None,
    batch: int | None = None,
    until: Sequence[str] = (),
    settings: Mapping[str, int] | None = None,
    weights: str | os.PathLike[str] | None = None,
    random_weights: bool = False,
    activation_limit: int | None = None,
    convolutions: Literal["exact", "direct", "approximate"] = "exact",
    opens_batch: bool = False,
    name: str | None = None,
    threads: int = 1,
    sessions: int | None = None,
    pinned: bool = False,
) -> Model:
    """Compiles a model (.apus), an ONNX file (.onnx) or a spec (.graph).

    :param source: the path of the file, its bytes, or the text of a spec.
    :param target: one of ``targets()``; without it, what the environment variable APUS_TARGET says, or the processor's best.
    :param batch: samples that are going to be run at once. A model that mixes the samples of a batch is compiled for exactly
        this one; others run any batch.
    :param until: names of values that are answered in place of the model's outputs, in this order.
    :param settings: numbers for the symbols of dimensions that an ONNX file names, and for the settings of a spec.
    :param weights: for a spec, which has none, or in place of a model's: a file with weights by the parameters' names.
    :param random_weights: parameters without weights are made up, always the same. For trying out a spec.
    :param activation_limit: bytes that the activations of a thread may have. With less, slower algorithms are taken.
    :param convolutions: "exact": all algorithms whose rounding errors are no larger than the definition's; "direct": the
        definition alone; "approximate": quicker ones too, with up to three times its rounding errors.
    :param opens_batch: of an ONNX file, the first dimension of its inputs, a 1, stands for the batch.
    :param name: what errors call bytes or a text. ONNX files with weights in other files look for these in this path's folder.
    :param threads: how many work on each run. Answers don't depend on it.
    :param sessions: how many runs go on at once, where several threads ask for them; without it, as many as the processors
        have room for.
    :param pinned: each thread of a session has a processor of its own, for a machine that does nothing else.
    """
    if convolutions not in _CONVOLUTIONS:
        raise InvalidArgumentError(f"convolutions is {convolutions!r}, and must be one of {', '.join(_CONVOLUTIONS)}")
    path, data = _place(source)
    return Model(
        path=path,
        bytes=data,
        name=name,
        target=target,
        batch=batch or 0,
        until=(until,) if isinstance(until, str) else until,
        settings=dict(settings or {}),
        weights=weights,
        random_weights=random_weights,
        activation_limit=activation_limit or 0,
        convolutions=_CONVOLUTIONS[convolutions],
        opens_batch=opens_batch,
        threads=threads,
        sessions=_session_limit(sessions, threads),
        pinned=pinned,
    )


def load(source: Source, *, threads: int = 1, sessions: int | None = None, pinned: bool = False) -> Model:
    """Loads a plan (.plan), which is mapped and not read, so that processes share its weights.

    Other files are compiled as they are; ``compile`` has options for that, and says what the parameters are.
    """
    path, data = _place(source)
    return Model(path=path, bytes=data, threads=threads, sessions=_session_limit(sessions, threads), pinned=pinned)


def targets() -> tuple[str, ...]:
    """The targets that this processor runs, best first: "x86-64-v4", "x86-64-v3", "x86-64", or "arm64"."""
    return _apus.targets()


def _place(source: Source) -> tuple[str | os.PathLike[str] | None, bytes | bytearray | memoryview | None]:
    """A source as a path or as bytes."""
    if isinstance(source, str) and "\n" in source:
        return None, source.encode()
    if isinstance(source, (str, os.PathLike)):
        return source, None
    if not isinstance(source, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"a model is opened from a path, bytes, or the text of a spec, not from a {type(source).__name__}"
        )
    return None, source


def _session_limit(sessions: int | None, threads: int) -> int:
    if sessions is None:
        return max(1, len(os.sched_getaffinity(0)) // max(threads, 1))
    if sessions < 1:
        raise InvalidArgumentError(f"sessions is {sessions}, and must be at least 1")
    return sessions
