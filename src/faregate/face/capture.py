"""What looking at a person gives: a sight per frame, then one capture or a reason why not."""

from dataclasses import dataclass, field
from enum import StrEnum

from faregate.face.liveness import Liveness
from faregate.face.pose import Pose
from faregate.face.template import FaceTemplate


class Sight(StrEnum):
    """What became of one frame of an approach. Ordered as the checks run."""

    UNUSABLE_FRAME = "unusable_frame"  # larger than any camera's, or too small to hold a face
    NOBODY = "nobody"
    OUTSIDE_ZONE = "outside_zone"  # followed for parallax, never embedded
    SEVERAL_FACES = "several_faces"  # at enrolment alone: a gate looks at the nearest
    ANOTHER_FACE = "another_face"  # the person changed: all was wiped, the approach starts anew
    CUT_OFF = "cut_off"
    COVERED = "covered"  # the five points are not where a face has them
    TURNED_AWAY = "turned_away"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    FOLLOWED = "followed"  # good enough, and only followed: fused frames keep a distance in time
    FUSED = "fused"  # embedded, and part of the template


class CaptureReason(StrEnum):
    """Why there is no capture. The first that applies is given."""

    UNUSABLE_FRAMES = "unusable_frames"  # all of them
    NOBODY = "nobody"
    SEVERAL_FACES = "several_faces"  # at enrolment alone: one person sits in front of the kiosk
    ANOTHER_FACE = "another_face"  # at enrolment alone: changed, or the frames disagree
    TOO_FAR = "too_far"  # a face was seen, and none in the zone
    TOO_FEW_FRAMES = "too_few_frames"
    CUT_OFF = "cut_off"  # this and the next five: too few, and most of the others had this defect
    COVERED = "covered"
    TURNED_AWAY = "turned_away"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    CHALLENGE = "challenge"  # at enrolment alone: what was asked for was not done
    NOT_LIVE = "not_live"  # at enrolment alone: at a gate `decide` judges liveness


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Measures of one face in one frame, made by `quality.measure_quality`.

    Over the face's box, scaled to 64 x 64: `sharpness` is how much grey bends from pixel to pixel
    in the softest direction, as a share of its contrast (mostly 0.14 to 0.37); `brightness` its
    mean from 0 to 255; `dynamic_range` the entropy of its histogram in bits, 0 to 8; `overexposed`
    the share of pixels that are as good as white; `symmetry` the correlation with its own mirror
    image, -1 to 1. `inter_eye_px` is in pixels of the frame. `score` joins them all, 0 to 100: 100
    is a frame that nothing is wrong with. Of press photographs half have above 84, and one in
    twenty has less than 31 (these ranges: `scripts/measure_quality.py`, 2026-11-24).
    """

    inter_eye_px: float
    sharpness: float
    brightness: float
    dynamic_range: float
    overexposed: float
    symmetry: float
    pose: Pose
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one frame showed of the face that is followed, for prompts and advice.

    `inter_eye_px` is 0 where there was none, and `inter_eye_share` is it as a share of the
    picture's width. Only a face in the zone has a `quality`.
    """

    sight: Sight
    inter_eye_px: float = 0.0
    inter_eye_share: float = 0.0
    quality: Quality | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Where a face must be to be embedded at all: near enough, and in this part of the picture."""

    inter_eye_min_px: float = 40.0
    """dlib's detector starts at faces 80 px wide, which are about 35 px between the eyes."""

    region: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, right, bottom, as fractions of the picture; the middle between the eyes must lie
    in it."""

    def __post_init__(self) -> None:
        left, top, right, bottom = self.region
        if not (0.0 <= left < right <= 1.0 and 0.0 <= top < bottom <= 1.0):
            raise ValueError(f"region must be fractions, left < right, top < bottom: {self.region}")
        if self.inter_eye_min_px <= 0:
            raise ValueError(f"inter_eye_min_px must be positive, got {self.inter_eye_min_px}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceCapture:
    """One person's probe or reference: fused template, and what was seen around it.

    The template's owner is the holder of this capture: call `wipe` when it was used.
    `quality` is that of the worst fused frame; `box` (left, top, right, bottom) is the face in
    the last one, in pixels.
    """

    template: FaceTemplate = field(repr=False)
    quality: Quality
    liveness: Liveness
    box: tuple[float, float, float, float]

    def wipe(self) -> None:
        """Overwrite the template in place."""
        self.template.wipe()


@dataclass(frozen=True, slots=True)
class CaptureRejected:
    """No capture, and why. Nothing of the person is kept."""

    reason: CaptureReason
