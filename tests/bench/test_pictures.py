"""Stills from anywhere: the right pixels, or one named reason, and never anything else."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from faregate.bench import pictures
from faregate.bench.pictures import FORMATS, PictureDefect, decode_picture, read_picture

SIZE = (60, 48)
RED, GREEN, BLUE = (200, 30, 40), (30, 190, 50), (20, 40, 210)


def flag() -> Image.Image:
    """Draw three fields, no two edges alike, so that every turn shows."""
    image = Image.new("RGB", SIZE, RED)
    image.paste(GREEN, (0, 0, 30, 16))
    image.paste(BLUE, (0, 32, 60, 48))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Give an image as a file of a kind."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(content: bytes) -> NDArray[np.uint8]:
    """Give the picture of a file that has one."""
    pixels = decode_picture(content)
    assert isinstance(pixels, np.ndarray)
    assert str(pixels.dtype) == "uint8"
    assert pixels.shape[2:] == (3,)
    assert pixels.flags["C_CONTIGUOUS"]
    return pixels


def with_orientation(image: Image.Image, kind: str, orientation: int) -> bytes:
    """Save with a word on how the picture lies."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, kind, exif=exif.tobytes())


@pytest.mark.parametrize(
    ("content", "tolerance"),
    [
        pytest.param(saved(flag(), "PNG"), 0, id="png"),
        pytest.param(saved(flag(), "BMP"), 0, id="bmp"),
        pytest.param(saved(flag(), "WEBP", lossless=True), 0, id="webp"),
        pytest.param(saved(flag(), "JPEG", quality=95, subsampling=0), 6, id="jpeg"),
        pytest.param(
            saved(flag(), "JPEG", quality=95, subsampling=0, progressive=True), 6, id="progressive"
        ),
        pytest.param(
            saved(flag().convert("CMYK"), "JPEG", quality=95, subsampling=0), 6, id="CMYK"
        ),
        pytest.param(saved(flag().quantize(8), "PNG"), 2, id="palette"),
        pytest.param(saved(flag().convert("RGBA"), "PNG"), 0, id="alpha, opaque"),
    ],
)
def test_reads_each_format_and_mode(content: bytes, tolerance: int) -> None:
    """The fields have their colours, whatever they were stored as."""
    pixels = read(content)
    assert pixels.shape == (48, 60, 3)
    for (row, column), colour in {(5, 5): GREEN, (24, 50): RED, (42, 5): BLUE}.items():
        assert np.abs(pixels[row, column].astype(int) - colour).max() <= tolerance


def test_grey_becomes_three_equal_channels() -> None:
    """As most face data sets have it."""
    pixels = read(saved(flag().convert("L"), "JPEG"))
    assert (pixels[:, :, 0] == pixels[:, :, 1]).all()
    assert (pixels[:, :, 1] == pixels[:, :, 2]).all()
    assert len(np.unique(pixels[:, :, 0])) >= 3


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    """0x8000 is mid grey; cut off at 255 it would be white."""
    wide = np.linspace(0, 0xFFFF, 64 * 64).astype(np.uint16).reshape(64, 64)
    pixels = read(saved(Image.fromarray(wide), "PNG"))
    np.testing.assert_array_equal(pixels[:, :, 1], wide >> 8)


def test_black_and_white_of_one_bit() -> None:
    """The smallest mode is black and white, not 0 and 1."""
    image = Image.new("1", SIZE)
    image.paste(1, (0, 0, 30, 48))
    assert set(np.unique(read(saved(image, "PNG")))) == {0, 255}


def test_what_is_transparent_is_not_seen() -> None:
    """A face hidden under alpha 0 becomes white, and half transparent is half white."""
    image = flag().convert("RGBA")
    image.putalpha(0)
    assert (read(saved(image, "PNG")) == 255).all()
    image.putalpha(128)
    assert read(saved(image, "PNG"))[42, 5, 0] == pytest.approx((20 + 255) / 2, abs=2)
    grey = flag().convert("L").convert("LA")
    grey.putalpha(0)
    assert (read(saved(grey, "PNG")) == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_stands_upright_as_exif_says(kind: str, orientation: int) -> None:
    """Each of the eight ways, as Pillow's own (slower, and less robust) function turns it."""
    content = with_orientation(flag(), kind, orientation)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("RGB"))
    np.testing.assert_array_equal(read(content), expected)


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_unknown_orientation_is_upright(orientation: int) -> None:
    """Nonsense in EXIF does not cost the picture."""
    np.testing.assert_array_equal(
        read(with_orientation(flag(), "PNG", orientation)), np.asarray(flag())
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture(kind: str) -> None:
    """A film's first frame is a picture like any other."""
    others = [Image.new("RGB", SIZE, BLUE)] * 3
    content = saved(flag(), kind, save_all=True, append_images=others, duration=50)
    assert np.abs(read(content)[5, 5].astype(int) - GREEN).max() <= 40


def png_that_declares(width: int, height: int) -> bytes:
    """Make a few bytes of PNG whose header promises many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg_that_declares(width: int, height: int) -> bytes:
    """Take a JPEG and let its header promise many pixels."""
    content = saved(flag(), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def webp_that_declares(width: int, height: int) -> bytes:
    """Take an animated WebP and let its canvas promise many pixels."""
    content = bytearray(saved(flag(), "WEBP", save_all=True, append_images=[flag().rotate(180)]))
    at = content.index(b"VP8X") + 12
    content[at : at + 6] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(content)


def bmp_that_declares(width: int, height: int) -> bytes:
    """Take a BMP and let its header promise many pixels."""
    content = bytearray(saved(flag(), "BMP"))
    content[18:26] = struct.pack("<ii", width, height)
    return bytes(content)


DECLARING = [png_that_declares, jpeg_that_declares, webp_that_declares, bmp_that_declares]


@pytest.mark.parametrize("declaring", DECLARING)
@pytest.mark.parametrize("side", [7_072, 10_000, 16_383])
def test_a_bomb_is_refused_by_its_header(declaring: Callable[[int, int], bytes], side: int) -> None:
    """From just over 50 megapixels up to where Pillow itself refuses."""
    assert decode_picture(declaring(side, side)) is PictureDefect.TOO_MANY_PIXELS


IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from faregate.bench.pictures import read_picture
read_picture(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in map(Path, sys.argv[2:]):
    print(read_picture(path).value)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """100 megapixels would be 400 MB: in a process of its own, 10 MB suffice for all formats."""
    plain = tmp_path / "plain.png"
    plain.write_bytes(saved(flag(), "PNG"))
    bombs = []
    for declaring in DECLARING:
        bombs.append(tmp_path / declaring.__name__)
        bombs[-1].write_bytes(declaring(10_000, 10_000))
    command = [sys.executable, "-c", IN_LITTLE_MEMORY, str(plain), *map(str, bombs)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert told[:-1] == ["too_many_pixels"] * len(bombs)
    assert int(told[-1]) < 10_000  # KiB


PEAK_OF_ONE = """
import resource, sys
from pathlib import Path
from faregate.bench.pictures import read_picture
assert read_picture(Path(sys.argv[1])).shape == (7_000, 7_000, 3)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
LARGE = {
    "grey.jpg": ("L", "JPEG"),
    "colour.jpg": ("RGB", "JPEG"),
    "print.jpg": ("CMYK", "JPEG"),
    "colour.png": ("RGB", "PNG"),
    "clear.png": ("RGBA", "PNG"),
    "wide.png": ("I;16", "PNG"),
    "colour.webp": ("RGB", "WEBP"),
}
"""No BMP: one of 49 megapixels is larger than `FILE_BYTES_MAX`."""


@pytest.mark.long
@pytest.mark.parametrize("name", LARGE)
def test_what_a_large_still_takes(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """49 blank megapixels, in a process of their own, whose peak holds Python and NumPy too."""
    mode, kind = LARGE[name]
    path = tmp_path / name
    Image.new(mode, (7_000, 7_000)).save(path, kind)
    command = [sys.executable, "-c", PEAK_OF_ONE, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    mebibytes = int(told) // 1024
    record_property(f"reading 49 megapixels, {name}, peak, MiB", mebibytes)
    assert mebibytes < 2_048


@pytest.mark.parametrize(
    ("content", "defect"),
    [
        pytest.param(b"", PictureDefect.NOT_A_PICTURE, id="empty"),
        pytest.param(b"a letter, no picture", PictureDefect.NOT_A_PICTURE, id="text"),
        pytest.param(saved(flag(), "GIF"), PictureDefect.NOT_A_PICTURE, id="not allowed: gif"),
        pytest.param(saved(flag(), "TIFF"), PictureDefect.NOT_A_PICTURE, id="not allowed: tiff"),
        pytest.param(
            saved(flag().resize((39, 39)), "PNG"), PictureDefect.TOO_SMALL, id="a thumbnail"
        ),
        pytest.param(
            saved(flag().resize((4000, 39)), "PNG"), PictureDefect.TOO_SMALL, id="a strip"
        ),
        pytest.param(saved(flag(), "PNG")[:-40], PictureDefect.DAMAGED, id="truncated png"),
        pytest.param(saved(flag(), "JPEG")[:-40], PictureDefect.DAMAGED, id="truncated jpeg"),
        pytest.param(png_that_declares(64, 640), PictureDefect.DAMAGED, id="pixels missing"),
    ],
)
def test_names_what_is_wrong(content: bytes, defect: PictureDefect) -> None:
    """One file for each reason."""
    assert decode_picture(content) is defect


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, a folder, a pipe that nobody writes to, an impossible name; and one too large."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("none", ".", "pipe", "zero\0byte"):
        assert read_picture(tmp_path / name) is PictureDefect.MISSING
    content = saved(flag(), "PNG")
    (tmp_path / "a.jpg").write_bytes(content)  # the name does not count
    assert isinstance(read_picture(tmp_path / "a.jpg"), np.ndarray)
    monkeypatch.setattr(pictures, "FILE_BYTES_MAX", len(content) - 1)
    assert read_picture(tmp_path / "a.jpg") is PictureDefect.FILE_TOO_LARGE


def real_files() -> dict[str, bytes]:
    """Give a file of each kind to be broken, with texture, EXIF and alpha where it has them."""
    noise = np.random.default_rng(1).integers(0, 255, (48, 60, 4), np.uint8)
    image = Image.fromarray(noise)
    exif = Image.Exif()
    exif[0x0112] = 6
    told = {"exif": exif.tobytes()}
    return {
        "jpeg": saved(image.convert("RGB"), "JPEG", **told),
        "progressive": saved(image.convert("RGB"), "JPEG", progressive=True),
        "cmyk": saved(image.convert("CMYK"), "JPEG"),
        "png": saved(image, "PNG", **told),
        "palette": saved(image.convert("P"), "PNG", transparency=3),
        "apng": saved(image, "PNG", save_all=True, append_images=[image.rotate(180)]),
        "webp": saved(image, "WEBP", **told),
        "lossless": saved(image, "WEBP", lossless=True),
        "animated": saved(image, "WEBP", save_all=True, append_images=[image.rotate(180)]),
        "bmp": saved(image.convert("RGB"), "BMP"),
    }


REAL = real_files()


@pytest.mark.parametrize("kind", REAL)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_broken_file_gives_a_picture_or_a_reason(kind: str, data: st.DataObject) -> None:
    """Truncated, bits flipped, bytes overwritten, a part cut out: nothing else ever comes of it.

    No warning leaks either: the tests turn every warning into an error.
    """
    content = bytearray(REAL[kind])
    # Headers are short and matter most, so half of the damage is done there.
    places = st.one_of(st.integers(0, 64), st.integers(0, len(content) - 1))
    for _ in range(data.draw(st.integers(1, 4), "times")):
        at = min(data.draw(places, "at"), max(len(content) - 1, 0))
        match data.draw(st.sampled_from(["flip", "set", "cut out", "truncate"]), "how"):
            case "flip" if content:
                content[at] ^= 1 << data.draw(st.integers(0, 7), "bit")
            case "set" if content:
                content[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4), "bytes")
            case "cut out":
                del content[at : at + data.draw(st.integers(1, 200), "length")]
            case _:
                del content[at:]
    result = decode_picture(bytes(content))
    if isinstance(result, np.ndarray):
        assert result.shape[2:] == (3,)
        assert min(result.shape[:2]) >= pictures.SIDE_MIN_PX
    else:
        assert isinstance(result, PictureDefect)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400), kind=st.sampled_from(sorted(REAL)))
def test_noise_behind_a_true_beginning(content: bytes, kind: str) -> None:
    """A right signature and nonsense behind it."""
    result = decode_picture(REAL[kind][:32] + content)
    assert isinstance(result, np.ndarray | PictureDefect)


def test_the_formats_are_a_short_list() -> None:
    """Whoever adds one adds it to the fuzzed files too."""
    assert {Image.open(BytesIO(content)).format for content in REAL.values()} == set(FORMATS)
