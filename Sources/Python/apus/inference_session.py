"""The interface of ONNX Runtime: what programs use of it, with the same meaning."""

import os
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from numpy.typing import ArrayLike, NDArray

from .errors import InvalidArgumentError
from .model import Model, Source, compile
from .port import Port

_PROVIDER: Final = "CPUExecutionProvider"

_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "f32": "tensor(float)",
        "f16": "tensor(float16)",
        "bf16": "tensor(bfloat16)",
        "f64": "tensor(double)",
        "i8": "tensor(int8)",
        "u8": "tensor(uint8)",
        "i16": "tensor(int16)",
        "u16": "tensor(uint16)",
        "i32": "tensor(int32)",
        "u32": "tensor(uint32)",
        "i64": "tensor(int64)",
        "u64": "tensor(uint64)",
        "bool": "tensor(bool)",
    }
)


class NodeArg:
    """An input or output as ONNX Runtime describes it."""

    __slots__ = ("name", "shape", "type")

    def __init__(self, port: Port) -> None:
        self.name: str = port.name
        #: "tensor(float)" and the like.
        self.type: str = _TYPES[port.element_type]
        #: Numbers, and "N" for the batch where it is open.
        self.shape: list[int | str] = ["N" if size is None else size for size in port.shape]

    def __repr__(self) -> str:
        return f"NodeArg(name={self.name!r}, type={self.type!r}, shape={self.shape})"


class SessionOptions:
    """How a session is made. Assigning what isn't here is an error, so that nothing is passed over.

    Those without effect are there for programs that set them: everything is decided before a session runs, always.
    """

    __slots__ = (
        "enable_cpu_mem_arena",
        "enable_mem_pattern",
        "execution_mode",
        "free_dimensions",
        "graph_optimization_level",
        "inter_op_num_threads",
        "intra_op_num_threads",
        "log_severity_level",
        "log_verbosity_level",
        "logid",
    )

    def __init__(self) -> None:
        #: Threads that work on a run; 0: as many as there are processors.
        self.intra_op_num_threads: int = 0
        #: Numbers for the symbols of dimensions: see ``add_free_dimension_override_by_name``.
        self.free_dimensions: dict[str, int] = {}
        # Without effect.
        self.inter_op_num_threads: int = 0
        self.execution_mode: Any = None
        self.graph_optimization_level: Any = None
        self.enable_cpu_mem_arena: bool = True
        self.enable_mem_pattern: bool = True
        self.log_severity_level: int = 2
        self.log_verbosity_level: int = 0
        self.logid: str = ""

    def add_free_dimension_override_by_name(self, name: str, value: int) -> None:
        """Gives the symbol of a dimension its number. All but the batch need one."""
        self.free_dimensions[name] = value


class InferenceSession:
    """Runs a model as ``onnxruntime.InferenceSession`` does. Any number of threads may call ``run`` at once.

    What differs: sizes other than the batch have their numbers before the session is made, and outputs of bfloat16 are arrays
    of uint16 with the bits. Errors are those of this package.
    """

    def __init__(
        self,
        path_or_bytes: Source,
        sess_options: SessionOptions | None = None,
        providers: Sequence[str | tuple[str, dict[Any, Any]]] | None = None,
        provider_options: Sequence[dict[Any, Any]] | None = None,
    ) -> None:
        """Compiles an ONNX file, or opens whatever else ``compile`` and ``load`` do.

        :param providers: those that are wanted. There is one, ``CPUExecutionProvider``: others are passed over with a warning,
            as ONNX Runtime does with what it doesn't have.
        :param provider_options: nothing of it has an effect.
        """
        for provider in providers or ():
            name = provider if isinstance(provider, str) else provider[0]
            if name != _PROVIDER:
                warnings.warn(f"there is no provider {name}: {_PROVIDER} is taken", stacklevel=2)
        options = SessionOptions() if sess_options is None else sess_options
        threads = options.intra_op_num_threads
        if threads < 0:
            raise InvalidArgumentError(f"intra_op_num_threads is {threads}, and must not be negative")
        self._options = options
        self._model: Model = compile(
            path_or_bytes,
            settings=getattr(options, "free_dimensions", None),
            threads=threads or len(os.sched_getaffinity(0)),
        )
        self._answers = self._model.answers
        self._inputs = [NodeArg(port) for port in self._model.inputs]
        self._outputs = [NodeArg(port) for port in self._model.outputs]

    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, ArrayLike], run_options: Any = None
    ) -> list[NDArray[Any]]:
        """The outputs of these names, in their order, as new arrays; all of them where the names are None.

        :param run_options: nothing of it has an effect.
        """
        return self._answers(output_names, input_feed)

    def get_inputs(self) -> list[NodeArg]:
        return self._inputs

    def get_outputs(self) -> list[NodeArg]:
        return self._outputs

    def get_providers(self) -> list[str]:
        return [_PROVIDER]

    def get_session_options(self) -> SessionOptions:
        return self._options


def get_available_providers() -> list[str]:
    """The only provider there is."""
    return [_PROVIDER]
