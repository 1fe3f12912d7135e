"""Write rendered clips to a file. Never pictures of people from a camera: nothing calls it so."""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError, MachineError

_FRAMES_MAX: Final = 100_000


class ClipCodec(StrEnum):
    """The encoders that may be used: PyAV's wheels also bundle GPL ones, which are left alone."""

    FFV1 = "ffv1"  # lossless
    MJPEG = "mjpeg"  # small


_MJPEG_QUANTIZER: Final = 3
"""From 2 (best) to 31. At 3 a rendered walk-up has 41 dB PSNR, as a good camera's stream has."""
_PIXEL_FORMAT: Final = {ClipCodec.FFV1: "bgr0", ClipCodec.MJPEG: "yuvj444p"}


def write_clip(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    fps: int,
    *,
    codec: ClipCodec = ClipCodec.FFV1,
) -> None:
    """Write (H, W, 3) uint8 RGB frames as a Matroska file; under its name only once complete.

    Raises `InvalidInputError` for no frame or frames of differing size, `MachineError` where the
    folder can't be written.
    """
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise InvalidInputError("clip_empty", "A clip needs a frame.", remedy="Give one or more.")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with av.open(str(partial), "w", format="matroska") as container:
            stream = container.add_stream(codec.value, rate=Fraction(fps))
            stream.height, stream.width = first.shape[:2]
            stream.pix_fmt = _PIXEL_FORMAT[codec]
            if codec is ClipCodec.MJPEG:
                # A fixed quantizer instead of FFmpeg's rate control, which starves moving frames.
                stream.codec_context.qmin = stream.codec_context.qmax = _MJPEG_QUANTIZER
            for count, pixels in enumerate(chain([first], rest)):
                if pixels.shape != first.shape or count >= _FRAMES_MAX:
                    raise InvalidInputError(
                        "clip_frames",
                        f"Frame {count} does not fit the clip.",
                        remedy=f"Give at most {_FRAMES_MAX} frames of one size.",
                    )
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
                picture.pts = count
                picture.time_base = Fraction(1, fps)
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
        partial.replace(path)
    except OSError as error:
        raise MachineError(
            "clip_unwritable",
            f"The clip {path} can't be written: {error.strerror}.",
            remedy="Choose a folder that can be written.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
