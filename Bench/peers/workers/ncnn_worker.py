"""ncnn by its Python module, which is all that the wheel has. It has no batches: samples go one after the other."""

from __future__ import annotations

import ncnn
import numpy

from serve import Times, serve, timed


class Ncnn:
    def load(self, model: str, samples: numpy.ndarray, batch: int, threads: int) -> None:
        """`model` is the path of the .param file, whose first layer states the input's size."""
        self._net = ncnn.Net()
        options = self._net.opt
        options.num_threads = threads
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_storage = False
        options.use_packing_layout = True
        options.lightmode = True
        if self._net.load_param(model) or self._net.load_model(model.removesuffix(".param") + ".bin"):
            raise RuntimeError("ncnn can't read the model")
        with open(model) as file:
            first = file.read().splitlines()[2].split()
        sizes = [int(field.split("=")[1]) for field in first[5:]]
        shape = sizes[::-1]
        count = int(numpy.prod(shape))
        self._source = self._net.input_names()[0]
        self._answer = self._net.output_names()[0]
        self._samples = [
            ncnn.Mat(numpy.ascontiguousarray(samples[index * count:(index + 1) * count].reshape(shape))).clone()
            for index in range(batch)]

    def _one(self, sample: ncnn.Mat) -> ncnn.Mat:
        extractor = self._net.create_extractor()
        extractor.input(self._source, sample)
        return extractor.extract(self._answer)[1]

    def _all(self) -> None:
        for sample in self._samples:
            self._one(sample)

    def run(self, milliseconds: int) -> Times:
        return timed(self._all, milliseconds)

    def output(self) -> numpy.ndarray:
        return numpy.stack([numpy.array(self._one(sample)).ravel() for sample in self._samples])


serve(Ncnn())
