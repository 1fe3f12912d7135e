"""What one approach shows of life: every cue the lane and its pack have, followed side by side."""

from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.detail import Detail
from faregate.face.detect import DetectedFace
from faregate.face.light import MovingLight
from faregate.face.liveness import Cue, CueKind, Liveness, LivenessPolicy, fuse
from faregate.face.minifasnet import MiniFasNets
from faregate.face.moire import Moire
from faregate.face.motion import FaceMotion
from faregate.face.parallax import measure_parallax
from faregate.face.passive import PassiveOpinion
from faregate.face.relief import measure_relief
from faregate.face.side_frames import SideEvidence, SideFrames
from faregate.face.square import fills_square, square_of
from faregate.face.steadiness import Steadiness
from faregate.face.surround import Surround
from faregate.face.template import FaceTemplate
from faregate.video.frame import Frame

_SCORE_LEAST: Final = 1e-6


class LivenessEvidence:
    """The cues of one face over one approach. Keeps what they keep, until wiped.

    `passive` is lent, not owned; None for a pack without such a network. `same_person_min` is of
    the pack's card.
    """

    def __init__(
        self, passive: MiniFasNets | None, policy: LivenessPolicy, *, same_person_min: float
    ) -> None:
        self._passive = PassiveOpinion(passive) if passive is not None else None
        self._policy = policy
        self._motion = FaceMotion()
        self._surround = Surround()
        self._side = SideEvidence()
        self._moire = Moire()
        self._detail = Detail()
        self._steadiness = Steadiness(same_person_min=same_person_min)
        self._light = MovingLight()

    def follow(
        self,
        frame: Frame,
        grey: NDArray[np.uint8],
        face: DetectedFace,
        *,
        at_ns: int,
        side: SideFrames | None = None,
    ) -> None:
        """Take one more frame with the followed face, in the zone or before it.

        `grey` is the same picture, (H, W) uint8; neither is kept. `at_ns` is the frame's
        `captured_at`. `side` is what depth and infrared cameras saw then, where there are any.
        Raises `ValueError` if time goes back, or `side` does not lie over the picture.
        """
        self._motion.add(grey, face, at_ns=at_ns)
        self._surround.add(grey, face, at_ns=at_ns)
        if side is not None:
            self._side.add(side, grey, face)
        self._light.add(grey, face)
        if fills_square(frame.pixels, face):
            square = square_of(frame.pixels, face)
            self._moire.add(square)
            self._detail.add(square)
            square[:] = 0

    def look(self, frame: Frame, face: DetectedFace, template: FaceTemplate) -> None:
        """Take a frame that is part of the probe, with its template.

        The template stays the caller's, to wipe; it is read until then.
        """
        self._steadiness.add(template)
        if self._passive is not None:
            self._passive.add(frame, face)

    @property
    def judged(self) -> bool:
        """Whether geometry has seen enough to judge, so that no further frame need be awaited."""
        return measure_parallax(self._motion).judged and measure_relief(self._motion).judged

    def measure(self) -> Liveness:
        """Judge what was seen so far. Changes nothing."""
        depth, shape = measure_parallax(self._motion), measure_relief(self._motion)
        cues = [
            Cue(
                kind=CueKind.PARALLAX,
                score=depth.score,
                judged=depth.judged,
                measure=_log_odds(depth.score) if depth.judged else 0.0,
            ),
            Cue(
                kind=CueKind.RELIEF,
                score=shape.score,
                judged=shape.judged,
                measure=shape.agreement,
            ),
            self._surround.measure(),
            *self._side.measure(),
        ]
        if self._passive is not None:
            cues.append(self._passive.measure())
        pictures = (self._moire, self._detail, self._light, self._steadiness)
        cues += [cue.measure() for cue in pictures]
        return fuse(cues, self._policy)

    def wipe(self) -> None:
        """Overwrite what the cues kept of the face, and begin anew."""
        self._motion.wipe()
        self._surround.wipe()
        self._side.wipe()
        if self._passive is not None:
            self._passive.wipe()
        for cue in (self._moire, self._detail, self._light, self._steadiness):
            cue.wipe()


def _log_odds(score: float) -> float:
    """Undo a score: 0 at its boundary, and finite at its ends."""
    kept = min(max(score, _SCORE_LEAST), 1.0 - _SCORE_LEAST)
    return log(kept / (1.0 - kept))
