"""OpenVINO by its C interface: tuned for latency, one stream, single precision."""

from __future__ import annotations

import ctypes
import pathlib

import numpy
import openvino

from serve import NativeCall, Times, serve

Pointer = ctypes.c_void_p



class OpenVino:
    def __init__(self) -> None:
        folder = pathlib.Path(openvino.__file__).parent / "libs"
        self._library = ctypes.CDLL(str(next(folder.glob("libopenvino_c.so*"))))
        self._library.ov_get_error_info.restype = ctypes.c_char_p
        self._core = self._make("ov_core_create")
        self._compiled: Pointer | None = None

    def _call(self, name: str, *arguments: object) -> None:
        status = getattr(self._library, name)(*arguments)
        if status:
            raise RuntimeError(f"{name}: {self._library.ov_get_error_info(status).decode()}")

    def _make(self, name: str, *arguments: object) -> Pointer:
        made = Pointer()
        self._call(name, *arguments, ctypes.byref(made))
        return made

    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        if self._compiled is not None:
            self._library.ov_infer_request_free(self._request)
            self._library.ov_compiled_model_free(self._compiled)
        properties = {
            "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(threads),
            "INFERENCE_PRECISION_HINT": "f32", "CPU_DENORMALS_OPTIMIZATION": "YES"}
        texts = [ctypes.c_char_p(text.encode()) for pair in properties.items() for text in pair]
        source = self._make("ov_core_read_model", self._core, model.encode(), None)
        compiled = Pointer()
        self._call(
            "ov_core_compile_model", self._core, source, b"CPU", ctypes.c_size_t(len(texts)), ctypes.byref(compiled),
            *texts)
        self._compiled = compiled
        self._request = self._make("ov_compiled_model_create_infer_request", compiled)
        self._input = self._make("ov_infer_request_get_input_tensor", self._request)
        array = self._array(self._input)
        array[:] = samples[: array.size]
        self._run = NativeCall(
            ctypes.cast(self._library.ov_infer_request_infer, Pointer).value, [self._request.value])

    def _array(self, tensor: Pointer) -> numpy.ndarray:
        size, data = ctypes.c_size_t(), Pointer()
        self._call("ov_tensor_get_size", tensor, ctypes.byref(size))
        self._call("ov_tensor_data", tensor, ctypes.byref(data))
        return numpy.ctypeslib.as_array(ctypes.cast(data, ctypes.POINTER(ctypes.c_float)), (size.value,))

    def run(self, milliseconds: int) -> Times:
        return self._run.timed(milliseconds)

    def output(self) -> numpy.ndarray:
        return self._array(self._make("ov_infer_request_get_output_tensor", self._request)).copy()


serve(OpenVino())
