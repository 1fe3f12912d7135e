"""From frames to one capture of one person: detect, follow, judge, embed, fuse, wipe."""

from collections.abc import Iterable

from faregate.face.capture import CaptureRejected, FaceCapture, Sight, Zone
from faregate.face.detect import DetectedFace
from faregate.ids import ModelId
from faregate.models.pack import VerifiedPack
from faregate.video.frame import Frame


class Approach:
    """One person walking up to one gate. Not thread-safe; used by one lane.

    The caller ends it with `capture` and `wipe`, or with `wipe` alone.
    """

    @property
    def began_ns(self) -> int | None:
        """`received_ns` of the first face frame in the zone; None before there is one.

        The gate's 50 ms ticks count from here. A change of person sets it anew.
        """
        raise NotImplementedError

    @property
    def fused_ns(self) -> tuple[int, ...]:
        """`received_ns` of each fused frame, oldest first."""
        raise NotImplementedError

    @property
    def fused(self) -> int:
        """How many frames are fused."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Whether `capture` may be called: enough frames fused, or the time limit reached.

        The last frame needed is fused only once the change of view suffices to judge liveness, or
        the limit is reached; so "the first tick with 3 fused frames answers" (message 7) holds.
        """
        raise NotImplementedError

    def add(self, frame: Frame) -> Sight:
        """Look at one more frame and say what became of it."""
        raise NotImplementedError

    def capture(self) -> FaceCapture | CaptureRejected:
        """End the approach: the fused template, or why there is none. Wipes all the rest."""
        raise NotImplementedError

    def wipe(self) -> None:
        """Overwrite all embeddings and crops in place. Calling it again does nothing."""
        raise NotImplementedError


class FacePipeline:
    """The models of one verified pack, opened. Share it between the lanes of one thread."""

    def __init__(self, pack: VerifiedPack, *, threads: int = 1) -> None:
        raise NotImplementedError

    @property
    def model_id(self) -> ModelId:
        """The model that its templates are tied to."""
        raise NotImplementedError

    @property
    def dimension(self) -> int:
        """D: numbers in a template, bytes in its quantized form."""
        raise NotImplementedError

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest first. Finding a face is not knowing whose it is."""
        raise NotImplementedError

    def approach(self, zone: Zone) -> Approach:
        """Begin to look at whoever comes next."""
        raise NotImplementedError

    def enrol(self, frames: Iterable[Frame]) -> FaceCapture | CaptureRejected:
        """Make a reference from a kiosk's clip of one person: liveness, steadiness, quality."""
        raise NotImplementedError
