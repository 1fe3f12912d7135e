"""Find faces and five points with YuNet (Wu et al., Machine Intelligence Research 2023)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.scale import scaled_down
from faregate.models.manifest import YuNet
from faregate.models.pack import VerifiedPack
from faregate.models.session import open_session
from faregate.video.frame import Frame

_STRIDES: Final = (8, 16, 32)
_FACES_MAX: Final = 32
_CANDIDATES_MAX: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Faces before overlapping ones are dropped, in pixels of the model's input.

    `boxes` (N, 4) is left, top, right, bottom; `points` (N, 5, 2); `scores` (N,).
    """

    boxes: NDArray[np.float32]
    points: NDArray[np.float32]
    scores: NDArray[np.float32]


def decode(
    heads: dict[str, NDArray[np.float32]], *, width: int, height: int, score_min: float
) -> Candidates:
    """Turn the network's heads into faces.

    A cell of the grid at stride s, column c and row r says: middle ((c, r) + offset) * s, size
    exp(log size) * s, points ((c, r) + offset) * s, score sqrt(class * objectness).
    """
    parts = []
    for stride in _STRIDES:
        cls = heads[f"cls_{stride}"].reshape(-1).clip(0, 1)
        obj = heads[f"obj_{stride}"].reshape(-1).clip(0, 1)
        scores = np.sqrt(cls * obj)
        rows, columns = np.mgrid[: height // stride, : width // stride].reshape(2, -1)
        grid = np.stack([columns, rows], axis=1).astype(np.float32)
        keep = scores >= score_min
        grid, scores = grid[keep], scores[keep]
        box = heads[f"bbox_{stride}"].reshape(-1, 4)[keep]
        middle = (grid + box[:, :2]) * stride
        half = np.exp(box[:, 2:].clip(max=10)) * (stride / 2)
        points = (heads[f"kps_{stride}"].reshape(-1, 5, 2)[keep] + grid[:, None]) * stride
        parts.append((np.hstack([middle - half, middle + half]), points, scores))
    boxes, points, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    best = np.argsort(-scores)[:_CANDIDATES_MAX]
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
    """The detector of `permissive-small`. A larger frame is scaled down to the model's input."""

    def __init__(self, pack: VerifiedPack, file: YuNet, *, threads: int) -> None:
        self._file = file
        self._session = open_session(pack, file, threads=threads)

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest first. The network's buffers are wiped."""
        height, width = self._file.input_shape[2:]
        pixels, scale = scaled_down(frame.pixels, width_max=width, height_max=height)
        rows, columns = pixels.shape[:2]
        # RGB to BGR, rows x columns x channels to channels x rows x columns; the rest stays black.
        self._session.input[0, :, :rows, :columns] = pixels[:, :, ::-1].transpose(2, 0, 1)
        self._session.run()
        found = decode(
            dict(self._session.outputs),
            width=width,
            height=height,
            score_min=self._file.score_min,
        )
        self._session.wipe()
        faces = [
            DetectedFace(
                box=_corners(found.boxes[index] / scale),
                points=(found.points[index] / scale).astype(np.float32),
                score=float(found.scores[index]),
                points_kind=PointsKind.EYES_NOSE_MOUTH,
            )
            for index in without_overlaps(found, overlap_max=self._file.overlap_max)
        ]
        return tuple(sorted(faces, key=DetectedFace.inter_eye_px, reverse=True))


def _corners(box: NDArray[np.float32]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) for edge in box)
    return left, top, right, bottom
