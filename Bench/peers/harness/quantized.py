"""A network in 8 bits with its files: for us and for those who read ONNX of apus-quantize, for LiteRT of TensorFlow's converter."""

from __future__ import annotations

import gzip
import os
import pathlib

import numpy

from harness import workshop
from harness.worker import Worker
from harness.workshop import FLOATS, RUNTIMES, VARIANTS, Runtime, Subject


class QuantizedSubject(Subject):
    """A network in 8 bits, in single precision where ``workshop.FLOATS`` is asked. Both ways of quantizing see the same samples."""

    def __init__(self, source: pathlib.Path, name: str, data: pathlib.Path | None, count: int):
        """
        data: the folder of MNIST; without it the network is calibrated by numbers such as those that it is asked.
        count: samples to calibrate by, those that apus-quantize holds out among them.
        """
        super().__init__(source, name)
        self._images = None if data is None else mnist_images(data)
        self._count = count
        self._integers = self.folder / "integers.apus"
        self._onnx = self.folder / "integers.onnx"
        workshop.run([
            workshop.TOOLS / "apus-quantize", self.model, "--data", data or self._written(), "--samples", count,
            "-o", self._integers])
        workshop.run([workshop.TOOLS / "apus-export", self._integers, "-o", self._onnx])

    def numbers(self, batch: int) -> numpy.ndarray:
        """Images of MNIST from its end, where its network is asked, else as others are asked."""
        return super().numbers(batch) if self._images is None else self._images[-batch:]

    def load(self, worker: Worker, batch: int, threads: int) -> None:
        """Gets a worker ready for this network in 8 bits."""
        if worker.name in (VARIANTS[0].name, FLOATS):
            plan = self.plan(VARIANTS[0], batch) if worker.name == FLOATS else workshop.compile_plan(
                self._integers, self.folder / f"integers-{batch}.plan", batch)
            worker.load(plan, self.samples(batch, False), batch, threads)
            return
        runtime = next(runtime for runtime in RUNTIMES if runtime.name == worker.name)
        worker.load(self.peer_model(runtime, batch), self.samples(batch, runtime.suffix == ".tflite"), batch, threads)

    def peer_model(self, runtime: Runtime, batch: int) -> pathlib.Path:
        """The model of LiteRT, ONNX Runtime or OpenVINO in 8 bits. Those that are there already are of this run."""
        path = self.folder / f"integers-{batch}{runtime.suffix}"
        if path.exists() and path.stat().st_mtime > self._integers.stat().st_mtime:
            return path
        if runtime.suffix == ".onnx":
            from exporters.onnx_quantized import export as export_onnx
            export_onnx(self._onnx, batch, path)
        else:
            with workshop.quiet():
                from exporters.tflite_model import export as export_tflite
                export_tflite(self.network, batch, path, self._calibration())
        return path

    def _calibration(self) -> numpy.ndarray:
        """The samples to calibrate by: the first of MNIST, or numbers from 0 to 1 other than those that are asked."""
        if self._images is not None:
            return self._images[:self._count]
        return numpy.random.default_rng(11).random((self._count, *self.network.input_shape), numpy.float32)

    def _written(self) -> pathlib.Path:
        """These samples as a data set. Targets say nothing of ranges: they are the samples themselves, or classes in turn."""
        folder = self.folder / "calibration"
        folder.mkdir(exist_ok=True)
        samples, shape = self._calibration(), self.network.output_shape
        classes = numpy.arange(self._count) % shape[0]
        numpy.save(folder / "x.npy", samples)
        numpy.save(folder / "y.npy", samples if shape == self.network.input_shape else classes)
        return folder


def mnist_folder() -> pathlib.Path:
    """Where MNIST is: APUS_DATA/mnist, or data/mnist."""
    folder = pathlib.Path(os.environ.get("APUS_DATA", workshop.PROJECT / "data")) / "mnist"
    if not folder.exists():
        raise SystemExit(f"there is no {folder}: run Tools/fetch-data mnist, or set APUS_DATA")
    return folder


def mnist_images(folder: pathlib.Path) -> numpy.ndarray:
    """The training images as [60000, 1, 28, 28] from 0 to 1. An IDX file of images has a header of 16 bytes."""
    name = "train-images-idx3-ubyte"
    plain = folder / name
    content = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return numpy.frombuffer(content, numpy.uint8, offset=16).reshape(-1, 1, 28, 28).astype(numpy.float32) / 255
