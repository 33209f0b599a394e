"""The extension module: see Sources/Python/extension."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Self

from numpy.typing import ArrayLike, NDArray

from .port import Port

version: str

def catch_shortened_files() -> None: ...
def targets() -> tuple[str, ...]: ...

class Network:
    def __new__(
        cls,
        *,
        path: str | os.PathLike[str] | None = None,
        bytes: bytes | bytearray | memoryview | None = None,
        name: str | None = None,
        target: str | None = None,
        batch: int = 0,
        until: Sequence[str] | None = None,
        settings: dict[str, int] = ...,
        weights: str | os.PathLike[str] | None = None,
        random_weights: bool = False,
        activation_limit: int = 0,
        convolutions: int = 0,
        opens_batch: bool = False,
        threads: int = 0,
        pinned: bool = False,
        sessions: int = 1,
    ) -> Self: ...
    def run(
        self,
        x: ArrayLike | Mapping[str, ArrayLike] | None = None,
        /,
        *,
        out: NDArray[Any] | Mapping[str, NDArray[Any]] | None = None,
        **inputs: ArrayLike,
    ) -> Any: ...
    def answers(self, names: Sequence[str] | None, inputs: Mapping[str, ArrayLike], /) -> list[NDArray[Any]]: ...
    def save(self, path: str | os.PathLike[str], /) -> None: ...
    def encode(self) -> bytes: ...
    def close(self) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def inputs(self) -> tuple[Port, ...]: ...
    @property
    def outputs(self) -> tuple[Port, ...]: ...
    @property
    def batch_limit(self) -> int: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def preparation(self) -> dict[str, str]: ...
    @property
    def multiply_adds(self) -> int: ...
    @property
    def constant_bytes(self) -> int: ...
    @property
    def activation_bytes(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def sessions(self) -> int: ...
    @property
    def closed(self) -> bool: ...
