"""onnxruntime with its telemetry off.

Builds of onnxruntime carry a client that keeps a session id in the temporary folder and reports
to its maker. A gate reports to nobody, so the switch is set before the library is loaded: later
is too late, the file is written by then.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort  # type: ignore[import-untyped]  # it ships no types
from onnxruntime.capi import (  # type: ignore[import-untyped]  # likewise
    onnxruntime_pybind11_state as _state,
)

ORT_ERRORS: tuple[type[Exception], ...] = (
    _state.EPFail,
    _state.Fail,
    _state.InvalidArgument,
    _state.InvalidGraph,
    _state.InvalidProtobuf,
    _state.NoModel,
    _state.NoSuchFile,
    _state.NotImplemented,
    _state.RuntimeException,
)
"""What onnxruntime raises for a model that it can't open or run; they share no base class."""

__all__ = ["ORT_ERRORS", "ort"]
