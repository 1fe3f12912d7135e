"""onnxruntime with its telemetry off, and with threads and memory set on purpose.

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

from faregate.errors import InvalidInputError

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
    UnicodeDecodeError,  # its message quotes the file
)
"""What onnxruntime raises for a model that it can't open or run; they share no base class."""

__all__ = ["ORT_ERRORS", "first_line", "inference_session", "ort"]


def inference_session(model: bytes, *, threads: int, origin: str) -> ort.InferenceSession:
    """Open a model that was verified, from its bytes.

    `threads` compute one run. They do not spin while idle, since other lanes need the processor.
    The arena and the memory pattern are off: what layers need in between goes back to the
    allocator after each run. Raises `InvalidInputError` for what is no model, or for threads that
    the machine does not have.
    """
    if not 1 <= threads <= (os.cpu_count() or 1):
        raise InvalidInputError(
            "threads",
            f"{threads} inference threads do not fit this machine.",
            remedy=f"Use 1 to {os.cpu_count()}.",
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what goes wrong is raised; a line beside it helps nobody
    try:
        return ort.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
    except ORT_ERRORS as error:
        raise InvalidInputError(
            "model_unreadable",
            f"{origin} is no model that onnxruntime can open: {first_line(error)}.",
            remedy="Get the file from its publisher, or convert it to ONNX anew.",
        ) from error


def first_line(error: Exception) -> str:
    """Give what an error says, without the lines that only developers of the runtime need."""
    return str(error).partition("\n")[0].rstrip(". ")[:300]
