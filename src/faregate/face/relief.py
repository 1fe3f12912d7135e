"""Liveness by relief: a bent picture has depth, but no nose.

A print bent round a tube leaves its homography as a head does. But paper bends smoothly, about one
axis at a time, while a nose stands 2 cm out of a face within the breadth of two fingers, and eyes
lie in sockets (Zhuang and Bradtmiller, J. Occup. Environ. Hyg. 2005). So: take out of the motion
that no homography explains (`faregate.face.motion`) also all that a smooth surface could do, and
ask whether what is left is a nose between two eyes.

* A smooth surface, at any time: in every frame anew, a polynomial of third order in x and y, for
  each direction of motion. That covers homographies, curved and twisted sheets, and sheets that
  change their bend while they move. The fourth order of a tube of 6 cm radius, the narrowest that
  shows a face, is half a millimetre in the middle of a face.
* Depth moves all points along one direction at a time, in proportion to their depth: the motion
  left over is of rank one. Its first right singular vector is the depth of each point, up to a
  factor; noise and flicker are of no rank in particular.
* That depth is compared with a nose's and eye sockets', placed by the detector's own five points
  and treated in the same way. By chance they correlate as 1 over the root of the number of windows
  that do not overlap, less ten for the polynomial: 0.2 or a little more.
* What is along the nose must also be coherent over time, as parallax has it, and more than the
  tracker's own error.

What it stops: prints bent to any smooth shape, whole or cut out, flat things too. What it does not:
masks and busts, a print folded along a nose, and a screen that shows a film of a head.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.motion import EYES_PX, POINTS_MIN, FaceMotion, seen_often

_ORDER: Final = 3
_LAG: Final = 2  # as in parallax: a repeated frame repeats its noise
_TURNS: Final = 40
"""Rounds of the power method: where the first singular value is half as large again as the second,
the second is then down to 1e-14 of the first."""

_FLOOR: Final = 0.02 / EYES_PX
"""Motion along the nose that a tracker shows without one: a twentieth of a pixel for one point (as
in parallax), less by averaging over points that do not share their noise."""

_AGREEMENT_MIN: Final = 0.3
"""Half as much again as chance gives. Chosen on rendered clips of people for development; a
policy's rule goes before it."""

_FRAMES_TO_PASS: Final = 12
_FRAMES_TO_REFUSE: Final = 30
_VIEW_TO_REFUSE: Final = 0.02
"""Radians, as in parallax: less change of view shows no head. A head that turns along with the view
shows late that it is one; waiting costs nobody anything but time, since what is not judged does not
pass."""

_NOSE: Final = 0.32
"""Height of the tip over the cheeks beside it, in distances between the eyes: 20 mm of 63 mm."""
_SOCKET: Final = 0.11
"""Depth of the pupils under their surroundings: 7 mm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """How like a head's the depth of one face is, besides what a smooth sheet could show.

    `agreement` is the correlation with a nose and eye sockets, from 0 to 1, taken down where it
    hardly moved. `score` is in 0..1; 0.5 or more means a head. `judged` is false, and the score 0,
    where there was too little to tell.
    """

    agreement: float
    judged: bool
    score: float


UNJUDGED: Final = Relief(agreement=0.0, judged=False, score=0.0)


def measure_relief(motion: FaceMotion) -> Relief:
    """Judge what was followed so far. Changes nothing."""
    frames = len(motion.residuals)
    reference = motion.reference
    if reference is None or frames < _FRAMES_TO_PASS or motion.lost:
        return UNJUDGED
    residuals = np.stack(motion.residuals)
    kept = seen_often(residuals)
    if kept.sum() < POINTS_MIN:
        return UNJUDGED
    points = reference.points[kept].astype(np.float64)
    terms = smooth_terms(points)
    left = _without_smooth(residuals[:, kept], terms)
    nose = expected_relief(points, reference.landmarks.astype(np.float64))
    nose = straightened(nose, terms)
    length = float(np.linalg.norm(nose))
    if length == 0.0:  # no point near a nose or an eye
        return UNJUDGED
    depth, along = _depth(left, nose / length)
    strength = float(np.sqrt(max(0.0, _coherent(along)) / len(points)))
    agreement = abs(float(depth @ nose)) / length * min(1.0, strength / _FLOOR)
    enough = frames >= _FRAMES_TO_REFUSE and motion.baseline() >= _VIEW_TO_REFUSE
    judged = agreement >= _AGREEMENT_MIN or enough
    return Relief(
        agreement=agreement,
        judged=judged,
        score=agreement / (agreement + _AGREEMENT_MIN) if judged else 0.0,
    )


def _without_smooth(
    residuals: NDArray[np.float32], terms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Take out of the motion (T, N, 2) what a smooth sheet could do: `smooth_terms` (N, K).

    Also the mean over time, which holds the reference's own noise. NaN becomes 0.
    """
    seen = np.isfinite(residuals[:, :, 0]).astype(np.float64)
    motion = np.nan_to_num(residuals).astype(np.float64)
    # One small system of normal equations a frame; the terms are orthonormal, so it is a good one.
    system = np.einsum("tn,ni,nj->tij", seen, terms, terms)
    system += 1e-6 * np.eye(terms.shape[1])
    sums = np.einsum("ni,tnc->tic", terms, motion)
    smooth = np.einsum("ni,tic->tnc", terms, np.linalg.solve(system, sums))
    left = (motion - smooth) * seen[:, :, None]
    mean = left.sum(axis=0) / np.maximum(seen.sum(axis=0), 1.0)[:, None]
    without: NDArray[np.float64] = (left - mean) * seen[:, :, None]
    return without


def expected_relief(
    points: NDArray[np.float64], landmarks: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give how far a head stands out at points (N, 2), besides its roundness: nose and sockets.

    In distances between the eyes. `landmarks` (3, 2) are the two eyes and the nose.
    """
    left_eye, right_eye, tip = landmarks
    middle = (left_eye + right_eye) / 2
    across = right_eye - left_eye
    length = max(float(np.linalg.norm(across)), 1.0)
    right = across / length
    down = np.array([-right[1], right[0]])
    x, y = ((points - middle) @ np.stack([right, down], 1) / length).T
    tip_x, tip_y = np.stack([right, down]) @ (tip - middle) / length
    along = y / max(float(tip_y), 0.1)
    # A ridge from between the eyes to the tip, wider as it goes down, ending under the tip.
    ridge = np.clip((along + 0.4) / 1.4, 0, 1) * np.clip((1.45 - along) / 0.45, 0, 1)
    beside = x - tip_x * np.clip(along, 0, 1.5)
    relief: NDArray[np.float64]
    relief = _NOSE * ridge * np.exp(-0.5 * (beside / (0.13 + 0.06 * np.clip(along, 0, 1))) ** 2)
    for side in (-0.5, 0.5):
        relief -= _SOCKET * np.exp(-0.5 * (((x - side) / 0.24) ** 2 + (y / 0.16) ** 2))
    return relief


def smooth_terms(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give orthonormal polynomials (N, K) of third order over points (N, 2)."""
    x, y = ((points - points.mean(axis=0)) / EYES_PX).T
    powers = [x**i * y**j for i in range(_ORDER + 1) for j in range(_ORDER + 1 - i)]
    terms: NDArray[np.float64] = np.linalg.qr(np.stack(powers, axis=1))[0]
    return terms


def straightened(profile: NDArray[np.float64], terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take out of one value a point (N,) what `smooth_terms` (N, K) of these points can do."""
    left: NDArray[np.float64] = profile - terms @ (terms.T @ profile)
    return left


def _depth(
    left: NDArray[np.float64], nose: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the points' depth (N,), of unit length, and the motion along a nose (T, 2).

    The power method starts from the nose, so that it gives the same answer each time.
    """
    rows = left.transpose(0, 2, 1).reshape(-1, left.shape[1])
    depth = nose
    for _ in range(_TURNS):
        turned = rows.T @ (rows @ depth)
        length = float(np.linalg.norm(turned))
        if length == 0.0:
            return np.zeros_like(nose), np.zeros((len(left), 2))
        depth = turned / length
    return depth, (rows @ nose).reshape(-1, 2)


def _coherent(along: NDArray[np.float64]) -> float:
    """Give the mean product of motion (T, 2) with itself some frames on."""
    return float((along[_LAG:] * along[:-_LAG]).sum(axis=1).mean())
