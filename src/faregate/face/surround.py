"""Liveness by the surround: what is seen beside a head stays, what is held in a hand moves.

A gate's camera stands still. Beside and above the head of somebody alive it sees the station, which
does not move in the picture, whatever the head does. Beside the face on a tablet, a phone or a
sheet it sees more of the tablet, the phone or the sheet: a film of a station moves with the hand
that holds it, and so do a bezel and white paper. A hand can't hold still: its sway is 5 mm and more
at a fraction of a hertz, and the tremor on top a few tenths (Elble and Koller, Tremor, 1990).

So: points around the head are followed over a quarter of a second, at one scale of the face, and
the part of them counted that stays where it was. On three sides (left, right, above), because hair,
a hat or somebody passing by may well fill one; the mean of the two best sides counts. Nothing below
the chin is looked at: there is the person's own body, and the hands of somebody who holds a print.

A wall without any texture shows nothing; then this is not judged, and has no say: neither a sign of
life nor of an attack. Nor while the face itself does not move. It stops what shows more than the
face itself: displays with a margin, films, uncut prints. It does not stop a cut-out, a display held
perfectly still by a stand, or one that is hidden behind the face on it. A camera that shakes by
more than `_STILL` of the face makes it refuse people: fix the camera, or leave the cue out by the
policy's rule.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.align import similarity_onto
from faregate.face.detect import DetectedFace
from faregate.face.liveness import Cue, CueKind

_EYES_PX: Final = 24.0
"""Patches have this distance between the eyes: coarse, since what moves by hand moves far. Smaller
faces are passed over."""

_ASIDE: Final = 2.4
_ABOVE: Final = 3.7
_BELOW: Final = 1.0
"""How far a patch reaches from the middle between the eyes, in distances between them: down to
about the mouth."""

_HEAD: Final = 1.4
"""Half the breadth of a head with some hair, in distances between the eyes. The head itself: 75 mm
of 63 mm, that is 1.2 (Zhuang and Bradtmiller, J. Occup. Environ. Hyg. 2005)."""
_RING: Final = 2.0
"""The ring ends here: half the breadth of a tablet or an A4 sheet is 1.3 to 1.7."""
_HIGHER: Final = 1.68
"""A head reaches this much further up from the eyes than to the side: 130 mm, and hair."""
_TOP: Final = -1.2
"""Points higher than this are above the head, lower ones beside it."""

_APART_NS: Final = 250_000_000
"""Between the two looks: long enough that a hand's sway shows, short enough that a head coming
nearer at 1.3 m/s covers only a little of the ring."""
_SPACING_NS: Final = 45_000_000
_GAP_NS: Final = 700_000_000

_STILL: Final = 0.025
"""Of the distance between the eyes: 1.6 mm on the head's distance, or a pixel while the eyes are 40
apart. Meant to lie above what sensor noise and tracking leave, and below a hand's sway."""
_FACE_MOVED: Final = 2 * _STILL

_HAIR: Final = 1.7
_HAIR_PART: Final = (0.3, 1.5)
_HAIR_ASIDE: Final = 0.5
"""Hair and hats move with the face, more or less: they lie 10 cm behind it and turn about the neck.
So out to 1.7 distances between the eyes, 11 cm to the side and 18 cm up, what moves by this part of
the face's motion, give or take half of it aside, is evidence of nothing."""

_POINTS_MAX: Final = 60
_RETURNED_PX: Final = 0.5
_PAIRS_MIN: Final = 6
_PAIRS_MAX: Final = 24
"""Only the last ones count: whoever was alive before does not vouch for what is held up now."""
_SIDE_MIN: Final = 8
_SIDES_MIN: Final = 2

_STATIC_MIN: Final = 0.35
"""Of the points on the two best sides. Beside a head that comes nearer, some are always covered by
it or hang on its outline; around a film, some rest while the hand turns back. Chosen between the
two on rendered clips of people for development; a policy's rule goes before it."""

_WIDTH: Final = round(2 * _ASIDE * _EYES_PX)
_HEIGHT: Final = round((_ABOVE + _BELOW) * _EYES_PX)
_BORDER_PX: Final = 4.0
"""Nothing nearer to the picture's own edge is followed: what lies beyond is made up."""


def _radius(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give how far points (..., 2) of a patch are from the face, in head-shaped rings."""
    x = points[..., 0] / _EYES_PX - _ASIDE
    y = points[..., 1] / _EYES_PX - _ABOVE
    radius: NDArray[np.float64] = np.hypot(x, np.minimum(y, 0) / _HIGHER)
    return radius


_RINGS: Final = _radius(np.dstack(np.meshgrid(np.arange(_WIDTH), np.arange(_HEIGHT))) + 0.5)
_MASK: Final = (((_RINGS > _HEAD) & (_RINGS < _RING)) * 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """A patch (H, W) uint8 around a face, its map (2, 3) from the frame, and what to follow in it.

    `points` (N, 2) float32 are the ring's, `five` (5, 2) the detector's, in pixels of the frame.
    """

    at_ns: int
    patch: NDArray[np.uint8] = field(repr=False)
    to_patch: NDArray[np.float64]
    points: NDArray[np.float32] = field(repr=False)
    five: NDArray[np.float32] = field(repr=False)

    def wipe(self) -> None:
        """Overwrite the picture."""
        self.patch[:] = 0
        self.points[:] = 0
        self.five[:] = 0


class Surround:
    """What the ring around one face did over an approach. Keeps a few small patches, until wiped.

    It counts points: `_pairs` holds, for each pair of looks, how many points there were on the
    three sides and how many of them stayed, (2, 3).
    """

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()
        self._pairs: deque[NDArray[np.int64]] = deque(maxlen=_PAIRS_MAX)

    def add(self, grey: NDArray[np.uint8], face: DetectedFace, *, at_ns: int) -> None:
        """Take one more frame (H, W) uint8 and the face in it. Times must not go back."""
        if face.inter_eye_px() < _EYES_PX:
            return
        if self._looks:
            elapsed_ns = at_ns - self._looks[-1].at_ns
            if elapsed_ns > _GAP_NS:
                self.wipe()
            elif elapsed_ns < _SPACING_NS:
                return
        # The oldest look that is still recent, so that pairs are alike at any frame rate.
        while len(self._looks) > 1 and at_ns - self._looks[1].at_ns >= _APART_NS:
            self._looks.popleft().wipe()
        if self._looks and at_ns - self._looks[0].at_ns >= _APART_NS:
            self._compare(self._looks[0], grey, face)
        self._looks.append(_look(grey, face, at_ns))

    def measure(self) -> Cue:
        """Judge what was seen so far; the measure is the part of the surround that stays."""
        unjudged = Cue(kind=CueKind.SURROUND, score=0.0, judged=False, measure=0.0)
        if len(self._pairs) < _PAIRS_MIN:
            return unjudged
        seen, stayed = np.sum(self._pairs, axis=0)
        sides = seen >= _SIDE_MIN
        if sides.sum() < _SIDES_MIN:
            return unjudged
        static = float(np.sort(stayed[sides] / seen[sides])[-_SIDES_MIN:].mean())
        score = static / (static + _STATIC_MIN)
        return Cue(kind=CueKind.SURROUND, score=score, judged=True, measure=static)

    def wipe(self) -> None:
        """Overwrite the patches in place and forget the approach."""
        for look in self._looks:
            look.wipe()
        self._looks.clear()
        self._pairs.clear()

    def _compare(self, before: _Look, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        """Look at the same part of the picture again and count what stayed."""
        if not len(before.points):
            return
        five = _moved(before.five, before.to_patch)
        moves = similarity_onto(five, _moved(face.points, before.to_patch))
        with_face = _moved(before.points, moves) - before.points
        if np.median(np.linalg.norm(with_face, axis=1)) < _FACE_MOVED * _EYES_PX:
            return
        now = _patch(grey, before.to_patch)
        found, forth = _followed(before.patch, now, before.points)
        returned, back = _followed(now, before.patch, found)
        now[:] = 0
        home = np.linalg.norm(returned - before.points, axis=1) < _RETURNED_PX
        sure = forth & back & home
        moved = found - before.points
        stayed = np.linalg.norm(moved, axis=1) < _STILL * _EYES_PX
        hair = _as_hair_does(moved, with_face) & (_radius(before.points) < _HAIR)
        sure &= stayed | ~hair
        x, y = (before.points / _EYES_PX - (_ASIDE, _ABOVE)).T
        sides = np.stack([(y > _TOP) & (x < 0), (y > _TOP) & (x >= 0), y <= _TOP])
        self._pairs.append(
            np.stack([(sides & sure).sum(axis=1), (sides & sure & stayed).sum(axis=1)])
        )


def _as_hair_does(moved: NDArray[np.float32], with_face: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which points (N, 2) moved about as the face would have moved them."""
    squared = np.maximum((with_face**2).sum(axis=1), 1e-6)
    part = (moved * with_face).sum(axis=1) / squared
    aside = np.linalg.norm(moved - part[:, None] * with_face, axis=1)
    low, high = _HAIR_PART
    near = aside < np.maximum(_HAIR_ASIDE * np.sqrt(squared), _STILL * _EYES_PX)
    hair: NDArray[np.bool_] = near & (part > low) & (part < high)
    return hair


def _look(grey: NDArray[np.uint8], face: DetectedFace, at_ns: int) -> _Look:
    scale = _EYES_PX / face.inter_eye_px()
    x, y = face.eyes().mean(axis=0)
    # Pixel centres are whole numbers.
    left, top = _ASIDE * _EYES_PX - scale * x - 0.5, _ABOVE * _EYES_PX - scale * y - 0.5
    to_patch = np.array([[scale, 0, left], [0, scale, top]], np.float64)
    patch = _patch(grey, to_patch)
    corners = cv2.goodFeaturesToTrack(patch, _POINTS_MAX, 0.02, 4, mask=_MASK, blockSize=5)
    points = np.zeros((0, 2), np.float32)
    if np.size(corners) > 1:  # None where there is none
        points = corners[:, 0].astype(np.float32, copy=False)
        height, width = grey.shape
        low, high = _moved(np.array([(0.0, 0.0), (width - 1.0, height - 1.0)]), to_patch)
        inside = (points > low + _BORDER_PX) & (points < high - _BORDER_PX)
        points = points[inside.all(axis=1)]
    return _Look(
        at_ns=at_ns,
        patch=patch,
        to_patch=to_patch,
        points=points,
        five=face.points.astype(np.float32, copy=True),
    )


def _patch(grey: NDArray[np.uint8], to_patch: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cut out a patch (H, W), smoothed where it gets smaller."""
    height, width = grey.shape
    scale = float(to_patch[0, 0])
    around = 4 / scale  # the reach of the smoothing
    left, top = -to_patch[:, 2] / scale - around
    right, bottom = (np.array([_WIDTH, _HEIGHT]) - to_patch[:, 2]) / scale + around
    x, y = int(np.clip(left, 0, width - 1)), int(np.clip(top, 0, height - 1))
    part = grey[y : max(y + 1, int(bottom) + 1), x : max(x + 1, int(right) + 1)]
    if scale < 1.0:
        part = cv2.GaussianBlur(part, (0, 0), 0.4 / scale).astype(np.uint8, copy=False)
    from_part = to_patch @ np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])
    border = cv2.BORDER_REPLICATE
    patch = cv2.warpAffine(part, from_part, (_WIDTH, _HEIGHT), borderMode=border)
    return patch.astype(np.uint8, copy=False)


def _moved(points: NDArray[np.floating], affine: NDArray[np.float64]) -> NDArray[np.float32]:
    """Move points (N, 2) by an affine map (2, 3)."""
    moved: NDArray[np.float32] = (points @ affine[:, :2].T + affine[:, 2]).astype(np.float32)
    return moved


def _followed(
    one: NDArray[np.uint8], other: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Follow points (N, 2) from one patch to the other: where they are, and which were found."""
    # The stubs want a first guess, but without the flag for it nothing is read from it.
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        one,
        other,
        points,
        points.copy(),
        winSize=(9, 9),
        maxLevel=2,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 15, 0.02),
    )
    return found.astype(np.float32, copy=False), status[:, 0] == 1
