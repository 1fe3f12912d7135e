"""Drawn people: postures of stated body proportions, standing, seated, bent or lying.

Lengths are fractions of the stature, as in `faregate.assist.stance`; the stature is in heights of
the picture.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.assist.posture import (
    ANKLES,
    HEAD,
    HIPS,
    KEYPOINTS,
    KNEES,
    SHOULDERS,
    Box,
    Keypoint,
    Posture,
)

ASPECT: Final = 16 / 9
STATURE: Final = 0.4
_TRUNK, _THIGH, _SHANK, _NECK = 0.288, 0.245, 0.246, 0.12
_ARMS: Final = (
    Keypoint.LEFT_ELBOW,
    Keypoint.RIGHT_ELBOW,
    Keypoint.LEFT_WRIST,
    Keypoint.RIGHT_WRIST,
)
_DEPTH: Final = 0.1
"""Half of how thick a body is."""


def person(
    *,
    x: float = 0.5,
    foot: float = 0.9,
    stature: float = STATURE,
    trunk: float = 0.0,
    thigh: float = 180.0,
    shank: float = 180.0,
    score: float = 0.5,
    hidden: tuple[Keypoint, ...] = (),
) -> Posture:
    """Draw a person whose lowest part is at `foot`.

    Angles are from straight up, clockwise, in degrees: of the trunk from the hips, of the thighs
    from the hips, of the shanks from the knees. Left and right are half a shoulder breadth apart.
    """
    hips = np.zeros(2)
    shoulders = hips + _limb(trunk, _TRUNK)
    head = shoulders + _limb(trunk, _NECK)
    knees = hips + _limb(thigh, _THIGH)
    ankles = knees + _limb(shank, _SHANK)
    joints = {HEAD: head, SHOULDERS: shoulders, HIPS: hips, KNEES: knees, ANKLES: ankles}
    joints[_ARMS] = hips + _limb(trunk, _TRUNK / 2)
    points = np.zeros((KEYPOINTS, 3))
    for parts, middle in joints.items():
        for order, part in enumerate(parts):
            side = 0.02 if order % 2 else -0.02
            points[part] = (middle[0] + side, middle[1], 0.0 if part in hidden else 0.8)
    reach = np.array([hips, shoulders, head, knees, ankles])
    low, high = reach.min(axis=0) - _DEPTH, reach.max(axis=0) + _DEPTH
    place = np.array([x * ASPECT, foot - high[1] * stature])
    points[:, :2] = (points[:, :2] * stature + place) / [ASPECT, 1.0]
    (left, top), (right, bottom) = (
        (corner * stature + place) / [ASPECT, 1.0] for corner in (low, high)
    )
    return Posture(
        points=points.astype(np.float32),
        box=Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom)),
        score=score,
        aspect=ASPECT,
    )


def _limb(angle_deg: float, length: float) -> NDArray[np.float64]:
    angle = math.radians(angle_deg)
    return np.array([math.sin(angle), -math.cos(angle)]) * length


def standing(*, x: float = 0.5, foot: float = 0.9, score: float = 0.5) -> Posture:
    """Draw somebody who stands."""
    return person(x=x, foot=foot, score=score)


def seated(*, x: float = 0.5, foot: float = 0.9) -> Posture:
    """Draw somebody on a chair, from the side."""
    return person(x=x, foot=foot, thigh=90.0, trunk=-10.0)


def lying(*, x: float = 0.5, foot: float = 0.9, score: float = 0.4) -> Posture:
    """Draw somebody who lies across the picture."""
    return person(x=x, foot=foot, trunk=-90.0, thigh=90.0, shank=90.0, score=score)
