"""Portraits to walk up with: two in the public domain, found in installed packages."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError, MachineError
from faregate.scenes.build import AVERAGE, Build
from faregate.scenes.stills import figure

_CHANNELS: Final = 3
_POINTS_SHAPE: Final = (5, 2)
_CORNERS_MIN: Final = 3
_BUILD: Final = (
    1  # what a seed is drawn for besides the colours, whose generator has the seed alone
)
_EYES_MIN_PX: Final = 8.0
"""Below it a still shows no face that anybody would print."""

_REMEDY: Final = "Install the demo extra: pip install 'faregate[demo]'."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Still:
    """A picture (H, W, 3) uint8 RGB with the five points (5, 2) of a face in it."""

    pixels: NDArray[np.uint8] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portrait:
    """A frontal picture of one person, and what in it is the person.

    `pixels` is (H, W, 3) uint8 RGB. `points` is (5, 2) float32 in its pixels: left eye, right eye,
    nose tip, left mouth corner, right mouth corner ("left" is left in the image). `outline` is
    (N, 2) float32, the person's silhouette as a polygon; where it runs along the lower edge of the
    picture the body goes on below. `shown_as` is the only name that anyone is shown.
    """

    shown_as: str
    pixels: NDArray[np.uint8] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)
    outline: NDArray[np.float32] = field(repr=False)
    still: Still | None = field(default=None, repr=False)
    """What an attacker has of the person, where that is not `pixels` itself."""

    build: Build = AVERAGE

    @classmethod
    def from_still(
        cls,
        pixels: NDArray[np.uint8],
        points: NDArray[np.float32],
        *,
        seed: int = 0,
        shown_as: str = "Somebody",
    ) -> Self:
        """Make one of any still (H, W) or (H, W, 3) uint8 RGB with five points (5, 2).

        The silhouette is found near an average one, the clothes are made up, and grey stills are
        coloured (`faregate.scenes.stills` says why); `seed` decides about what is made up.
        Raises `ValueError` for arrays of another shape or eyes that coincide.
        """
        if pixels.ndim not in {_CHANNELS - 1, _CHANNELS} or pixels.shape[2:] not in {(), (3,)}:
            raise ValueError(f"pixels must be (H, W) or (H, W, 3), got {pixels.shape}")
        if points.shape != _POINTS_SHAPE:
            raise ValueError(f"points must be (5, 2), got {points.shape}")
        if not float(np.linalg.norm(points[1] - points[0])) >= _EYES_MIN_PX:
            raise ValueError(f"the eyes must be {_EYES_MIN_PX:g} pixels apart or more")
        made = figure(pixels, points, seed=seed)
        return cls(
            shown_as=shown_as,
            pixels=made.pixels,
            points=made.points,
            outline=made.outline,
            still=Still(pixels=made.shown, points=made.shown_points),
            build=Build.drawn(np.random.default_rng([seed, _BUILD])),
        )

    def as_still(self) -> Still:
        """Give the picture that an attacker prints or shows."""
        return self.still or Still(pixels=self.pixels, points=self.points)

    def __post_init__(self) -> None:
        if self.pixels.ndim != _CHANNELS or self.pixels.shape[2] != _CHANNELS:
            raise ValueError(f"pixels must be (H, W, 3), got {self.pixels.shape}")
        if self.points.shape != _POINTS_SHAPE:
            raise ValueError(f"points must be (5, 2), got {self.points.shape}")
        if self.outline.ndim != len(_POINTS_SHAPE) or len(self.outline) < _CORNERS_MIN:
            raise ValueError(f"outline must be (N, 2), got {self.outline.shape}")


# Read off the pictures by hand. Outlines: GrabCut, then simplified to about a pixel.
_A_POINTS: Final = "203.6,101.2 246.6,103.4 223.6,126 203.6,139.6 247,139.4"
_A_OUTLINE: Final = """
201,23 185,38 163,51 156,58 153,68 154,92 157,104 167,115 170,116 170,121 174,128 182,132 182,147
153,151 140,158 131,167 121,183 118,205 110,206 90,227 76,235 65,246 46,278 40,294 39,306 34,315
26,342 25,374 23,375 19,390 19,410 24,432 23,460 25,478 29,493 37,502 39,511 511,511 501,463
495,452 493,421 486,400 478,384 455,361 436,351 418,345 393,344 364,348 360,344 360,328 357,321
356,302 352,286 340,260 325,245 304,232 303,222 298,212 284,193 256,172 256,163 264,149 266,137
275,134 290,117 296,107 300,92 299,72 296,66 296,58 288,43 276,31 251,19 227,16 212,22
"""
_B_POINTS: Final = "222.8,190 306,186 266,238 228,279 306,277"
_B_OUTLINE: Final = """
218,30 210,41 197,49 181,64 176,73 175,84 160,98 152,115 150,140 153,165 158,178 154,192 156,215
167,247 169,260 162,268 163,278 174,286 191,291 196,303 199,317 190,330 171,340 121,360 96,363
47,387 38,410 30,440 17,526 15,563 10,599 511,599 511,437 507,436 494,396 464,377 422,366 376,343
338,322 333,308 343,296 358,270 367,236 367,227 370,223 375,201 375,188 369,174 371,134 369,129
369,100 365,89 356,86 344,65 335,56 318,44 303,38 296,30 279,25 262,23 235,25
"""


def rider_a() -> Portrait:
    """Give Rider A: a NASA portrait, public domain, as scikit-image ships it.

    Raises `MachineError` where scikit-image is not installed.
    """
    return _installed("Rider A", "skimage", "data/astronaut.png", _A_POINTS, _A_OUTLINE)


def rider_b() -> Portrait:
    """Give Rider B: a US Navy portrait, public domain, as Matplotlib ships it.

    Raises `MachineError` where Matplotlib is not installed.
    """
    picture = "mpl-data/sample_data/grace_hopper.jpg"
    return _installed("Rider B", "matplotlib", picture, _B_POINTS, _B_OUTLINE)


def _installed(shown_as: str, package: str, picture: str, points: str, outline: str) -> Portrait:
    """Read a picture out of a package without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MachineError(
            "portrait_missing", f"{shown_as} comes with {package}, not installed.", remedy=_REMEDY
        )
    path = Path(spec.origin).parent / picture
    try:
        encoded = path.read_bytes()
    except OSError as error:
        raise MachineError(
            "portrait_missing", f"{shown_as} can't be read: {error}.", remedy=_REMEDY
        ) from error
    decoded = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    if decoded is None:
        raise InvalidInputError("portrait_unreadable", f"{path} is no picture.", remedy=_REMEDY)
    return Portrait(
        shown_as=shown_as,
        pixels=decoded.astype(np.uint8, copy=False),
        points=_parsed(points),
        outline=_parsed(outline),
    )


def _parsed(text: str) -> NDArray[np.float32]:
    return np.array([pair.split(",") for pair in text.split()], np.float32)
