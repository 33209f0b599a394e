"""ONNX Runtime behind FastAPI and Uvicorn, as most people serve a model: a body of one sample's bytes, and the numbers' bytes back.

    serve_fastapi.py MODEL INPUT SHAPE PORT
"""

import sys

import numpy
import onnxruntime
import uvicorn
from fastapi import FastAPI, Request, Response

MODEL, INPUT, SHAPE, PORT = sys.argv[1:]
app = FastAPI()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
shape = [int(part) for part in SHAPE.split("x")]
sample_bytes = 4 * int(numpy.prod(shape))


@app.post("/v2/models/{name}/infer")
async def infer(name: str, request: Request) -> Response:
    body = await request.body()
    sample = numpy.frombuffer(body[-sample_bytes:], numpy.float32).reshape(shape)
    return Response(session.run(None, {INPUT: sample})[0].tobytes(), media_type="application/octet-stream")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="error", access_log=False)
