"""The networks' opinions are averaged over the frames of a probe, and forgotten with it."""

from dataclasses import dataclass

import numpy as np
import pytest

from fakes.walkups import NOON
from faregate.face.detect import DetectedFace
from faregate.face.liveness import CueKind
from faregate.face.minifasnet import MiniFasNets
from faregate.face.passive import PassiveOpinion
from faregate.ids import CameraId
from faregate.video.frame import Frame

FRAME = Frame(CameraId("lane-1"), NOON, 0, np.zeros((4, 4, 3), np.uint8))
FACE = DetectedFace((0.0, 0.0, 4.0, 4.0), np.zeros((5, 2), np.float32), 1.0)


@dataclass
class Saying(MiniFasNets):
    """A network that says what it is told to."""

    scores: list[float]

    def score(self, frame: Frame, face: DetectedFace) -> float:
        """Say the next."""
        assert (frame, face) == (FRAME, FACE)
        return self.scores.pop(0)


def asked(*scores: float) -> PassiveOpinion:
    """Ask about a frame for each score."""
    opinion = PassiveOpinion(Saying(list(scores)))
    for _ in scores:
        opinion.add(FRAME, FACE)
    return opinion


def test_the_mean_counts() -> None:
    """One odd frame of three decides nothing by itself."""
    cue = asked(0.9, 0.8, 0.1).measure()
    assert (cue.kind, cue.judged) == (CueKind.PASSIVE, True)
    assert cue.measure == cue.score == pytest.approx(0.6)


def test_without_a_frame_there_is_no_opinion() -> None:
    """Nor after `wipe`."""
    opinion = asked(0.9)
    opinion.wipe()
    assert opinion.measure() == asked().measure()
    assert not opinion.measure().judged
