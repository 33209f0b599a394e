"""Neural networks whose shapes are known before they run.

    import apus

    model = apus.compile("digits.onnx")         # or apus.load("digits.plan")
    scores = model.run(images)                  # an array of NumPy, read where it lies

Those who come from ONNX Runtime find ``apus.InferenceSession(path).run(names, feeds)``.
"""

from ._apus import version as __version__
from .errors import *
from .errors import __all__ as _errors
from .inference_session import *
from .inference_session import __all__ as _inference_session
from .model import *
from .model import __all__ as _model
from .port import *
from .port import __all__ as _port

__all__ = ["__version__", *_errors, *_inference_session, *_model, *_port]
