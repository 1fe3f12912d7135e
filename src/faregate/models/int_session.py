"""Inference of a network that takes whole-number pictures of any size."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError
from faregate.models.graph import prepared_model
from faregate.models.manifest import MoveNetMultiPose
from faregate.models.pack import VerifiedPack
from faregate.models.runtime import inference_session, ort

_INT_TENSOR: Final = "tensor(int32)"
_DIMENSIONS: Final = 4


class IntSession:
    """One ONNX model with one int32 input (1, H, W, 3) and one float32 output. Not thread-safe.

    The runtime keeps no picture: see `inference_session`.
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

    Raises `InvalidInputError` for a file that is not such a model.
    """
    model = prepared_model(pack.read(file), origin=file.name)
    session = inference_session(model, threads=threads, origin=file.name)
    return IntSession(session, origin=file.name)
