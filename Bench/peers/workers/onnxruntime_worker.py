"""ONNX Runtime by its C interface: all graph optimizations, its arena, and threads that spin."""

from __future__ import annotations

import ctypes
import pathlib

import numpy
import onnxruntime

from serve import NativeCall, Times, numbers, serve

# Places in the table of functions, OrtApi, which only ever grows at its end (onnxruntime_c_api.h).
GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_OPTIONS = 2, 3, 7, 9, 10
SET_OPTIMIZATION_LEVEL, SET_INTRA_THREADS, SET_INTER_THREADS = 23, 24, 25
CREATE_TENSOR_WITH_DATA, CREATE_CPU_MEMORY_INFO, RELEASE_SESSION, RELEASE_OPTIONS = 49, 69, 95, 100
ADD_CONFIG_ENTRY = 130
ENABLE_ALL, FLOAT, DEVICE_ALLOCATOR, DEFAULT_MEMORY, WARNING = 99, 1, 0, 0, 2
API_VERSION = 17

Pointer = ctypes.c_void_p


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
        self._input = numbers(source.shape)
        self._input.flat = samples[: self._input.size]
        self._output = numbers(answer.shape)
        self._names = [(ctypes.c_char_p * 1)(name.encode()) for name in (source.name, answer.name)]
        self._values = [
            (Pointer * 1)(self._tensor(array, shape).value)
            for array, shape in ((self._input, source.shape), (self._output, answer.shape))]
        pointers = [ctypes.addressof(array) for array in (*self._names, *self._values)]
        input_names, output_names, inputs, outputs = pointers
        self._run = NativeCall(
            self._table[RUN], [self._session.value, 0, input_names, inputs, 1, output_names, 1, outputs])

    def _tensor(self, array: numpy.ndarray, shape: list[int]) -> Pointer:
        sizes = (ctypes.c_int64 * len(shape))(*shape)
        return self._make(
            CREATE_TENSOR_WITH_DATA, self._memory, Pointer(array.ctypes.data), ctypes.c_size_t(array.nbytes), sizes,
            ctypes.c_size_t(len(shape)), ctypes.c_int(FLOAT))

    def run(self, milliseconds: int) -> Times:
        return self._run.timed(milliseconds)

    def output(self) -> numpy.ndarray:
        return self._output


serve(OnnxRuntime())
