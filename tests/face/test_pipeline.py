"""Both packs from pixels to a capture: same person alike, another not, flat pictures not live."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.own_pack import PACK, put_files, put_manifest
from fakes.walkups import NOON, STEP, still, walk_up
from faregate.errors import InvalidInputError
from faregate.face import evidence as evidence_module
from faregate.face.capture import (
    CaptureReason,
    CaptureRejected,
    FaceCapture,
    Zone,
)
from faregate.face.liveness import LIVENESS_MIN, CueKind
from faregate.face.parallax import Parallax, ParallaxTrack
from faregate.face.relief import Relief
from faregate.face.pipeline import FacePipeline
from faregate.ids import CameraId
from faregate.models.manifest import MiniFasNet
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.head import kiosk_session, live_walk_up
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.print import print_walk_up
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame

KIOSK_FPS = 15  # that of a `WalkUp` unless told otherwise


@pytest.fixture(params=["pip-offline", "permissive-small"])
def pack(request: pytest.FixtureRequest) -> VerifiedPack:
    """Give each pack; the networks only where they are installed."""
    if request.param == "pip-offline":
        return verify("pip-offline", Path("nowhere"))
    models_dir = request.getfixturevalue("test_models")
    assert isinstance(models_dir, Path)
    return verify(request.param, models_dir)


@pytest.fixture
def pipeline(pack: VerifiedPack) -> FacePipeline:
    """Open it."""
    return FacePipeline(pack)


class _Deep(ParallaxTrack):
    """Says that everything has depth, so that the rest can be tested with flat pictures."""

    def measure(self) -> Parallax:
        return Parallax(residual=9.0, baseline=9.0, frames=9, judged=True, score=0.9)


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let flat pictures pass for heads."""
    monkeypatch.setattr(evidence_module, "ParallaxTrack", _Deep)
    nose = Relief(agreement=0.9, strength=9.0, judged=True, score=0.9)
    monkeypatch.setattr(evidence_module, "measure_relief", lambda motion: nose)  # noqa: ARG005


def captured(pipeline: FacePipeline, frames: Iterator[Frame]) -> FaceCapture:
    """Let one person walk up and give the capture."""
    approach = pipeline.approach(Zone())
    for frame in frames:
        approach.add(frame)
        if approach.ready:
            break
    capture = approach.capture()
    approach.wipe()
    assert isinstance(capture, FaceCapture)
    return capture


@pytest.mark.usefixtures("deep")
def test_tells_two_people_apart(pipeline: FacePipeline, pack: VerifiedPack) -> None:
    """One person over two approaches is above the card's threshold, two people far below."""
    card = pack.manifest.card
    a = captured(pipeline, walk_up(rider_a()))
    a_later = captured(pipeline, walk_up(rider_a(), inter_eye_px=(60.0, 95.0)))
    b = captured(pipeline, walk_up(rider_b()))
    assert (a.template.model_id, a.template.dimension) == (pipeline.model_id, pipeline.dimension)
    assert a.template.similarity(a_later.template) >= card.similarity_min
    assert a.template.similarity(b.template) < card.same_person_min


def test_a_flat_picture_is_captured_and_not_live(pipeline: FacePipeline) -> None:
    """A portrait that merely grows is a print: matched perhaps, live never."""
    capture = captured(pipeline, walk_up(rider_a(), frames=70, inter_eye_px=(45.0, 90.0)))
    assert capture.liveness.score < LIVENESS_MIN


def test_has_a_cue_for_each_kind_of_model(pipeline: FacePipeline, pack: VerifiedPack) -> None:
    """Those of the product's own always; the passive network where the pack has one."""
    capture = captured(pipeline, walk_up(rider_a(), frames=70))
    kinds = [cue.kind for cue in capture.liveness.cues]
    own = [CueKind.PARALLAX, CueKind.MOIRE, CueKind.DETAIL, CueKind.STEADINESS]
    assert set(own) <= set(kinds)
    assert (CueKind.PASSIVE in kinds) is any(
        isinstance(file, MiniFasNet) for file in pack.manifest.files
    )
    assert len(set(kinds)) == len(kinds)


def filmed(pictures: Iterator[NDArray[np.uint8]], fps: int) -> Iterator[Frame]:
    """Make frames of rendered pictures."""
    for count, pixels in enumerate(pictures):
        at = NOON + timedelta(seconds=count / fps)
        yield Frame(CameraId("lane-1"), at, count, pixels)


def test_a_rendered_head_is_live_and_its_print_is_not(
    pipeline: FacePipeline, pack: VerifiedPack
) -> None:
    """Enrolled at the kiosk, the rider is known and live; the print is known and refused."""
    reference = pipeline.enrol(filmed(kiosk_session(rider_a(), seed=1), KIOSK_FPS))
    assert isinstance(reference, FaceCapture)
    walk = WalkUp(seed=2)
    head = captured(pipeline, filmed(live_walk_up(rider_a(), walk), walk.fps))
    sheet = captured(pipeline, filmed(print_walk_up(rider_a(), walk), walk.fps))
    similarity_min = pack.manifest.card.similarity_min
    assert reference.template.similarity(head.template) >= similarity_min
    assert reference.template.similarity(sheet.template) >= similarity_min
    assert head.liveness.score >= LIVENESS_MIN > sheet.liveness.score


def test_detects_without_knowing(pipeline: FacePipeline) -> None:
    """One face in a portrait, none in plain grey."""
    assert len(pipeline.detect(still(rider_b()))) == 1
    grey = Frame(CameraId("lane-1"), NOON, 0, np.full((480, 640, 3), 120, np.uint8))
    assert pipeline.detect(grey) == ()


@pytest.fixture
def offline() -> FacePipeline:
    """Open the pack from PyPI, whose liveness is parallax alone."""
    return FacePipeline(verify("pip-offline", Path("nowhere")))


@pytest.mark.usefixtures("deep")
def test_enrols_from_a_clip_that_the_gate_then_knows(offline: FacePipeline) -> None:
    """At least five frames; the reference matches a later approach, and not another person."""
    reference = offline.enrol(walk_up(rider_a(), inter_eye_px=(50.0, 70.0)))
    assert isinstance(reference, FaceCapture)
    threshold = offline.manifest.card.similarity_min
    probe = captured(offline, walk_up(rider_a()))
    other = captured(offline, walk_up(rider_b()))
    assert reference.template.similarity(probe.template) >= threshold
    assert reference.template.similarity(other.template) < threshold


def side_by_side(first: Portrait, second: Portrait) -> Frame:
    """Put two portraits into one frame."""
    pixels = np.full((600, 1024, 3), 90, np.uint8)
    for count, portrait in enumerate((first, second)):
        height, width = portrait.pixels.shape[:2]
        pixels[:height, 512 * count : 512 * count + width] = portrait.pixels
    return Frame(CameraId("lane-1"), NOON, 0, pixels)


@pytest.mark.usefixtures("deep")
@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        (lambda: iter([]), CaptureReason.NOBODY),
        (lambda: walk_up(rider_a(), frames=8), CaptureReason.TOO_FEW_FRAMES),
        (lambda: walk_up(rider_a(), inter_eye_px=(10.0, 20.0)), CaptureReason.NOBODY),
        (lambda: iter([side_by_side(rider_b(), rider_b())] * 3), CaptureReason.SEVERAL_FACES),
        (
            lambda: chain(
                walk_up(rider_a(), inter_eye_px=(60, 62), frames=8),
                walk_up(rider_b(), inter_eye_px=(62, 64), frames=8, start=NOON + 8 * STEP),
            ),
            CaptureReason.ANOTHER_FACE,
        ),
    ],
    ids=["no frames", "short", "far away", "two people", "changes person"],
)
def test_enrolment_is_refused(
    frames: Callable[[], Iterator[Frame]], reason: CaptureReason, offline: FacePipeline
) -> None:
    """One good clip spoiled one way at a time, each with its own reason."""
    assert offline.enrol(frames()) == CaptureRejected(reason)


def test_nobody_enrols_with_a_picture(offline: FacePipeline) -> None:
    """A flat portrait in front of the kiosk is refused as not live."""
    assert offline.enrol(walk_up(rider_a(), frames=100, inter_eye_px=(50.0, 80.0))) == (
        CaptureRejected(CaptureReason.NOT_LIVE)
    )


def test_a_pack_that_cannot_find_faces_is_refused(tmp_path: Path) -> None:
    """An own pack without a detector is named as incomplete, before anything runs."""
    put_files(put_manifest(tmp_path))
    pack = verify(PACK, tmp_path)
    only_liveness = pack.manifest.model_copy(update={"files": ()})
    with pytest.raises(InvalidInputError, match="can't find faces"):
        FacePipeline(SimpleNamespace(manifest=only_liveness))  # type: ignore[arg-type]
