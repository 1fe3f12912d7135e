"""Read stills from a folder that nobody vouches for: a picture, or one named reason why not."""

import struct
import warnings
import zlib
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from faregate.errors import MachineError

if TYPE_CHECKING:
    from PIL import Image

FORMATS: Final = ("JPEG", "PNG", "WEBP", "BMP")
"""What is read, by content, whatever the file's name. Pillow knows some forty more, among them
ones that run other programs (EPS) and ones that rarely are anybody's face."""

FILE_BYTES_MAX: Final = 64 * 2**20
"""A 50-megapixel PNG of a photo is about this large; the whole file is held while it is read."""

PIXELS_MAX: Final = 50_000_000
"""What the better phones take. A process that reads 49 megapixels needs 0.5 to 1.1 GiB at its peak,
by format and mode, besides the file itself (`tests/bench/test_pictures.py` at length, 2026-11-24):
Pillow holds four bytes a pixel, twice while it converts."""

SIDE_MIN_PX: Final = 40
"""The least distance between the eyes at a gate: no face in a smaller picture could be used."""

_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow's parsers raise for broken files. It promises none of them, so the list is wide; the
fuzz tests look for more."""

_ORIENTATION: Final = 0x0112
_STEPS: Final = {
    1: (1, 1),
    2: (1, -1),
    3: (-1, -1),
    4: (-1, 1),
    5: (1, 1),
    6: (1, -1),
    7: (-1, -1),
    8: (-1, 1),
}
"""Down and across, by EXIF's orientation."""

_SWAPPED_FROM: Final = 5
_WIDE_GREY: Final = frozenset({"I", "I;16", "I;16L", "I;16B", "I;16N"})
_WHITE: Final = (255, 255, 255)


class PictureDefect(StrEnum):
    """Why a file gives no picture. Ordered as the checks run; the first that applies is given."""

    MISSING = "missing"  # not there, not a file, or not to be read
    FILE_TOO_LARGE = "file_too_large"
    NOT_A_PICTURE = "not_a_picture"  # of none of `FORMATS`, or its header can't be read
    TOO_MANY_PIXELS = "too_many_pixels"  # as the header says: nothing was decoded
    TOO_SMALL = "too_small"
    DAMAGED = "damaged"  # truncated, or broken behind the header


def read_picture(path: Path) -> NDArray[np.uint8] | PictureDefect:
    """Give the picture of a file, (H, W, 3) uint8 RGB, or why there is none.

    Upright as its EXIF says; grey, palettes, 16 bit and CMYK become RGB; transparent parts become
    white, so that nothing hidden is seen; of several pictures the first. Colour profiles are passed
    over. At most `FILE_BYTES_MAX` are read and `PIXELS_MAX` decoded.

    Raises `MachineError` where Pillow is not installed.
    """
    content = _content(path)
    return content if isinstance(content, PictureDefect) else decode_picture(content)


def decode_picture(content: bytes) -> NDArray[np.uint8] | PictureDefect:
    """Give the picture in a file's bytes, as `read_picture` does."""
    with warnings.catch_warnings():
        # Pillow warns of what is judged here: large pictures, odd EXIF, odd transparency.
        warnings.simplefilter("ignore")
        try:
            opened = _opened(content)
        except _DAMAGE:
            return PictureDefect.NOT_A_PICTURE
        if isinstance(opened, PictureDefect):
            return opened
        with opened as image:
            try:
                return _upright(image)
            except _DAMAGE:
                return PictureDefect.DAMAGED


def _content(path: Path) -> bytes | PictureDefect:
    try:
        if not path.is_file():
            return PictureDefect.MISSING
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError):  # ValueError: a zero byte in the name
        return PictureDefect.MISSING
    return PictureDefect.FILE_TOO_LARGE if len(content) > FILE_BYTES_MAX else content


def _opened(content: bytes) -> "Image.Image | PictureDefect":
    """Read the header, and no pixel."""
    try:
        from PIL import Image  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MachineError(
            "pillow_missing",
            "Pictures are read with Pillow, which is not installed.",
            remedy="Install the bench extra: pip install 'faregate[bench]'.",
        ) from error
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        return PictureDefect.TOO_MANY_PIXELS
    width, height = image.size
    if width * height > PIXELS_MAX:
        return PictureDefect.TOO_MANY_PIXELS
    if min(width, height) < SIDE_MIN_PX:
        return PictureDefect.TOO_SMALL
    return image


def _upright(image: "Image.Image") -> NDArray[np.uint8]:
    image.load()
    orientation = _orientation(image)
    return np.ascontiguousarray(_turned(_colours(image), orientation))


def _colours(image: "Image.Image") -> NDArray[np.uint8]:
    """Give (H, W, 3) uint8 RGB of a loaded picture of any mode."""
    if image.mode in _WIDE_GREY:
        # Pillow's own conversion cuts off at 255 instead of scaling.
        wide = np.asarray(image).astype(np.int64, copy=False)
        return np.repeat((wide.clip(0, 0xFFFF) >> 8).astype(np.uint8)[:, :, None], 3, axis=2)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)
    from PIL import Image  # noqa: PLC0415 - an extra

    clear = image.convert("RGBA")
    opaque = Image.new("RGB", clear.size, _WHITE)
    opaque.paste(clear, mask=clear.getchannel("A"))
    return np.asarray(opaque, dtype=np.uint8)


def _orientation(image: "Image.Image") -> int:
    """Give how EXIF says that the picture lies, 1 to 8; 1, upright, where it says nothing."""
    try:
        told = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        return 1  # the pixels are fine all the same
    return told if isinstance(told, int) else 1


def _turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn as EXIF 2.3 has it; the ways from 5 on swap rows and columns first."""
    if orientation not in _STEPS:
        return pixels
    down, across = _STEPS[orientation]
    swapped = pixels.transpose(1, 0, 2) if orientation >= _SWAPPED_FROM else pixels
    return swapped[::down, ::across]
