"""An approach told as a timeline: who is seen in each tenth of a second, and what becomes of it.

Frames are 100 ms apart. A face is a pixel's worth of made-up person; the detector and embedder
below read it back, so that the rules are tested without a model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.face import evidence as evidence_module
from faregate.face.approach import Approach, ApproachPolicy, Models
from faregate.face.capture import CaptureReason, CaptureRejected, FaceCapture, Sight, Zone
from faregate.face.detect import DetectedFace
from faregate.face.liveness import CueKind, CueRule, LivenessPolicy
from faregate.face.parallax import Parallax
from faregate.face.quality import QualityPolicy
from faregate.face.template import FaceTemplate
from faregate.ids import CameraId, ModelId
from faregate.video.frame import Frame

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODEL = ModelId("made-up-1")
POLICY = ApproachPolicy(judge_max_ms=1_500, lasts_max_ms=2_500)
ZONE = Zone(inter_eye_min_px=40.0, region=(0.25, 0.0, 0.75, 1.0))
DEPTH_DECIDES = LivenessPolicy(
    rules=tuple(
        CueRule(kind=kind, boundary=-100.0, scale=1.0)
        for kind in CueKind
        if kind is not CueKind.PARALLAX
    )
)
TEXTURE = np.random.default_rng(1).integers(60, 180, (480, 640, 3), np.uint8)


@dataclass
class World:
    """Who stands where in the frame at hand, and what was made of them."""

    faces: tuple[DetectedFace, ...] = ()
    person: int = 1
    made: list[FaceTemplate] = field(default_factory=list)
    forgotten: int = 0
    judged_after: int = 5
    followed: int = 0
    wiped_tracks: int = 0

    @property
    def model_id(self) -> ModelId:
        """The embedder's model."""
        return MODEL

    @property
    def dimension(self) -> int:
        """The embedder's dimension."""
        return 8

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces, nearest first."""
        del frame
        return tuple(sorted(self.faces, key=DetectedFace.inter_eye_px, reverse=True))

    def embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        """Give one direction a person, a little different each time."""
        del frame, face
        vector = np.full(8, 0.05 * len(self.made), np.float32)
        vector[self.person] = 5.0
        self.made.append(FaceTemplate(MODEL, vector / np.linalg.norm(vector)))
        return self.made[-1]

    def forget(self) -> None:
        """Count it."""
        self.forgotten += 1


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a world in which depth can be judged after `judged_after` frames."""
    world = World()

    class Track:
        def __init__(self) -> None:
            self.frames = 0

        def add(self, grey: NDArray[np.uint8], face: DetectedFace, *, at_ns: int) -> None:
            del grey, face, at_ns
            self.frames += 1
            world.followed += 1

        def measure(self) -> Parallax:
            judged = self.frames >= world.judged_after
            return Parallax(
                residual=0.0, baseline=0.0, frames=self.frames, judged=judged, score=0.8 * judged
            )

        def wipe(self) -> None:
            self.frames = 0
            world.wiped_tracks += 1

    monkeypatch.setattr(evidence_module, "ParallaxTrack", Track)
    return world


def face(x: float = 320.0, y: float = 240.0, eyes: float = 60.0, nose: float = 0.0) -> DetectedFace:
    """Make a face whose eyes are `eyes` apart around (x, y)."""
    half = eyes / 2
    points = [(x - half, y), (x + half, y), (x + nose, y + half), (x - half, y + eyes)]
    box = (x - eyes, y - eyes, x + eyes, y + 1.5 * eyes)
    return DetectedFace(box, np.array([*points, (x + half, y + eyes)], np.float32), 1.0)


def frame(step: int, pixels: NDArray[np.uint8] = TEXTURE) -> Frame:
    """Take the frame of one step."""
    at = NOON + step * timedelta(milliseconds=100)
    return Frame(CameraId("lane-1"), at, 1_000 + step, pixels.copy())


def begin(world: World, policy: ApproachPolicy = POLICY) -> Approach:
    """Begin an approach in the world."""
    models = Models(detector=world, embedder=world, passive=None, same_person_min=0.5)
    return Approach(
        models,
        ZONE,
        policy=policy,
        quality_policy=QualityPolicy(),
        liveness_policy=DEPTH_DECIDES,
    )


TRACKS_AT_BEGIN = 1  # the empty one, wiped as an approach begins
NOBODY: tuple[DetectedFace, ...] = ()
NEAR = (face(),)
FAR = (face(eyes=30.0),)
BESIDE = (face(x=60.0),)
TURNED = (face(nose=40.0),)
LETTERS = {
    Sight.NOBODY: "-",
    Sight.OUTSIDE_ZONE: "o",
    Sight.ANOTHER_FACE: "A",
    Sight.TURNED_AWAY: "t",
    Sight.CUT_OFF: "c",
    Sight.BLURRED: "b",
    Sight.FOLLOWED: ".",
    Sight.FUSED: "F",
    Sight.SEVERAL_FACES: "S",
}
SCENES = {" ": NOBODY, "n": NEAR, "f": FAR, "o": BESIDE, "t": TURNED, "j": (face(x=460.0),)}


def play(approach: Approach, world: World, story: str) -> str:
    """Show one scene a frame until the approach is ready; give what became of each."""
    seen = ""
    for step, scene in enumerate(story):
        world.faces = SCENES[scene]
        seen += LETTERS[approach.add(frame(step))]
        if approach.ready:
            seen += "!"
            break
    return seen


@pytest.mark.parametrize(
    ("story", "judged_after", "expected"),
    [
        pytest.param("nnnnnnnn", 5, "F.F.F!", id="third frame fused as depth is known"),
        pytest.param("nnnnnnnnnn", 8, "F.F....F!", id="waits for the view to change"),
        pytest.param("n" * 30, 99, "F.F............F!", id="never judged: fused at the limit"),
        pytest.param("fffffnnnnnnn", 8, "oooooF.F.F!", id="depth is known from farther away"),
        pytest.param("oooofnnnnnnn", 5, "oooooF.F.F!", id="but not from another's face"),
        pytest.param("nnt tnnnn", 5, "F.t-tF.F!", id="turns away for a moment"),
        pytest.param("n" + "t" * 40, 5, "F" + "t" * 25 + "!", id="turned away: time is up"),
        pytest.param("nn" + " " * 20, 5, "F.--------!", id="goes away"),
        pytest.param("nnnjjjjjj", 5, "F.FA.F.F!", id="another person: all anew"),
        pytest.param("n n n n n", 5, "F-F-.-.-F!", id="the detector misses every other frame"),
        pytest.param("ffffff      ffff", 5, "oooooo------oooo", id="never in the zone"),
    ],
)
def test_timeline(story: str, judged_after: int, expected: str, world: World) -> None:
    """Each story ends when the approach is ready, and each frame's fate is as told."""
    world.judged_after = judged_after
    assert play(begin(world), world, story) == expected


def test_a_change_of_person_starts_anew(world: World) -> None:
    """The first person's template is zero, and began and fused count for the second alone."""
    approach = begin(world)
    assert play(approach, world, "nnn") == "F.F"
    assert (approach.began_ns, approach.fused_ns) == (1_000, (1_000, 1_002))
    world.faces = (face(x=460.0),)
    assert approach.add(frame(3)) is Sight.ANOTHER_FACE
    assert (approach.began_ns, approach.fused_ns, approach.fused) == (1_003, (1_003,), 1)
    assert not any(template.vector.any() for template in world.made[:2])


def test_a_face_swapped_on_one_spot_starts_anew(world: World) -> None:
    """Held up exactly where the live face was, a print is still another face."""
    approach = begin(world)
    assert play(approach, world, "nn") == "F."
    world.person = 2
    assert approach.add(frame(2)) is Sight.ANOTHER_FACE
    assert (approach.fused, approach.began_ns) == (0, None)
    assert not any(template.vector.any() for template in world.made)
    assert approach.add(frame(3)) is Sight.FUSED


def test_a_passer_by_lends_no_depth(world: World) -> None:
    """Whoever was followed beside the lane is forgotten when another face appears in it."""
    approach = begin(world)
    assert play(approach, world, "oooooooo") == "o" * 8
    assert world.wiped_tracks == 0 + TRACKS_AT_BEGIN
    world.faces = NEAR
    assert approach.add(frame(8)) is Sight.FUSED
    assert world.wiped_tracks == 1 + TRACKS_AT_BEGIN


def test_outside_the_zone_nobody_is_embedded(world: World) -> None:
    """Too far or beside the lane: followed for parallax, and no more."""
    approach = begin(world)
    assert play(approach, world, "ffffffffff") == "o" * 10
    assert (world.made, world.followed, approach.began_ns) == ([], 10, None)
    assert approach.capture() == CaptureRejected(CaptureReason.NOBODY)
    assert world.wiped_tracks == 1 + TRACKS_AT_BEGIN


def test_the_nearest_in_the_zone_counts(world: World) -> None:
    """A nearer face beside the lane and a farther one behind do not matter."""
    approach = begin(world)
    world.faces = (face(x=60.0, eyes=90.0), face(), face(x=400.0, eyes=45.0))
    assert approach.add(frame(0)) is Sight.FUSED


def test_a_kiosk_wants_one_person_alone(world: World) -> None:
    """With a bystander limit, somebody as near as the rider is too many."""
    approach = begin(world, replace(POLICY, bystander_max=0.6))
    world.faces = (face(), face(x=450.0, eyes=50.0))
    assert approach.add(frame(0)) is Sight.SEVERAL_FACES
    world.faces = (face(), face(x=450.0, eyes=41.0), face(x=60.0, eyes=59.0))
    assert approach.add(frame(1)) is Sight.SEVERAL_FACES
    world.faces = (face(eyes=80.0), face(x=450.0, eyes=41.0))
    assert approach.add(frame(2)) is Sight.FUSED


def test_the_capture_is_the_mean_and_all_parts_are_wiped(world: World) -> None:
    """Fused by hand; afterwards every part is zero, and the model is told to forget at `wipe`."""
    approach = begin(world)
    play(approach, world, "nnnnn")
    parts = np.array([template.vector.copy() for template in world.made])
    capture = approach.capture()
    assert isinstance(capture, FaceCapture)
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(capture.template.vector, mean / np.linalg.norm(mean), rtol=1e-5)
    assert capture.liveness.score == pytest.approx(0.8)
    assert capture.box == face().box
    assert capture.quality.inter_eye_px == pytest.approx(60.0)
    assert len(world.made) == 3
    assert not any(template.vector.any() for template in world.made)
    assert capture.template.vector.any()
    assert world.forgotten == 0
    approach.wipe()
    approach.wipe()
    assert world.forgotten == 1
    assert world.wiped_tracks >= 1


def test_too_few_frames_leave_nothing(world: World) -> None:
    """A person who only passes is not captured, and what was embedded is zero."""
    approach = begin(world)
    play(approach, world, "nnn         ")
    assert approach.capture() == CaptureRejected(CaptureReason.TOO_FEW_FRAMES)
    assert len(world.made) == 2
    assert not any(template.vector.any() for template in world.made)


@pytest.mark.parametrize("end", [Approach.wipe, Approach.capture], ids=["wipe", "capture"])
def test_ending_early_wipes(end: Callable[[Approach], object], world: World) -> None:
    """Whichever way an approach ends, no template stays in the clear."""
    approach = begin(world)
    play(approach, world, "nnn")
    assert all(template.vector.any() for template in world.made)
    end(approach)
    assert not any(template.vector.any() for template in world.made)
    assert (approach.fused, approach.began_ns) == (0, None)


def test_an_unjudged_view_is_not_live(world: World) -> None:
    """Whoever holds still is captured, and not live: one picture is never enough."""
    world.judged_after = 99
    approach = begin(world)
    play(approach, world, "n" * 30)
    capture = approach.capture()
    assert isinstance(capture, FaceCapture)
    assert capture.liveness.score == 0.0
    assert not capture.liveness.cues[0].judged


def test_a_defect_is_passed_on(world: World) -> None:
    """A flat grey picture is blurred, and is not embedded."""
    approach = begin(world)
    world.faces = NEAR
    assert approach.add(frame(0, np.full((480, 640, 3), 120, np.uint8))) is Sight.BLURRED
    assert world.made == []
