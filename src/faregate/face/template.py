"""A face embedding, as long as it must be in the clear and no longer."""

from collections.abc import Sequence
from typing import Final, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from faregate.errors import VerificationError
from faregate.ids import ModelId

_UNIT_TOLERANCE: Final = 1e-3
_INT8_MAX: Final = 127


class FaceTemplate:
    """One face embedding, of unit length, tied to the model that made it.

    Owns `vector` ((D,) float32, taken over, not copied) until `wipe`. Not a dataclass on purpose:
    `dataclasses.asdict` would copy the vector.
    """

    __slots__ = ("_model_id", "_vector")

    def __init__(self, model_id: ModelId, vector: NDArray[np.float32]) -> None:
        if vector.ndim != 1 or vector.dtype != np.float32:
            raise ValueError(f"vector must be (D,) float32, got {vector.shape} {vector.dtype}")
        length = float(np.linalg.norm(vector))
        if not abs(length - 1.0) <= _UNIT_TOLERANCE:  # so written, NaN fails too
            raise ValueError(f"template must have unit length, got {length:.4f}")
        self._model_id = model_id
        self._vector = vector

    @property
    def model_id(self) -> ModelId:
        """The model that made it: templates of different models can't be compared."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """How many numbers it has: the length in bytes of its quantized form T."""
        return int(self._vector.shape[0])

    @property
    def vector(self) -> NDArray[np.float32]:
        """The (D,) vector itself, not a copy; all zero after `wipe`."""
        return self._vector

    def similarity(self, other: "FaceTemplate") -> float:
        """Cosine similarity, from -1 to 1. A similarity is not a probability.

        After `wipe` it is 0. Raises `ValueError` for a template of another model.
        """
        if other.model_id != self.model_id:
            raise ValueError(f"cannot compare {self.model_id} with {other.model_id}")
        return float(self._vector @ other.vector)

    def quantize_into(self, buffer: memoryview) -> None:
        """Write T, the form that is sealed and committed to: int8, D bytes, into `buffer`.

        The scale is 127 / max|v|, so that the largest component uses all of int8. It need not be
        kept: a cosine does not depend on it, and `from_quantized` makes the length one again.
        Rounding by half a step at most changes a similarity by less than max|v| / 440 in standard
        deviation (a step is max|v| / 127, and evenly spread errors deviate by a step over the root
        of 12): 5e-4 where the largest component is a fifth. With a fixed scale of 127 it would be
        1 / 440. Raises `ValueError` for a buffer of another length, or a wiped template.
        """
        if buffer.nbytes != self.dimension or buffer.readonly:
            raise ValueError(f"buffer must be writable and {self.dimension} bytes long")
        # Without np.abs: its copy of the vector would be released as it is.
        largest = max(float(self._vector.max()), -float(self._vector.min()))
        if largest == 0.0:
            raise ValueError("the template was wiped")
        scaled = self._vector * np.float32(_INT8_MAX / largest)
        np.rint(scaled, out=scaled)
        np.copyto(np.frombuffer(buffer, dtype=np.int8), scaled, casting="unsafe")
        scaled[:] = 0.0

    @classmethod
    def from_quantized(cls, model_id: ModelId, buffer: memoryview) -> Self:
        """Read T back into a template of unit length.

        The buffer stays the caller's, to wipe. Raises `VerificationError` for bytes that no
        template has: without any direction.
        """
        vector = np.frombuffer(buffer, dtype=np.int8).astype(np.float32)
        length = np.linalg.norm(vector)
        if length == 0.0:
            raise VerificationError("template_empty", "The template holds no direction.")
        vector /= length
        return cls(model_id, vector)

    def wipe(self) -> None:
        """Overwrite the vector in place. `del` alone leaves it readable in memory."""
        self._vector[:] = 0.0

    def __repr__(self) -> str:
        return f"FaceTemplate({self._model_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a face template leaves memory only sealed")


def fuse(templates: Sequence[FaceTemplate]) -> FaceTemplate:
    """Give the mean direction of templates of one model, as a new template.

    They stay the caller's, to wipe; no further copy of any is made, for nobody would wipe it.
    Raises `ValueError` for none, for templates of different models, and for wiped ones.
    """
    first, *others = templates
    if any(other.model_id != first.model_id for other in others):
        raise ValueError("templates of different models have no mean")
    total = first.vector.copy()
    for other in others:
        total += other.vector
    length = np.linalg.norm(total)
    if length > 0.0:
        total /= length
    return FaceTemplate(first.model_id, total)
