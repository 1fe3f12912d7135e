"""Which way a head is turned, from the five points of a detector and a mean face.

The mean face is turned over a grid of yaw and pitch, seen from afar (weak perspective), and laid
over the points by the similarity that fits best; the turn with the least misfit is taken, between
the grid's lines by a parabola. Roll is the angle of that similarity.

What is known of one frame is the turn against a mean face, so a long nose looks like a head that is
turned down, and people differ by several degrees; the same person's change of pose is known much
better, and that is what a challenge goes by. Tested against rendered heads: see the tests for the
errors that are allowed.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace, PointsKind

_MEAN_FACES: Final = {
    PointsKind.EYES_NOSE_MOUTH: (
        (-0.50, 0.00, 0.00),
        (0.50, 0.00, 0.00),
        (0.00, 0.54, -0.50),
        (-0.42, 0.97, -0.03),
        (0.42, 0.97, -0.03),
    ),
    PointsKind.EYE_CORNERS_NOSE: (
        (-0.70, 0.00, 0.16),
        (-0.30, 0.00, 0.00),
        (0.30, 0.00, 0.00),
        (0.70, 0.00, 0.16),
        (0.00, 0.76, -0.24),
    ),
}
"""x to the image's right, y down, z away from the camera, in distances between the eyes. x and y
are, to a hundredth, the medians of what the two detectors say of LFW-a (600 and 597 development
people, `scripts/measure_mean_face.py`, 2026-11-24). They can't tell the depths: those are assumed,
the tip of the nose 31 mm before the pupils, its base 15 mm, the corners of the mouth 2 mm, and the
outer corners of the eyes 10 mm behind the inner ones. Too deep a nose makes turns look smaller."""

_LOWEST: Final = {
    PointsKind.EYES_NOSE_MOUTH: slice(3, 5),
    PointsKind.EYE_CORNERS_NOSE: slice(4, 5),
}
_HEIGHT_MIN_PX: Final = 1.0
_STEP_DEG: Final = 3.0
_YAW_MAX_DEG: Final = 60.0
_PITCH_MAX_DEG: Final = 45.0
"""Beyond these an eye or the mouth is hidden, and the points are guesses."""

_POINT_DEVIATION: Final = 0.05
_POSE_DEVIATION_DEG: Final = 20.0
"""Points may be off by a twentieth of the eye distance without a turn (turns included, they scatter
by 0.01 to 0.14, `scripts/measure_mean_face.py`); who looks where they go is seldom turned further
than 20 degrees. Together they decide how far a doubtful turn is believed: dlib's points hardly tell
pitch from a long nose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Which way one face is turned in one frame, in degrees, as the image shows it.

    `yaw_deg` is positive where the nose points to the image's right, `pitch_deg` where it points
    down, `roll_deg` where the head leans clockwise. `misfit` is how far the points lie off the mean
    face so turned, root mean square in distances between the eyes: nothing is said about a pose
    that is large, or points that belong to no face. `narrowness` is the distance between the eyes
    over the height from them to the lowest of the five points, which a turn makes smaller.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    misfit: float
    narrowness: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """The mean face at each turn (Y, P, 5), complex (x + iy), centred and of length one."""

    yaws_deg: NDArray[np.float64]
    pitches_deg: NDArray[np.float64]
    shapes: NDArray[np.complex128]
    doubts: NDArray[np.float64]


def estimate_pose(face: DetectedFace) -> Pose:
    """Say which way a face is turned. Points on one spot are a face that looks straight away."""
    grid = _grid(face.points_kind)
    points = face.points[:, 0].astype(np.float64) + 1j * face.points[:, 1]
    points -= points.mean()
    length, eyes = float(np.linalg.norm(points)), face.inter_eye_px()
    if length == 0.0 or eyes == 0.0:
        return Pose(yaw_deg=180.0, pitch_deg=0.0, roll_deg=0.0, misfit=1.0, narrowness=0.0)
    overlaps = grid.shapes.conj() @ (points / length)
    misfits = 1.0 - np.abs(overlaps) ** 2
    in_eyes = (length / eyes) ** 2
    doubts = misfits * in_eyes / _POINT_DEVIATION**2 + grid.doubts
    row, column = np.unravel_index(int(np.argmin(doubts)), doubts.shape)
    return Pose(
        yaw_deg=float(grid.yaws_deg[row]) + _STEP_DEG * _valley(doubts[:, column], int(row)),
        pitch_deg=float(grid.pitches_deg[column]) + _STEP_DEG * _valley(doubts[row], int(column)),
        roll_deg=float(np.degrees(np.angle(overlaps[row, column]))),
        misfit=float(np.sqrt(misfits[row, column] * in_eyes / len(points))),
        narrowness=_narrowness(face),
    )


def _narrowness(face: DetectedFace) -> float:
    left, right = face.eyes()
    across = (right - left) / face.inter_eye_px()
    down = np.array([-across[1], across[0]])
    low = face.points[_LOWEST[face.points_kind]].mean(axis=0)
    height = abs(float((low - (left + right) / 2) @ down))
    return face.inter_eye_px() / max(height, _HEIGHT_MIN_PX)


def _valley(values: NDArray[np.float64], at: int) -> float:
    """Give how far beside `at` a parabola through it and its neighbours is lowest, in steps."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float((before - after) / (2 * bend)) if bend > 0.0 else 0.0


@cache
def _grid(kind: PointsKind) -> _Grid:
    yaws = np.arange(-_YAW_MAX_DEG, _YAW_MAX_DEG + _STEP_DEG, _STEP_DEG)
    pitches = np.arange(-_PITCH_MAX_DEG, _PITCH_MAX_DEG + _STEP_DEG, _STEP_DEG)
    x, y, z = np.array(_MEAN_FACES[kind]).T
    yaw, pitch = np.radians(yaws)[:, None, None], np.radians(pitches)[None, :, None]
    # About the vertical first, as a neck does; z counts away from the camera, so that a nose, at
    # negative z, goes right and down with positive angles.
    across = x * np.cos(yaw) - z * np.sin(yaw)
    away = x * np.sin(yaw) + z * np.cos(yaw)
    down = y * np.cos(pitch) - away * np.sin(pitch)
    shapes = np.broadcast_to(across, down.shape) + 1j * down
    shapes = shapes - shapes.mean(axis=2, keepdims=True)
    shapes /= np.linalg.norm(shapes, axis=2, keepdims=True)
    doubts = (yaws[:, None] ** 2 + pitches[None] ** 2) / _POSE_DEVIATION_DEG**2
    return _Grid(yaws_deg=yaws, pitches_deg=pitches, shapes=shapes, doubts=doubts)
