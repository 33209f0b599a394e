"""A program that uses everything, for mypy."""

import asyncio
import concurrent.futures
import pathlib
from typing import Any, assert_type

import numpy
from numpy.typing import NDArray

import apus


def compiled(path: pathlib.Path, data: bytes) -> list[apus.Model]:
    return [
        apus.load(path),
        apus.load(data, threads=2, sessions=3, pinned=True),
        apus.compile("model m\ninput x: f32[N]\n", until=["x"], settings={"T": 3}, convolutions="direct"),
        apus.compile(str(path), target=apus.targets()[0], batch=16, weights=path, activation_limit=1 << 20),
    ]


async def answers(model: apus.Model, x: NDArray[numpy.float32]) -> None:
    with model as entered:
        assert_type(entered, apus.Model)
        y: NDArray[numpy.float32] = entered.run(x)
        entered.run({"x": x}, out={"y": y})
        entered.run(x=[1.0, 2.0], out=y)
        assert_type(entered.submit(x), concurrent.futures.Future[Any])
        assert_type(entered.run_async(x), asyncio.Future[Any])
        await entered.run_async(x=x)
    assert_type(model.inputs[0].shape, tuple[int | None, ...])
    assert_type(model.outputs[0].meaning, apus.Meaning)
    assert_type(model.preparation, dict[str, str])
    assert_type(model.encode(), bytes)
    model.save("network.plan")


def as_onnx_runtime(x: NDArray[numpy.float32]) -> list[NDArray[Any]]:
    options = apus.SessionOptions()
    options.intra_op_num_threads = 2
    session = apus.InferenceSession("network.onnx", sess_options=options, providers=["CPUExecutionProvider"])
    assert_type(session.get_inputs()[0].shape, list[int | str])
    try:
        return session.run(None, {session.get_inputs()[0].name: x})
    except apus.InvalidArgumentError as error:
        assert_type(error, apus.InvalidArgumentError)
        raise
