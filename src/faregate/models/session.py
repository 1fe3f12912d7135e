"""Inference on buffers of our own, so that nothing of a face outlives its use."""

from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError
from faregate.models.graph import prepared_model, with_open_size
from faregate.models.manifest import AlignedEmbedder, MiniFasNet, YuNet
from faregate.models.pack import VerifiedPack
from faregate.models.runtime import ORT_ERRORS, first_line, inference_session, ort

_FLOAT_TENSOR: Final = "tensor(float)"
_SIZES_MAX: Final = 4
"""Buffers kept at once: one camera's frame and the two sizes of a second look, and one to spare."""


class BoundSession:
    """One ONNX model with one float32 input of one shape, and its buffers. Not thread-safe.

    Write into `input`, call `run`, read `outputs`, then `wipe`: the arrays are the very memory
    that the runtime reads and writes. What layers need in between goes back to the allocator
    after each run, since the runtime's arena and memory pattern are off.

    Opening runs it once on zeros: the first picture is as fast as the second, a model that can't
    run is refused before there is a face, and the outputs' shapes are known.
    """

    def __init__(
        self, session: ort.InferenceSession, input_shape: tuple[int, ...], *, origin: str
    ) -> None:
        given = _only_input(session, input_shape, origin=origin)
        self.input: NDArray[np.float32] = np.zeros(input_shape, np.float32)
        names = [output.name for output in session.get_outputs()]
        try:
            warm = session.run(names, {given.name: self.input})
        except ORT_ERRORS as error:
            raise InvalidInputError(
                "model_run",
                f"{origin} does not run on {input_shape}: {first_line(error)}.",
                remedy="Correct `input_shape` in the manifest, or get another file.",
            ) from error
        if not all(isinstance(one, np.ndarray) and one.dtype == np.float32 for one in warm):
            raise InvalidInputError(
                "model_output",
                f"{origin} gives something else than float32 tensors.",
                remedy="Convert the model's outputs to float32.",
            )
        outputs = {
            name: np.zeros(one.shape, np.float32) for name, one in zip(names, warm, strict=True)
        }
        self._session = session
        self._binding = session.io_binding()
        self._bind(self._binding.bind_input, given.name, self.input)
        for name, output in outputs.items():
            self._bind(self._binding.bind_output, name, output)
        self.outputs: Mapping[str, NDArray[np.float32]] = MappingProxyType(outputs)

    def run(self) -> None:
        """Fill `outputs` from `input`."""
        self._session.run_with_iobinding(self._binding)

    def wipe(self) -> None:
        """Overwrite input and outputs in place."""
        self.input[:] = 0.0
        for output in self.outputs.values():
            output[:] = 0.0

    @staticmethod
    def _bind(bind: ort.IOBinding.bind_input, name: str, array: NDArray[np.float32]) -> None:
        bind(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)


class OpenSizeSession:
    """One ONNX model whose pictures may have any size. Not thread-safe.

    The weights are held once; buffers are held for the sizes used last, four at most.
    """

    def __init__(self, session: ort.InferenceSession, *, origin: str) -> None:
        self._session = session
        self._origin = origin
        self._bound: OrderedDict[tuple[int, ...], BoundSession] = OrderedDict()

    def at(self, input_shape: tuple[int, int, int, int]) -> BoundSession:
        """Give the buffers for one (N, C, H, W). They are lent until the next call."""
        bound = self._bound.get(input_shape)
        if bound is None:
            bound = BoundSession(self._session, input_shape, origin=self._origin)
            self._bound[input_shape] = bound
            if len(self._bound) > _SIZES_MAX:
                self._bound.popitem(last=False)
        self._bound.move_to_end(input_shape)
        return bound

    @property
    def bound(self) -> tuple[BoundSession, ...]:
        """Every set of buffers that is held."""
        return tuple(self._bound.values())


def open_session(
    pack: VerifiedPack, file: YuNet | AlignedEmbedder | MiniFasNet, *, threads: int
) -> BoundSession:
    """Open one file of a verified pack: the very bytes that were hashed, not the path again.

    Raises `InvalidInputError` for a file that is not such a model.
    """
    model = prepared_model(pack.read(file), origin=file.name)
    return BoundSession(
        inference_session(model, threads=threads, origin=file.name),
        file.input_shape,
        origin=file.name,
    )


def open_any_size(pack: VerifiedPack, file: YuNet, *, threads: int) -> OpenSizeSession:
    """Open one file of a verified pack so that height and width of its input are free.

    The file itself names one size; see `with_open_size`. It is tried at that size at once.
    Otherwise as `open_session`.
    """
    model = pack.read(file)
    fixed = inference_session(
        prepared_model(model, origin=file.name), threads=threads, origin=file.name
    )
    given = _only_input(fixed, file.input_shape, origin=file.name)
    opened = with_open_size(model, input_name=given.name, origin=file.name)
    session = OpenSizeSession(
        inference_session(opened, threads=threads, origin=file.name), origin=file.name
    )
    session.at(file.input_shape)
    return session


def _only_input(
    session: ort.InferenceSession, input_shape: tuple[int, ...], *, origin: str
) -> ort.NodeArg:
    """Give the one input, which must be float32 and take `input_shape`."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise InvalidInputError(
            "model_input",
            f"{origin} takes {len(inputs)} inputs, a pack's models take one.",
            remedy="Convert the model to have one input.",
        )
    [given] = inputs
    fits = len(given.shape) == len(input_shape) and all(
        not isinstance(have, int) or have == want
        for have, want in zip(given.shape, input_shape, strict=True)
    )
    if given.type != _FLOAT_TENSOR or not fits:
        raise InvalidInputError(
            "model_input",
            f"{origin} takes {given.type} {given.shape}, its manifest says {input_shape}.",
            remedy="Correct `input_shape` in the manifest.",
        )
    return given
