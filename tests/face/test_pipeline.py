"""Both packs from pixels to a capture: same person alike, another not, flat pictures not live."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.own_pack import PACK, put_files, put_manifest
from fakes.walkups import NOON, STEP, still, walk_up
from faregate.clock import ManualClock
from faregate.demo.kiosk_camera import PromptedCamera, rider_of
from faregate.errors import InvalidInputError
from faregate.face import evidence as evidence_module
from faregate.face.capture import (
    CaptureReason,
    CaptureRejected,
    FaceCapture,
    Zone,
)
from faregate.face.challenge import PROMPT_SENTENCES, Challenge, ChallengePolicy, Prompt
from faregate.face.liveness import LIVENESS_MIN, CueKind
from faregate.face.parallax import Parallax
from faregate.face.pipeline import FacePipeline
from faregate.face.relief import Relief
from faregate.face.side_frames import SideFrames
from faregate.ids import CameraId
from faregate.models.manifest import MiniFasNet
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.attacks import attack_walk_up
from faregate.scenes.head import live_walk_up
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame
from faregate.video.source import Pace

TURNS = Challenge(
    (Prompt.TURN_LEFT, Prompt.TURN_RIGHT), (200, 200), ChallengePolicy(moves=2, answer_max_ms=3_000)
)


def unheard(prompt: Prompt) -> None:
    """Let a prompt go unheard."""
    assert prompt in PROMPT_SENTENCES


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


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let flat pictures pass for heads."""
    depth = Parallax(residual=9.0, baseline=9.0, frames=9, judged=True, score=0.9)
    monkeypatch.setattr(evidence_module, "measure_parallax", lambda motion: depth)  # noqa: ARG005
    nose = Relief(agreement=0.9, judged=True, score=0.9)
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


def enrolled(pipeline: FacePipeline, portrait: Portrait) -> FaceCapture | CaptureRejected:
    """Let a rendered rider sit at the kiosk and do the least that can be asked."""
    rider = PromptedCamera(
        CameraId("kiosk-1"),
        rider_of(portrait, seed=1),
        clock=ManualClock(NOON),
        pace=Pace.AS_FAST_AS_POSSIBLE,
    )
    with rider:
        return pipeline.enrol(rider, challenge=TURNS, prompt=rider.answer)


def test_a_rendered_head_is_live_and_its_print_is_not(
    pipeline: FacePipeline, pack: VerifiedPack
) -> None:
    """Enrolled at the kiosk, the rider is known and live; the print is known and refused."""
    reference = enrolled(pipeline, rider_a())
    assert isinstance(reference, FaceCapture)
    kinds = [cue.kind for cue in reference.liveness.cues]
    assert (kinds.count(CueKind.CHALLENGE), reference.liveness.score >= LIVENESS_MIN) == (1, True)
    walk = WalkUp(seed=2)
    head = captured(pipeline, filmed(live_walk_up(rider_a(), walk), walk.fps))
    sheet = captured(pipeline, filmed(attack_walk_up(rider_a(), walk, AttackKind.PRINT), walk.fps))
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
def test_captures_as_a_lane_does(offline: FacePipeline) -> None:
    """From frames alone: the best of an approach, or why there are none."""
    probe = offline.capture(walk_up(rider_a()))
    assert isinstance(probe, FaceCapture)
    with_approach = captured(offline, walk_up(rider_a()))
    assert probe.template.similarity(with_approach.template) == pytest.approx(1.0, abs=1e-5)
    assert offline.capture(iter([])) == CaptureRejected(CaptureReason.NOBODY)
    far = Zone(inter_eye_min_px=90.0)
    assert offline.capture(walk_up(rider_a()), zone=far) == CaptureRejected(CaptureReason.TOO_FAR)


@pytest.mark.usefixtures("deep")
def test_the_gate_knows_one_rider_from_another(offline: FacePipeline) -> None:
    """An approach matches an earlier one of the same person, and not another person's."""
    reference = captured(offline, walk_up(rider_a(), inter_eye_px=(50.0, 70.0)))
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
        (lambda: walk_up(rider_a(), frames=3), CaptureReason.TOO_FEW_FRAMES),
        (lambda: walk_up(rider_a(), frames=8), CaptureReason.CHALLENGE),
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
    ids=["no frames", "short", "leaves early", "far away", "two people", "changes person"],
)
def test_enrolment_is_refused(
    frames: Callable[[], Iterator[Frame]], reason: CaptureReason, offline: FacePipeline
) -> None:
    """One good clip spoiled one way at a time, each with its own reason."""
    assert offline.enrol(frames(), challenge=TURNS, prompt=unheard) == CaptureRejected(reason)


@pytest.mark.usefixtures("deep")
def test_nobody_enrols_who_does_not_do_as_asked(offline: FacePipeline) -> None:
    """Even where all else says that it is a head: whoever sits still and smiles is no rider yet."""
    asked: list[Prompt] = []
    frames = walk_up(rider_a(), frames=100, inter_eye_px=(60.0, 64.0))
    refused = offline.enrol(frames, challenge=TURNS, prompt=asked.append)
    assert refused == CaptureRejected(CaptureReason.CHALLENGE)
    assert asked == [Prompt.LOOK_AHEAD, Prompt.TURN_LEFT]


def frames_of(pixels: NDArray[np.uint8], count: int = 4) -> Iterator[Frame]:
    """Show one picture for some frames, a fifth of a second apart."""
    for number in range(count):
        yield Frame(CameraId("lane-1"), NOON + 2 * number * STEP, number, pixels.copy())


def portrait_as(change: Callable[[NDArray[np.uint8]], NDArray[np.generic]]) -> Iterator[Frame]:
    """Show rider B's portrait, spoiled."""
    return frames_of(np.ascontiguousarray(change(rider_b().pixels)).astype(np.uint8))


def noise() -> NDArray[np.uint8]:
    """Draw what no camera sees."""
    return np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        (lambda: frames_of(np.zeros((480, 640, 3), np.uint8)), CaptureReason.NOBODY),
        (lambda: frames_of(np.full((480, 640, 3), 255, np.uint8)), CaptureReason.NOBODY),
        (lambda: frames_of(noise()), CaptureReason.NOBODY),
        (lambda: portrait_as(np.rot90), CaptureReason.NOBODY),
        (lambda: portrait_as(lambda pixels: pixels[::-1]), CaptureReason.NOBODY),
        (lambda: frames_of(np.zeros((30, 640, 3), np.uint8)), CaptureReason.UNUSABLE_FRAMES),
        (lambda: portrait_as(lambda pixels: pixels[::16, ::16]), CaptureReason.UNUSABLE_FRAMES),
        (lambda: portrait_as(lambda pixels: pixels), CaptureReason.TOO_FEW_FRAMES),
        (
            lambda: portrait_as(lambda pixels: pixels.mean(axis=2, keepdims=True).repeat(3, 2)),
            CaptureReason.TOO_FEW_FRAMES,
        ),
    ],
    ids=[
        "black",
        "white",
        "noise",
        "on its side",
        "upside down",
        "a strip",
        "tiny",
        "good but few",
        "grey but few",
    ],
)
def test_bad_frames_are_rejected_with_a_reason(
    frames: Callable[[], Iterator[Frame]], reason: CaptureReason, offline: FacePipeline
) -> None:
    """Whatever a camera sends: no capture, no error, and the reason that fits."""
    assert offline.capture(islice(frames(), 2)) == CaptureRejected(reason)


@pytest.mark.parametrize("shape", [(480, 640), (480, 640, 1), (480, 640, 4), (0,)])
def test_no_frame_has_other_channels(shape: tuple[int, ...]) -> None:
    """Grey in one channel, and alpha, are refused where a frame is made."""
    with pytest.raises(ValueError, match="pixels must be"):
        Frame(CameraId("lane-1"), NOON, 0, np.zeros(shape, np.uint8))


def test_a_pack_that_cannot_find_faces_is_refused(tmp_path: Path) -> None:
    """An own pack without a detector is named as incomplete, before anything runs."""
    put_files(put_manifest(tmp_path))
    pack = verify(PACK, tmp_path)
    only_liveness = pack.manifest.model_copy(update={"files": ()})
    with pytest.raises(InvalidInputError, match="can't find faces"):
        FacePipeline(SimpleNamespace(manifest=only_liveness))  # type: ignore[arg-type]


@pytest.mark.usefixtures("deep")
def test_what_other_cameras_saw_is_part_of_the_evidence(offline: FacePipeline) -> None:
    """Infrared handed in beside the frames gives a cue of its own."""
    approach = offline.approach(Zone())
    for frame in walk_up(rider_a()):
        approach.add(frame, SideFrames(infrared=frame.pixels[:, :, 0].copy()))
        if approach.ready:
            break
    capture = approach.capture()
    approach.wipe()
    assert isinstance(capture, FaceCapture)
    [infrared] = [cue for cue in capture.liveness.cues if cue.kind is CueKind.INFRARED]
    assert infrared.judged
    assert infrared.score >= LIVENESS_MIN
