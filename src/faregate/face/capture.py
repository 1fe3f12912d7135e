"""What looking at a person gives: a sight per frame, then one capture or a reason why not."""

from dataclasses import dataclass, field
from enum import StrEnum

from faregate.face.liveness import Liveness
from faregate.face.template import FaceTemplate


class Sight(StrEnum):
    """What became of one frame of an approach. Ordered as the checks run."""

    NOBODY = "nobody"
    OUTSIDE_ZONE = "outside_zone"  # followed for parallax, never embedded
    SEVERAL_FACES = "several_faces"  # at enrolment alone: a gate looks at the nearest
    ANOTHER_FACE = "another_face"  # the person changed: all was wiped, the approach starts anew
    CUT_OFF = "cut_off"
    TURNED_AWAY = "turned_away"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    FOLLOWED = "followed"  # good enough, and only followed: fused frames keep a distance in time
    FUSED = "fused"  # embedded, and part of the template


class CaptureReason(StrEnum):
    """Why there is no capture. The first that applies is given."""

    NOBODY = "nobody"
    SEVERAL_FACES = "several_faces"  # at enrolment alone: one person sits in front of the kiosk
    ANOTHER_FACE = "another_face"  # at enrolment alone: changed, or the frames disagree
    TOO_FEW_FRAMES = "too_few_frames"
    NOT_LIVE = "not_live"  # at enrolment alone: at a gate `decide` judges liveness


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Plain measures of one face in one frame.

    `sharpness` is the standard deviation of the Laplacian over the face, scaled to 64 pixels
    wide; `brightness` its mean grey from 0 to 255; `turn` how far the nose lies off the middle
    between the eyes, in inter-eye distances (0 is frontal).
    """

    inter_eye_px: float
    sharpness: float
    brightness: float
    turn: float


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
