"""Find faces and five points with YuNet (Wu et al., Machine Intelligence Research 2023)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.errors import InvalidInputError
from faregate.face.align import crop_onto, similarity_onto
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.scale import scaled_down
from faregate.models.manifest import YuNet
from faregate.models.pack import VerifiedPack
from faregate.models.session import BoundSession, open_any_size
from faregate.video.frame import Frame

_STRIDES: Final = (8, 16, 32)
_HEAD_SIZES: Final = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
_FACES_MAX: Final = 32
_CANDIDATES_MAX: Final = 512

_LOOKS: Final = ((160, 40), (256, 90))
"""Side of an upright square around the face, and pixels between its eyes. The points are read
off the finest grid in the one and off the middle one in the other, so that they err apart."""

_FACE_SHAPE: Final = np.array(
    [(-0.5, -0.49), (0.5, -0.49), (0.0, 0.0), (-0.41, 0.5), (0.41, 0.5)], np.float32
)
"""The five points about their middle, in inter-eye distances: only to turn a face upright, so a
rough face will do."""

_AGAIN_MAX: Final = 0.6
"""Inter-eye distances between the middles of two looks' points; a neighbour's face is further."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Faces before overlapping ones are dropped, in pixels of the model's input.

    `boxes` (N, 4) is left, top, right, bottom; `points` (N, 5, 2); `scores` (N,).
    """

    boxes: NDArray[np.float32]
    points: NDArray[np.float32]
    scores: NDArray[np.float32]


def decode(
    heads: Mapping[str, NDArray[np.float32]], *, width: int, height: int, score_min: float
) -> Candidates:
    """Turn the network's heads into faces.

    A cell of the grid at stride s, column c and row r says: middle ((c, r) + offset) * s, size
    exp(log size) * s, points ((c, r) + offset) * s, score sqrt(class * objectness). What is no
    number, or lies outside the picture, is nobody.
    """
    parts = []
    for stride in _STRIDES:
        cls = heads[f"cls_{stride}"].reshape(-1).clip(0, 1)
        obj = heads[f"obj_{stride}"].reshape(-1).clip(0, 1)
        scores = np.sqrt(cls * obj)
        [keep] = np.nonzero(scores >= score_min)  # so written, NaN is nobody
        rows, columns = np.divmod(keep, width // stride)
        grid = np.stack([columns, rows], axis=1).astype(np.float32)
        # A broken network may give anything; what overflows is dropped below.
        with np.errstate(over="ignore", invalid="ignore"):
            box = heads[f"bbox_{stride}"].reshape(-1, 4)[keep]
            middle = (grid + box[:, :2]) * stride
            half = np.exp(box[:, 2:].clip(max=10)) * (stride / 2)
            points = (heads[f"kps_{stride}"].reshape(-1, 5, 2)[keep] + grid[:, None]) * stride
            boxes = np.hstack([middle - half, middle + half])
        parts.append((boxes, points, scores[keep]))
    boxes, points, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    # Written with `&` of positives, so that NaN and infinity fail.
    here = (
        (boxes[:, :2] < [width, height]).all(axis=1)
        & (boxes[:, 2:] > 0).all(axis=1)
        & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        & np.isfinite(boxes).all(axis=1)
        & (points >= 2 * boxes[:, None, :2] - boxes[:, None, 2:]).all(axis=(1, 2))
        & (points <= 2 * boxes[:, None, 2:] - boxes[:, None, :2]).all(axis=(1, 2))
    )
    boxes, points, scores = boxes[here], points[here], scores[here]
    best = np.argsort(-scores, kind="stable")[:_CANDIDATES_MAX]
    return Candidates(boxes=boxes[best], points=points[best], scores=scores[best])


def without_overlaps(candidates: Candidates, *, overlap_max: float) -> list[int]:
    """Give the indices that stay: best first, each overlapping no better one by more (IoU)."""
    kept: list[int] = []
    boxes = candidates.boxes
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    for index in range(len(boxes)):
        low = np.maximum(boxes[kept, :2], boxes[index, :2])
        high = np.minimum(boxes[kept, 2:], boxes[index, 2:])
        shared = np.prod((high - low).clip(min=0), axis=1)
        overlap = shared / np.maximum(areas[kept] + areas[index] - shared, 1e-6)
        if not (overlap > overlap_max).any():
            kept.append(index)
        if len(kept) == _FACES_MAX:
            break
    return kept


class YuNetDetector:
    """The detector of `permissive-small`.

    A frame larger than the size in the manifest is scaled down to it. The network itself runs at
    the size of what is left, rounded up to its coarsest grid: it costs what the picture has, and
    nothing for a square that most pictures don't fill. The rest of the last cells stays black.
    """

    def __init__(self, pack: VerifiedPack, file: YuNet, *, threads: int) -> None:
        self._file = file
        self._session = open_any_size(pack, file, threads=threads)
        self._check_heads(self._session.at(file.input_shape))

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest first. The network's buffers are wiped."""
        height, width = self._file.input_shape[2:]
        pixels, scale = scaled_down(frame.pixels, width_max=width, height_max=height)
        found = self._candidates(pixels)
        # Each axis by its own scale: a side is a whole number of pixels, one at least.
        scales = np.array(
            [pixels.shape[1] / frame.pixels.shape[1], pixels.shape[0] / frame.pixels.shape[0]],
            np.float32,
        )
        if scale != 1.0:
            pixels[:] = 0
        faces = [
            DetectedFace(
                box=_corners(found.boxes[index] / np.tile(scales, 2)),
                points=(found.points[index] / scales).astype(np.float32),
                score=float(found.scores[index]),
                points_kind=PointsKind.EYES_NOSE_MOUTH,
            )
            for index in without_overlaps(found, overlap_max=self._file.overlap_max)
        ]
        return tuple(sorted(faces, key=DetectedFace.inter_eye_px, reverse=True))

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Find one face anew in two upright squares of other resolution.

        Gives what was found, in the frame's pixels, with the box as it was: at most two faces.
        """
        looks = [
            self._look_closer(frame, face, side=side, inter_eye_px=eyes) for side, eyes in _LOOKS
        ]
        return tuple(look for look in looks if look is not None)

    def _look_closer(
        self, frame: Frame, face: DetectedFace, *, side: int, inter_eye_px: float
    ) -> DetectedFace | None:
        middle = np.float32((side - 1) / 2)
        matrix = similarity_onto(face.points, _FACE_SHAPE * np.float32(inter_eye_px) + middle)
        square = crop_onto(frame.pixels, matrix, (side, side))
        found = self._candidates(square)
        square[:] = 0
        off = np.linalg.norm(found.points.mean(axis=1) - middle, axis=1)
        if not (off < _AGAIN_MAX * inter_eye_px).any():
            return None
        nearest = int(np.argmin(off))
        back = cv2.invertAffineTransform(matrix)
        points = found.points[nearest] @ back[:, :2].T + back[:, 2]
        return DetectedFace(
            box=face.box,
            points=points.astype(np.float32),
            score=float(found.scores[nearest]),
            points_kind=PointsKind.EYES_NOSE_MOUTH,
        )

    def _candidates(self, pixels: NDArray[np.uint8]) -> Candidates:
        """Run the network on (H, W, 3) RGB and wipe its buffers."""
        rows, columns = pixels.shape[:2]
        height, width = _rounded_up(rows), _rounded_up(columns)
        session = self._session.at((1, 3, height, width))
        # RGB to BGR, rows x columns x channels to channels x rows x columns; the rest stays black.
        session.input[0, :, :rows, :columns] = pixels[:, :, ::-1].transpose(2, 0, 1)
        session.run()
        found = decode(session.outputs, width=width, height=height, score_min=self._file.score_min)
        session.wipe()
        return found

    def _check_heads(self, session: BoundSession) -> None:
        """Refuse another network than YuNet before it is decoded."""
        height, width = self._file.input_shape[2:]
        for stride in _STRIDES:
            cells = (height // stride) * (width // stride)
            for head, size in _HEAD_SIZES.items():
                output = session.outputs.get(f"{head}_{stride}")
                if output is None or output.size != cells * size:
                    raise InvalidInputError(
                        "model_output",
                        f"{self._file.name} has no head {head}_{stride} of {cells} x {size}.",
                        remedy="Use a YuNet file of OpenCV's model zoo, 2022 or later.",
                    )


def _rounded_up(side: int) -> int:
    coarsest = _STRIDES[-1]
    return -(-side // coarsest) * coarsest


def _corners(box: NDArray[np.float32]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) for edge in box)
    return left, top, right, bottom
