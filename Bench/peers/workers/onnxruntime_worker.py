"""ONNX Runtime by its C interface: all graph optimizations, its arena, and threads that spin."""

from __future__ import annotations

import ctypes
import pathlib

import numpy
import onnxruntime

from harness import ports
from serve import NativeCall, Times, numbers, serve

# Places in the table of functions, OrtApi, which only ever grows at its end (onnxruntime_c_api.h).
GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_OPTIONS = 2, 3, 7, 9, 10
SET_OPTIMIZATION_LEVEL, SET_INTRA_THREADS, SET_INTER_THREADS = 23, 24, 25
CREATE_TENSOR_WITH_DATA, CREATE_CPU_MEMORY_INFO, RELEASE_SESSION, RELEASE_OPTIONS = 49, 69, 95, 100
ADD_CONFIG_ENTRY = 130
ENABLE_ALL, DEVICE_ALLOCATOR, DEFAULT_MEMORY, WARNING = 99, 0, 0, 2
API_VERSION = 17

Pointer = ctypes.c_void_p
Arrays = dict[str, numpy.ndarray]


class OnnxRuntime:
    def __init__(self) -> None:
        folder = pathlib.Path(onnxruntime.__file__).parent / "capi"
        library = ctypes.CDLL(str(next(folder.glob("libonnxruntime.so*"))))
        library.OrtGetApiBase.restype = ctypes.POINTER(Pointer)
        get_api = ctypes.CFUNCTYPE(Pointer, ctypes.c_uint32)(library.OrtGetApiBase()[0])
        self._table = ctypes.cast(get_api(API_VERSION), ctypes.POINTER(Pointer))
        self._environment = self._make(CREATE_ENV, ctypes.c_int(WARNING), b"peers")
        self._memory = self._make(CREATE_CPU_MEMORY_INFO, ctypes.c_int(DEVICE_ALLOCATOR), ctypes.c_int(DEFAULT_MEMORY))
        self._session: Pointer | None = None

    def _call(self, place: int, *arguments: object) -> None:
        status = ctypes.CFUNCTYPE(Pointer)(self._table[place])
        status.argtypes = None
        error = status(*arguments)
        if error:
            message = ctypes.CFUNCTYPE(ctypes.c_char_p, Pointer)(self._table[GET_ERROR_MESSAGE])
            raise RuntimeError(message(error).decode())

    def _make(self, place: int, *arguments: object) -> Pointer:
        made = Pointer()
        self._call(place, *arguments, ctypes.byref(made))
        return made

    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        description = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        source, answer = description.get_inputs()[0], description.get_outputs()[0]
        values = numbers(source.shape)
        values.flat = samples[: values.size]
        self._prepare(model, {source.name: values}, {answer.name: numbers(answer.shape)}, threads)

    def load_ports(self, model: str, folder: pathlib.Path, threads: int) -> None:
        self._ports = ports.read(folder)
        inputs = {port.name: numbers(port.shape, port.elements) for port in self._ports.inputs}
        for port in self._ports.inputs:
            inputs[port.name][...] = port.read(folder)
        outputs = {port.name: numbers(port.shape, port.elements) for port in self._ports.outputs}
        self._prepare(model, inputs, outputs, threads)

    def _prepare(self, model: str, inputs: Arrays, outputs: Arrays, threads: int) -> None:
        """A session, and the call that reads and writes these arrays in place."""
        options = self._make(CREATE_OPTIONS)
        self._call(SET_OPTIMIZATION_LEVEL, options, ctypes.c_int(ENABLE_ALL))
        self._call(SET_INTRA_THREADS, options, ctypes.c_int(threads))
        self._call(SET_INTER_THREADS, options, ctypes.c_int(1))
        self._call(ADD_CONFIG_ENTRY, options, b"session.set_denormal_as_zero", b"1")
        self._call(ADD_CONFIG_ENTRY, options, b"session.intra_op.allow_spinning", b"1")
        if self._session is not None:
            ctypes.CFUNCTYPE(None, Pointer)(self._table[RELEASE_SESSION])(self._session)
        self._session = self._make(CREATE_SESSION, self._environment, model.encode(), options)
        ctypes.CFUNCTYPE(None, Pointer)(self._table[RELEASE_OPTIONS])(options)
        self._inputs, self._outputs = inputs, outputs
        self._names = [
            (ctypes.c_char_p * len(arrays))(*(name.encode() for name in arrays)) for arrays in (inputs, outputs)]
        self._values = [
            (Pointer * len(arrays))(*(self._tensor(array).value for array in arrays.values()))
            for arrays in (inputs, outputs)]
        input_names, output_names = map(ctypes.addressof, self._names)
        input_values, output_values = map(ctypes.addressof, self._values)
        self._run = NativeCall(
            self._table[RUN],
            [self._session.value, 0, input_names, input_values, len(inputs), output_names, len(outputs), output_values])

    def _tensor(self, array: numpy.ndarray) -> Pointer:
        sizes = (ctypes.c_int64 * array.ndim)(*array.shape)
        return self._make(
            CREATE_TENSOR_WITH_DATA, self._memory, Pointer(array.ctypes.data), ctypes.c_size_t(array.nbytes), sizes,
            ctypes.c_size_t(array.ndim), ctypes.c_int(ports.onnx_type(array.dtype)))

    def run(self, milliseconds: int) -> Times:
        return self._run.timed(milliseconds)

    def output(self) -> numpy.ndarray:
        return next(iter(self._outputs.values()))

    def write_outputs(self, folder: pathlib.Path) -> None:
        for port in self._ports.outputs:
            self._outputs[port.name].tofile(folder / port.file)


serve(OnnxRuntime())
