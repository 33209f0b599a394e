"""Neural networks whose shapes are known before they run.

    import apus

    model = apus.compile("digits.onnx")         # or apus.load("digits.plan")
    scores = model.run(images)                  # an array of NumPy, read where it lies

Those who come from ONNX Runtime find ``apus.InferenceSession(path).run(names, feeds)``.
"""

from ._apus import catch_shortened_files
from ._apus import version as __version__
from .errors import (
    BusyError,
    ClosedError,
    Error,
    FileError,
    InvalidArgumentError,
    InvalidModelError,
    NoThreadError,
    OutOfMemoryError,
    UnknownNameError,
    UnsupportedModelError,
    WrongTargetError,
)
from .inference_session import InferenceSession, NodeArg, SessionOptions, get_available_providers
from .model import Model, Source, compile, load, targets
from .port import Meaning, Port

__all__ = [
    "BusyError",
    "ClosedError",
    "Error",
    "FileError",
    "InferenceSession",
    "InvalidArgumentError",
    "InvalidModelError",
    "Meaning",
    "Model",
    "NoThreadError",
    "NodeArg",
    "OutOfMemoryError",
    "Port",
    "SessionOptions",
    "Source",
    "UnknownNameError",
    "UnsupportedModelError",
    "WrongTargetError",
    "__version__",
    "catch_shortened_files",
    "compile",
    "get_available_providers",
    "load",
    "targets",
]
