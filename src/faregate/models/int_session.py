"""Inference of a network that takes whole-number pictures of any size."""

import os
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError
from faregate.models.manifest import MoveNetMultiPose
from faregate.models.pack import VerifiedPack
from faregate.models.runtime import ort

_INT_TENSOR: Final = "tensor(int32)"
_DIMENSIONS: Final = 4


class IntSession:
    """One ONNX model with one int32 input (1, H, W, 3) and one float32 output. Not thread-safe.

    The runtime keeps no picture: its arena and memory pattern are off, and what layers need in
    between goes back to the allocator after each run.
    """

    def __init__(self, session: ort.InferenceSession, *, origin: str) -> None:
        given, gives = session.get_inputs(), session.get_outputs()
        if (
            [one.type for one in given] != [_INT_TENSOR]
            or len(given[0].shape) != _DIMENSIONS
            or len(gives) != 1
        ):
            raise InvalidInputError(
                "model_input",
                f"{origin} does not take one picture of whole numbers and give one table.",
                remedy="Correct `adapter` in the manifest.",
            )
        self._session = session
        self._given, self._gives = given[0].name, gives[0].name

    def run(self, picture: NDArray[np.int32]) -> NDArray[np.float32]:
        """Give the output for a picture (1, H, W, 3)."""
        [found] = self._session.run([self._gives], {self._given: picture})
        return np.asarray(found, np.float32)


def open_int_session(pack: VerifiedPack, file: MoveNetMultiPose, *, threads: int) -> IntSession:
    """Open one file of a verified pack: the very bytes that were hashed, not the path again.

    `threads` compute one run, and do not spin while idle. Raises `InvalidInputError` for a file
    that is not such a model.
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
    options.log_severity_level = 3
    session = ort.InferenceSession(
        pack.read(file), sess_options=options, providers=["CPUExecutionProvider"]
    )
    return IntSession(session, origin=file.name)
