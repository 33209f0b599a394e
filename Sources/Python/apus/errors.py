"""What can go wrong: an exception for each kind of failure, with the library's text."""

from typing import Final


class Error(Exception):
    """The base of all that Apus raises."""


class InvalidArgumentError(Error, ValueError):
    """An array of another type or shape, a number out of range, an option that doesn't go with the file."""


class FileError(Error, OSError):
    """The system can't read or write a file."""


class InvalidModelError(Error, ValueError):
    """These bytes are no plan, model, ONNX file or spec, or a damaged one, or one of another version."""


class UnsupportedModelError(Error, NotImplementedError):
    """The model is right, and can't be compiled: an operator or a size that isn't known, a memory limit."""


class WrongTargetError(Error, RuntimeError):
    """The plan is for another instruction set than this processor has."""


class UnknownNameError(Error, LookupError):
    """There is no input, output, value or dimension of that name."""


class OutOfMemoryError(Error, MemoryError):
    """The system has no memory for it."""


class NoThreadError(Error, RuntimeError):
    """The system makes no further thread."""


class BusyError(Error, RuntimeError):
    """A session is in use by another thread. Models open sessions as they need them, so this is a mistake in Apus."""


class ClosedError(Error, ValueError):
    """The model was closed."""


# By the numbers that apus.h gives them.
BY_STATUS: Final[dict[int, type[Error]]] = {
    1: InvalidArgumentError,
    2: FileError,
    3: InvalidModelError,
    4: UnsupportedModelError,
    5: WrongTargetError,
    6: UnknownNameError,
    7: OutOfMemoryError,
    8: NoThreadError,
    9: BusyError,
}
