"""Liveness by parallax: a flat picture of a face moves as a plane does, a head does not.

A nose 2 cm before the cheeks leaves the homography of the face's plane as soon as the view turns by
a degree or two, which walking up to a camera does by itself. `faregate.face.motion` gives what the
homography leaves over; here it is asked whether that is more than noise:

* The power of the residual is the product of residuals two frames apart: tracking noise of
  different frames is independent and averages to zero there, depth does not. The reference's own
  noise is the same in all frames and falls out with the mean over time.
* The median over the points of the face: a finger, a lamp's reflection or a few bad corners cannot
  make depth, and a head has it everywhere. What two of its standard errors could explain does not
  count: the points' scatter knows moire, compression and a poor camera without being told.

What it stops: flat, rigid pictures, on paper or on a screen. What it does not: a bent or folded
print (see `faregate.face.relief`), a mask, a bust, a screen that shows a film of a head. It is one
cue of several, and certifies nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.motion import EYES_PX, POINTS_MIN, FaceMotion, seen_often

_LAG: Final = 2
"""Frames between the two residuals of a product. Not 1: a camera or encoder that repeats a frame
repeats its noise."""

_FLOOR: Final = 0.05 / EYES_PX
"""A residual that a plane may well show: a twentieth of a pixel, about what pyramidal Lucas-Kanade
reaches at best on real texture. Half of the points of a face stand a tenth of the eye distance
(6 mm) or more off its best plane: where the view turns by 2 degrees, they move three times this."""

_STANDARD_ERRORS: Final = 2.0
_MAD_TO_DEVIATION: Final = 1.4826  # of a normal distribution
_MEDIAN_ERROR: Final = 1.2533  # the same: standard error of the median over that of the mean
_POINTS_PER_WINDOW: Final = 3.0
"""Tracking windows overlap, so that about this many points share their noise."""

_FRAMES_TO_PASS: Final = 8
_FRAMES_TO_REFUSE: Final = 22
_VIEW_TO_REFUSE: Final = 0.02
"""Radians. At this much change of view a head shows 1.6 times the floor. One that turns along to
keep looking at the camera shows less, and needs the frames up to `_FRAMES_TO_REFUSE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallax:
    """How unlike a plane one face moved.

    `residual` is the coherent motion that no homography explains, and `baseline` (radians) how much
    the view is known to have changed; both are standard deviations over time, `residual` as a
    fraction of the distance between the eyes. `frames` were compared. `score` is in 0..1; 0.5 or
    more means that the face has depth. `judged` is false, and the score 0, where there was too
    little to tell or the face was lost from sight: that is never a sign of life.
    """

    residual: float
    baseline: float
    frames: int
    judged: bool
    score: float


def measure_parallax(motion: FaceMotion) -> Parallax:
    """Judge what was followed so far. Changes nothing."""
    frames = len(motion.residuals)
    if frames < _FRAMES_TO_PASS or motion.lost:
        return Parallax(residual=0.0, baseline=0.0, frames=frames, judged=False, score=0.0)
    power, error = _coherent(np.stack(motion.residuals))
    boundary = _FLOOR**2 + _STANDARD_ERRORS * error
    baseline = motion.baseline()
    enough = frames >= _FRAMES_TO_REFUSE and baseline >= _VIEW_TO_REFUSE
    judged = power >= boundary or enough
    return Parallax(
        residual=float(np.sqrt(power)),
        baseline=baseline,
        frames=frames,
        judged=judged,
        score=power / (power + boundary) if judged else 0.0,
    )


def _coherent(residuals: NDArray[np.float32]) -> tuple[float, float]:
    """Give the power of the residuals (T, N, 2) that frames agree on, and its standard error.

    Where too few points were seen often enough the power is 0 and its error infinite.
    """
    kept = seen_often(residuals)
    if kept.sum() < POINTS_MIN:
        return 0.0, float("inf")
    moved = residuals[:, kept] - np.nanmean(residuals[:, kept], axis=0)
    products = np.nanmean((moved[_LAG:] * moved[:-_LAG]).sum(axis=2), axis=0)
    power = max(0.0, float(np.median(products)))
    # Noise scatters the products of the points; the median's standard error follows from that.
    scatter = _MAD_TO_DEVIATION * float(np.median(np.abs(products - np.median(products))))
    return power, _MEDIAN_ERROR * scatter / float(np.sqrt(kept.sum() / _POINTS_PER_WINDOW))
