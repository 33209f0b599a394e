"""Arrays that can't be read where they lie, and those that are refused. What fits never comes here."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy

from .errors import InvalidArgumentError, UnknownNameError
from .port import Port

if TYPE_CHECKING:
    from ._apus import Network


def prepared(port: Port, value: Any) -> numpy.ndarray[Any, Any]:
    """An array for an input as the library reads it: contiguous, and at an address that is a multiple of the element's size.

    Arrays keep their type; numbers and lists of them get the port's, unless that drops their fractions. An array that is
    contiguous is not copied.
    """
    try:
        array = numpy.asarray(value)
        if isinstance(value, (bool, int, float, list, tuple)) and (array.dtype.kind != "f" or port.dtype.kind == "f"):
            array = numpy.asarray(value, port.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidArgumentError(f"input {port.name} is {port.type}, and can't be made of this: {error}") from error
    if port.element_type == "bf16" and array.dtype.name == "bfloat16":
        array = numpy.require(array, requirements="C").view(numpy.uint16)
    return numpy.require(array, requirements=["C_CONTIGUOUS", "ALIGNED"])


def refuse(port: Port, value: Any, is_output: bool, samples: int) -> NoReturn:
    """Raises what is wrong with an array for a port.

    :param samples: how many the arrays before it have; 0 where that isn't known.
    """
    role = f"the array for output {port.name}" if is_output else f"input {port.name}"
    if is_output and not isinstance(value, numpy.ndarray):
        raise InvalidArgumentError(
            f"{role} is a {type(value).__name__}: give an array of NumPy, of {expected(port, samples)}"
        )
    array = numpy.asarray(value)
    raise InvalidArgumentError(f"{role} {complaint(port, array, is_output, samples)}")


def complaint(port: Port, array: numpy.ndarray[Any, Any], is_output: bool, samples: int) -> str:
    """What is wrong with an array, and what to do."""
    if array.dtype != port.dtype:
        if port.element_type == "bf16":
            return f"is of {array.dtype.name}, not of bf16: give its bits as uint16, or an array of ml_dtypes.bfloat16"
        advice = "" if is_output else f': give .astype("{port.dtype.name}")'
        if array.dtype.newbyteorder("=") == port.dtype:
            return f"is in the other byte order, {array.dtype.str}{advice}"
        return f"is of {array.dtype.name}, not of {port.dtype.name}{advice}"
    wanted = expected(port, samples)
    if array.shape == port.shape[1:] and not port.is_shared:
        return f"has the shape {array.shape}, not {wanted}: the first dimension is the batch, give array[numpy.newaxis]"
    if array.ndim != len(port.shape) or any(size not in (None, has) for size, has in zip(port.shape, array.shape)):
        return f"has the shape {array.shape}, not {wanted}"
    if not port.is_shared and array.shape[0] == 0:
        return "has no samples"
    if not port.is_shared and samples not in (0, array.shape[0]):
        return f"has {array.shape[0]} samples, and the arrays before it {samples}"
    if not array.flags.writeable:
        return "can't be written to"
    return "isn't contiguous: the library writes where it lies"


def expected(port: Port, samples: int) -> str:
    """The shape that an array must have, with N for a batch that isn't known."""
    sizes = [str(size or samples or "N") if size is None else str(size) for size in port.shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def refuse_inputs(network: "Network", given: Any) -> NoReturn:
    """Raises what is wrong with the names of inputs, or with a sole array."""
    ports = network.inputs
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(
            f"the model has {len(ports)} inputs, {listed(ports)}: give a mapping from their names to arrays"
        )
    refuse_names("input", ports, given)
    missing = [port for port in ports if port.name not in given]
    raise InvalidArgumentError(f"no array is given for {'inputs' if len(missing) > 1 else 'input'} {listed(missing)}")


def refuse_outputs(network: "Network", given: Any) -> NoReturn:
    """Raises what is wrong with the names of outputs, or with a sole array for them."""
    ports = network.outputs
    if isinstance(given, (Mapping, list, tuple)):
        refuse_names("output", ports, given)
    raise InvalidArgumentError(
        f"the model has {len(ports)} outputs, {listed(ports)}: `out` must be a mapping from their names to arrays"
    )


def refuse_names(kind: str, ports: tuple[Port, ...], names: Iterable[Any]) -> None:
    """Raises where a name is none of the ports'."""
    known = [port.name for port in ports]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownNameError(f"there is no {kind} {name!r}: the model has {listed(ports)}{hint}")


def listed(ports: Iterable[Port]) -> str:
    return ", ".join(map(str, ports)) or "none"
