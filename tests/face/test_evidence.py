"""The cues of one approach, followed side by side on rendered clips."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.walkups import NOON
from faregate.face.dlib_pack import DlibDetector
from faregate.face.evidence import LivenessEvidence
from faregate.face.liveness import LIVENESS_MIN, CueKind, LivenessPolicy
from faregate.face.template import FaceTemplate
from faregate.ids import CameraId, ModelId
from faregate.models.manifest import DlibPoints
from faregate.models.pack import verify
from faregate.scenes.head import live_walk_up
from faregate.scenes.portraits import rider_a
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame


@pytest.fixture(scope="module")
def detector() -> DlibDetector:
    """Give the detector that comes from PyPI."""
    pack = verify("pip-offline", Path("nowhere"))
    points = next(file for file in pack.manifest.files if isinstance(file, DlibPoints))
    return DlibDetector(pack, points)


def walk() -> Iterator[Frame]:
    """Film rider A walking up."""
    settings = WalkUp(seed=3)
    for count, pixels in enumerate(live_walk_up(rider_a(), settings)):
        at = NOON + timedelta(seconds=count / settings.fps)
        yield Frame(CameraId("lane-1"), at, count, pixels)


def show(evidence: LivenessEvidence, detector: DlibDetector) -> None:
    """Let the evidence follow a person until it can judge, and look at every fourth frame."""
    template = FaceTemplate(ModelId("made-up-1"), np.array([0.6, 0.8], np.float32))
    for count, frame in enumerate(walk()):
        grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        for face in detector.detect(frame)[:1]:
            evidence.follow(frame, grey, face, at_ns=count * 66_666_667)
            if count % 4 == 0:
                evidence.look(frame, face, template)
        if evidence.judged:
            break


def test_a_person_is_live_and_forgotten(detector: DlibDetector) -> None:
    """Judged at the end of the walk; after `wipe` it is as new, and can begin again."""
    evidence = LivenessEvidence(None, LivenessPolicy(), same_person_min=0.5)
    new = evidence.measure()
    assert (evidence.judged, new.score) == (False, 0.0)
    show(evidence, detector)
    seen = evidence.measure()
    assert evidence.judged
    assert seen.score >= LIVENESS_MIN
    assert all(cue.judged for cue in seen.cues)
    kinds = [cue.kind for cue in seen.cues]
    assert kinds == [
        CueKind.PARALLAX,
        CueKind.RELIEF,
        CueKind.SURROUND,
        CueKind.MOIRE,
        CueKind.DETAIL,
        CueKind.LIGHT,
        CueKind.STEADINESS,
    ]
    assert seen.cues[0].measure > 0.0
    evidence.wipe()
    assert evidence.measure() == new
    show(evidence, detector)
    assert evidence.measure() == seen
