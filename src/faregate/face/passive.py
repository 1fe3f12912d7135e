"""Liveness by a network's opinion about single pictures, over the frames of one probe.

It can only refuse. Its answer hangs on things that have nothing to do with life, most of all on
whether the camera gives colour: of grey pictures of people, one each of 300 development people of
LFW-a, MiniFASNet takes 297 for attacks (`tests/face/test_minifasnet.py` at length, 2026-11-24).
Where its opinion counts, a site tries it on its own living riders first.
"""

from faregate.face.detect import DetectedFace
from faregate.face.liveness import Cue, CueKind
from faregate.face.minifasnet import MiniFasNets
from faregate.video.frame import Frame


class PassiveOpinion:
    """What the networks of one pack think of one face. They are lent, not owned.

    The cue's measure is the mean of their scores, from 0 to 1, over the frames looked at.
    """

    def __init__(self, networks: MiniFasNets) -> None:
        self._networks = networks
        self._scores: list[float] = []

    def add(self, frame: Frame, face: DetectedFace) -> None:
        """Look at one frame."""
        self._scores.append(self._networks.score(frame, face))

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = bool(self._scores)
        mean = sum(self._scores) / len(self._scores) if judged else 0.0
        return Cue(kind=CueKind.PASSIVE, score=mean, judged=judged, measure=mean)

    def wipe(self) -> None:
        """Forget the approach."""
        self._scores.clear()
