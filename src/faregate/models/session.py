"""Inference on buffers of our own, so that nothing of a face outlives its use."""

import os
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError
from faregate.models.manifest import AlignedEmbedder, MiniFasNet, YuNet
from faregate.models.pack import VerifiedPack
from faregate.models.runtime import ort

_FLOAT_TENSOR = "tensor(float)"


class BoundSession:
    """One ONNX model with one float32 input, and its buffers. Not thread-safe.

    Write into `input`, call `run`, read `outputs`, then `wipe`: the arrays are the very memory
    that the runtime reads and writes. What layers need in between goes back to the allocator
    after each run, since the runtime's arena and memory pattern are off.
    """

    def __init__(
        self, session: ort.InferenceSession, input_shape: tuple[int, ...], *, origin: str
    ) -> None:
        [given] = session.get_inputs()
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
        self.input: NDArray[np.float32] = np.zeros(input_shape, np.float32)
        outputs = {}
        self._session = session
        self._binding = session.io_binding()
        self._bind(self._binding.bind_input, given.name, self.input)
        for output in session.get_outputs():
            # The batch is the one dimension that may be open, and it is always one.
            shape = tuple(size if isinstance(size, int) else 1 for size in output.shape)
            outputs[output.name] = np.zeros(shape, np.float32)
            self._bind(self._binding.bind_output, output.name, outputs[output.name])
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


def open_session(
    pack: VerifiedPack, file: YuNet | AlignedEmbedder | MiniFasNet, *, threads: int
) -> BoundSession:
    """Open one file of a verified pack: the very bytes that were hashed, not the path again.

    `threads` compute one run. They do not spin while idle, since other lanes need the processor.
    Raises `InvalidInputError` for a file that is not such a model.
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
    return BoundSession(session, file.input_shape, origin=file.name)
