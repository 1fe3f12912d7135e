"""Parallax tells a head from a print by its pixels: rendered clips, a real detector, no labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fakes.walkups import NOON
from faregate.face.detect import DetectedFace
from faregate.face.dlib_pack import DlibDetector
from faregate.face.liveness import LIVENESS_MIN
from faregate.face.motion import FaceMotion
from faregate.face.parallax import Parallax, measure_parallax
from faregate.face.yunet import YuNetDetector
from faregate.ids import CameraId
from faregate.models.manifest import DlibPoints, YuNet
from faregate.models.pack import verify
from faregate.scenes.attacks import attack_walk_up
from faregate.scenes.head import kiosk_session, live_walk_up
from faregate.scenes.looks import BARE, AttackKind, AttackLook
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames (H, W, 3) uint8 RGB; the same film is the same key."""

    frames: tuple[NDArray[np.uint8], ...]


Detector = DlibDetector | YuNetDetector
Sighting = tuple[NDArray[np.uint8], DetectedFace]

PLAIN = replace(BARE, motion=1.0)
"""Held by hand, as prints are, and without any other flaw."""

STEP_NS: Final = 66_666_667
A, B = rider_a(), rider_b()
RIDERS: Final = [pytest.param(A, id="a"), pytest.param(B, id="b")]


@pytest.fixture(scope="module", params=["pip-offline", "permissive-small"])
def detector(request: pytest.FixtureRequest) -> Detector:
    """Give the detector of each pack: their five points are not the same ones."""
    if request.param == "pip-offline":
        pack = verify("pip-offline", Path("nowhere"))
        points = next(file for file in pack.manifest.files if isinstance(file, DlibPoints))
        return DlibDetector(pack, points)
    models: Path = request.getfixturevalue("test_models")
    pack = verify("permissive-small", models)
    yunet = next(file for file in pack.manifest.files if isinstance(file, YuNet))
    return YuNetDetector(pack, yunet, threads=1)


@cache
def live(portrait: Portrait, seed: int = 3) -> Clip:
    """Film a person."""
    return Clip(tuple(live_walk_up(portrait, WalkUp(seed=seed, lane=seed))))


@cache
def printed(portrait: Portrait, look: AttackLook, seed: int = 3) -> Clip:
    """Film a print."""
    walk = WalkUp(seed=seed, lane=seed)
    return Clip(tuple(attack_walk_up(portrait, walk, AttackKind.PRINT, look)))


@cache
def seen(clip: Clip, detector: Detector) -> tuple[Sighting, ...]:
    """Find the face in each frame where there is one."""
    found = []
    for pixels in clip.frames:
        frame = Frame(CameraId("lane-1"), NOON, 0, pixels.copy())
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        found += [(grey, face) for face in detector.detect(frame)[:1]]
    return tuple(found)


def followed(sightings: Sequence[Sighting]) -> FaceMotion:
    """Follow one face at 15 frames a second."""
    motion = FaceMotion()
    for count, (grey, face) in enumerate(sightings):
        motion.add(grey, face, at_ns=count * STEP_NS)
    return motion


def judged(clip: Clip, detector: Detector) -> Parallax:
    """Judge a whole clip."""
    return measure_parallax(followed(seen(clip, detector)))


@pytest.mark.parametrize("portrait", RIDERS)
def test_a_person_walking_up_is_live(portrait: Portrait, detector: Detector) -> None:
    """An ordinary approach shows depth well before its end."""
    motion = FaceMotion()
    verdicts = []
    for count, (grey, face) in enumerate(seen(live(portrait), detector)):
        motion.add(grey, face, at_ns=count * STEP_NS)
        verdicts.append(measure_parallax(motion))
    first = next(verdict for verdict in verdicts if verdict.judged)
    assert first.score >= LIVENESS_MIN
    assert first.frames < 25
    assert verdicts[-1].score >= LIVENESS_MIN


@pytest.mark.parametrize("portrait", RIDERS)
@pytest.mark.parametrize("look", [PLAIN, AttackLook()], ids=["without a flaw", "ordinary"])
def test_a_print_never_is(portrait: Portrait, look: AttackLook, detector: Detector) -> None:
    """Flatness alone is enough to refuse it, at every frame: no border, moire, grain or glare."""
    motion = FaceMotion()
    for count, (grey, face) in enumerate(seen(printed(portrait, look), detector)):
        motion.add(grey, face, at_ns=count * STEP_NS)
        assert measure_parallax(motion).score < LIVENESS_MIN
    verdict = measure_parallax(motion)
    assert verdict.judged
    assert verdict.frames >= 20


def test_the_verdict_follows_the_pixels(detector: Detector) -> None:
    """Swapping the two clips between their labels swaps the verdicts."""
    clips = {"person": live(A), "print": printed(A, PLAIN)}
    swapped = {"person": clips["print"], "print": clips["person"]}
    passes = {name: judged(clip, detector).score >= LIVENESS_MIN for name, clip in clips.items()}
    now = {name: judged(clip, detector).score >= LIVENESS_MIN for name, clip in swapped.items()}
    assert passes == {"person": True, "print": False}
    assert now == {"person": False, "print": True}


def test_a_head_turned_at_a_kiosk_is_live(detector: Detector) -> None:
    """Turning the head alone shows depth, without coming nearer."""
    clip = Clip(tuple(kiosk_session(A, seed=5, seconds=2.0)))
    assert judged(clip, detector).score >= LIVENESS_MIN


@pytest.mark.parametrize("noise", [0.0, 3.0], ids=["to the last bit", "with sensor noise"])
def test_a_still_picture_is_not_judged(noise: float, detector: Detector) -> None:
    """One picture shown again and again changes no view, however often it is looked at."""
    grey, face = seen(live(A), detector)[30]
    chance = np.random.default_rng(0)
    again = [
        (np.clip(grey + noise * chance.standard_normal(grey.shape), 0, 255).astype(np.uint8), face)
        for _ in range(40)
    ]
    verdict = measure_parallax(followed(again))
    assert not verdict.judged
    assert verdict.score == 0.0
    assert verdict.baseline < 0.001


@pytest.fixture(scope="module")
def head(detector: Detector) -> tuple[Sighting, ...]:
    """Give a person's walk-up, found."""
    return seen(live(A), detector)


def test_one_frame_is_never_judged(head: tuple[Sighting, ...]) -> None:
    """A single picture says nothing about depth."""
    verdict = measure_parallax(followed(head[-1:]))
    assert (verdict.judged, verdict.score, verdict.frames) == (False, 0.0, 0)


def test_repeated_frames_are_passed_over(head: tuple[Sighting, ...]) -> None:
    """A camera that gives each frame twice gives no more evidence than one that does not."""
    once, twice = followed(head), FaceMotion()
    for count, (grey, face) in enumerate(head):
        for offset in (0, STEP_NS // 2):
            twice.add(grey, face, at_ns=count * STEP_NS + offset)
    assert measure_parallax(twice) == measure_parallax(once)


def test_a_change_of_light_is_no_depth(detector: Detector) -> None:
    """A lamp that goes on in the middle changes every pixel of a print, and not the verdict."""
    sightings = seen(printed(B, PLAIN), detector)
    brighter = [
        (cv2.convertScaleAbs(grey, alpha=1.25, beta=8).astype(np.uint8), face)
        for grey, face in sightings
    ]
    verdict = measure_parallax(followed([*sightings[:18], *brighter[18:]]))
    assert verdict.judged
    assert verdict.score < LIVENESS_MIN


def test_a_head_does_not_vouch_for_what_comes_after_it(
    head: tuple[Sighting, ...], detector: Detector
) -> None:
    """Once another face is there, what the first one showed no longer counts."""
    motion = followed(head)
    assert measure_parallax(motion).score >= LIVENESS_MIN
    # Not even for the first frame; after some more all begins anew.
    for count, (grey, face) in enumerate(seen(printed(B, PLAIN), detector)[-12:]):
        motion.add(grey, face, at_ns=(len(head) + count) * STEP_NS)
        assert measure_parallax(motion).score < LIVENESS_MIN


def test_what_was_kept_is_overwritten(head: tuple[Sighting, ...]) -> None:
    """After a wipe neither the chip nor the residuals can be read, and nothing is judged."""
    motion = followed(head)
    reference = motion.reference
    assert reference is not None
    moved = list(motion.residuals)
    assert reference.chip.any()
    assert all(residual.any() for residual in moved)
    motion.wipe()
    assert not reference.chip.any()
    assert not reference.half.any()
    assert not reference.points.any()
    assert not reference.landmarks.any()
    assert not any(residual.any() for residual in moved)
    assert measure_parallax(motion) == measure_parallax(FaceMotion())
    motion.wipe()


def test_what_is_kept_has_a_limit(head: tuple[Sighting, ...]) -> None:
    """However long somebody stands there, no more than 64 frames are kept."""
    long = [*head, *head[::-1], *head][:70]
    assert measure_parallax(followed(long)).frames == 64


def test_small_faces_and_empty_ones_begin_nothing(head: tuple[Sighting, ...]) -> None:
    """A face too far away, or without a feature to follow, is passed over."""
    grey, face = head[-1]
    far = DetectedFace(face.box, face.points / np.float32(4), face.score, face.points_kind)
    blank = np.full_like(grey, 128)
    assert measure_parallax(followed([(grey, far)] * 9 + [(blank, face)] * 9)) == Parallax(
        residual=0.0, baseline=0.0, frames=0, judged=False, score=0.0
    )


@given(
    shift=st.tuples(st.floats(-700, 700), st.floats(-700, 700)),
    scale=st.floats(0.5, 20.0),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_place_or_size_of_a_face_breaks_it(
    shift: tuple[float, float], scale: float, head: tuple[Sighting, ...]
) -> None:
    """A detector's strangest box is followed or passed over; it makes no sign of life."""
    grey, face = head[-1]
    left, top, right, bottom = (scale * edge + shift[n % 2] for n, edge in enumerate(face.box))
    points = (scale * face.points + np.array(shift)).astype(np.float32)
    odd = DetectedFace((left, top, right, bottom), points, face.score, face.points_kind)
    assert not measure_parallax(followed([(grey, odd), head[-1], (grey, odd)])).judged


def test_time_does_not_go_back(head: tuple[Sighting, ...]) -> None:
    """Frames out of order are a caller's mistake, told at once."""
    motion = followed(head[-2:])
    with pytest.raises(ValueError, match="time goes back"):
        motion.add(*head[-1], at_ns=0)
