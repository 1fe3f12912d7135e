"""What might make a single picture say more, tried on development people alone.

Each variant embeds the same faces in another way. It is chosen by cross-validation over people:
the one that misses least on four fifths of them is judged on the last fifth, five times over.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import Comparisons, compare_all
from faregate.bench.face_folder import FaceFolder
from faregate.bench.face_ways import frame_of, middle_face
from faregate.bench.pictures import PictureDefect, read_picture
from faregate.bench.samples import Embedded
from faregate.bench.verification import Measured, Verification, difference, verify_singles
from faregate.face.approach import Models
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.looks import LOOKS_MAX, embed_looks
from faregate.face.template import FaceTemplate, fuse
from faregate.video.frame import Frame

PLAIN: Final = "one upright crop"
LEVEL: Final = 1e-3
"""The false match rate at which variants are compared: enough misses, enough false matches."""

_FOLDS: Final = 5
_SHIFT: Final = 0.05
"""In inter-eye distances: about what the detector's points scatter by."""

_ENLARGED: Final = 2
_MIRRORED: Final = {  # left and right change places
    PointsKind.EYES_NOSE_MOUTH: [1, 0, 2, 4, 3],
    PointsKind.EYE_CORNERS_NOSE: [3, 2, 1, 0, 4],
}

Variant = Callable[[Models, Frame, DetectedFace], FaceTemplate]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRates:
    """What one variant misses, and its misses minus those of `PLAIN`, paired over people."""

    name: str
    fnmr: Mapping[float, Measured]
    gain: Mapping[float, Measured]
    chosen: int
    """In how many of the folds it was the best on the other people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """All of them, and what choosing among them gives on people who were not chosen on."""

    rates: Sequence[VariantRates]
    held_out: float
    held_out_plain: float


def _plain(models: Models, frame: Frame, face: DetectedFace) -> FaceTemplate:
    return models.embedder.embed(frame, face)


def _looks(models: Models, frame: Frame, face: DetectedFace) -> FaceTemplate:
    return embed_looks(models.detector, models.embedder, frame, face, looks=LOOKS_MAX)


def _mirrored(models: Models, frame: Frame, face: DetectedFace) -> FaceTemplate:
    width = frame.pixels.shape[1]
    points = face.points[_MIRRORED[face.points_kind]]
    points[:, 0] = width - 1 - points[:, 0]
    mirror = frame_of(np.ascontiguousarray(frame.pixels[:, ::-1]))
    mirrored = replace(face, points=points)
    return _mean([models.embedder.embed(frame, face), models.embedder.embed(mirror, mirrored)])


def _shifted(models: Models, frame: Frame, face: DetectedFace) -> FaceTemplate:
    step = np.float32(_SHIFT * face.inter_eye_px())
    shifts = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], np.float32) * step
    return _mean(
        [
            models.embedder.embed(frame, replace(face, points=face.points + shift))
            for shift in shifts
        ]
    )


def _enlarged(models: Models, frame: Frame, face: DetectedFace) -> FaceTemplate:
    """Read the points in the whole picture at twice its size, and embed from the picture."""
    large = cv2.resize(
        frame.pixels, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC
    ).astype(np.uint8, copy=False)
    height, width = large.shape[:2]
    found = models.detector.detect(frame_of(large))
    if not found:
        return _plain(models, frame, face)
    nearest = middle_face(found, width=width, height=height)
    points = (nearest.points + np.float32(0.5)) / np.float32(_ENLARGED) - np.float32(0.5)
    return models.embedder.embed(frame, replace(face, points=points))


VARIANTS: Final[Mapping[str, Variant]] = {
    PLAIN: _plain,
    "points read again twice, mean of three": _looks,
    "mirrored as well, mean of two": _mirrored,
    "shifted crops, mean of five": _shifted,
    "points read at twice the size": _enlarged,
}


def _mean(templates: Sequence[FaceTemplate]) -> FaceTemplate:
    mean = fuse(templates)
    for template in templates:
        template.wipe()
    return mean


def embed_variants(
    folder: FaceFolder, models: Models, *, on_picture: Callable[[], None]
) -> Mapping[str, Embedded]:
    """Embed the middle face of each picture in every way. Held in memory; the caller wipes."""
    size = (len(folder.pictures), models.embedder.dimension)
    vectors = {name: np.zeros(size, np.float32) for name in VARIANTS}
    acquired = np.zeros(len(folder.pictures), np.bool_)
    for index, frame, face in _faces(folder, models):
        acquired[index] = True
        for name, variant in VARIANTS.items():
            template = variant(models, frame, face)
            vectors[name][index] = template.vector
            template.wipe()
        on_picture()
    return {
        name: Embedded(
            person=folder.person,
            probes=made,
            references=made,
            acquired=acquired,
            people=len(folder.names),
        )
        for name, made in vectors.items()
    }


def _faces(folder: FaceFolder, models: Models) -> Iterator[tuple[int, Frame, DetectedFace]]:
    for index, path in enumerate(folder.pictures):
        pixels = read_picture(path)
        if isinstance(pixels, PictureDefect):
            continue
        frame = frame_of(pixels)
        height, width = pixels.shape[:2]
        faces = models.detector.detect(frame)
        if faces:
            yield index, frame, middle_face(faces, width=width, height=height)


def compare_variants(
    embedded: Mapping[str, Embedded], weights: NDArray[np.int64], *, level: float = LEVEL
) -> Variants:
    """Measure each, and choose among them by cross-validation. Needs comparisons for `level`."""
    compared = {name: compare_all(made) for name, made in embedded.items()}
    found = {
        name: verify_singles(one, weights, threshold=0.0, levels=(level, level / 10))
        for name, one in compared.items()
    }
    chosen: list[str] = []
    missed, missed_plain, mated = 0.0, 0.0, 0
    for fold in range(_FOLDS):
        here = np.arange(weights.shape[1]) % _FOLDS == fold
        elsewhere = {name: _missed(one, ~here, ~here, level) for name, one in compared.items()}
        best = min(elsewhere, key=lambda name: elsewhere[name][0])
        chosen.append(best)
        lost, number = _missed(compared[best], ~here, here, level)
        missed += lost
        missed_plain += _missed(compared[PLAIN], ~here, here, level)[0]
        mated += number
    counts = Counter(chosen)
    return Variants(
        rates=[_rates(name, one, found[PLAIN], counts[name]) for name, one in found.items()],
        held_out=missed / max(mated, 1),
        held_out_plain=missed_plain / max(mated, 1),
    )


def _rates(name: str, found: Verification, plain: Verification, chosen: int) -> VariantRates:
    return VariantRates(
        name=name,
        fnmr={level: at.fnmr for level, at in found.levels.items()},
        gain={level: difference(at, plain.levels[level]) for level, at in found.levels.items()},
        chosen=chosen,
    )


def _missed(
    comparisons: Comparisons,
    chosen_on: NDArray[np.bool_],
    judged_on: NDArray[np.bool_],
    level: float,
) -> tuple[float, int]:
    """Count misses among `judged_on` people at the threshold that `chosen_on` people give."""
    among = chosen_on[comparisons.one] & chosen_on[comparisons.other]
    alike = comparisons.nonmated[among]
    pictures = np.where(chosen_on, comparisons.acquired, 0)
    total = (int(pictures.sum()) ** 2 - int((pictures**2).sum())) // 2
    allowed = min(int(level * total), len(alike) - 1)
    scores = comparisons.mated[judged_on[comparisons.mated_person]]
    return float((scores <= alike[allowed]).sum()), len(scores)
