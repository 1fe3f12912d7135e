"""An approach told as a timeline: who is seen in each tenth of a second, and what becomes of it.

Frames are 100 ms apart. A face is a pixel's worth of made-up person; the detector and embedder
below read it back, so that the rules are tested without a model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import cv2
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
from faregate.face.relief import Relief
from faregate.face.template import FaceTemplate
from faregate.ids import CameraId, ModelId
from faregate.video.frame import Frame

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODEL = ModelId("made-up-1")
POLICY = ApproachPolicy(judge_max_ms=1_500, lasts_max_ms=2_500)
ZONE = Zone(inter_eye_min_px=40.0, region=(0.25, 0.0, 0.75, 1.0))
DEPTH_DECIDES = LivenessPolicy(
    rules=tuple(
        CueRule(kind=kind, boundary=-100.0, scale=1.0) for kind in set(CueKind) - {CueKind.PARALLAX}
    )
)


def texture(blur_px: float) -> NDArray[np.uint8]:
    """Draw noise of full contrast, the same on both sides, as fine as `blur_px`."""
    noise = cv2.GaussianBlur(np.random.default_rng(1).normal(size=(480, 320)), (0, 0), blur_px)
    grey = np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8)
    return np.repeat(np.hstack([grey, grey[:, ::-1]])[:, :, None], 3, axis=2)


TEXTURE, SOFT, SMOOTH = texture(2), texture(6), texture(20)


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

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Have no second way to look."""
        del frame, face
        return ()

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

    class Motion:
        def __init__(self) -> None:
            self.frames = 0

        def add(self, grey: NDArray[np.uint8], face: DetectedFace, *, at_ns: int) -> None:
            del grey, face, at_ns
            self.frames += 1
            world.followed += 1

        def wipe(self) -> None:
            self.frames = 0
            world.wiped_tracks += 1

    def depth(motion: Motion) -> Parallax:
        judged = motion.frames >= world.judged_after
        return Parallax(residual=0.0, baseline=0.0, frames=0, judged=judged, score=0.8 * judged)

    nose = Relief(agreement=0.9, judged=True, score=0.9)
    monkeypatch.setattr(evidence_module, "FaceMotion", Motion)
    monkeypatch.setattr(evidence_module, "measure_parallax", depth)
    monkeypatch.setattr(evidence_module, "measure_relief", lambda motion: nose)  # noqa: ARG005
    return world


def face(x: float = 320.0, y: float = 240.0, eyes: float = 60.0, nose: float = 0.0) -> DetectedFace:
    """Make a face whose eyes are `eyes` apart around (x, y)."""
    half = eyes / 2
    points = [(x - half, y), (x + half, y), (x + nose, y + 0.54 * eyes)]
    mouth = [(x + side * 0.42 * eyes, y + 0.97 * eyes) for side in (-1, 1)]
    box = (x - eyes, y - eyes, x + eyes, y + 1.5 * eyes)
    return DetectedFace(box, np.array([*points, *mouth], np.float32), 1.0)


def frame(step: int, pixels: NDArray[np.uint8] = TEXTURE) -> Frame:
    """Take the frame of one step."""
    at = NOON + step * timedelta(milliseconds=100)
    return Frame(CameraId("lane-1"), at, 1_000 + step, pixels.copy())


def begin(world: World, policy: ApproachPolicy = POLICY) -> Approach:
    """Begin an approach in the world."""
    models = Models(detector=world, embedder=world, passive=None, same_person_min=0.5)
    return Approach(
        models, ZONE, policy=policy, quality_policy=QualityPolicy(), liveness_policy=DEPTH_DECIDES
    )


TRACKS_AT_BEGIN = 1  # the empty one, wiped as an approach begins
NOBODY: tuple[DetectedFace, ...] = ()
NEAR = (face(),)
FAR = (face(eyes=30.0),)
BESIDE = (face(x=60.0),)
TURNED = (face(nose=33.0),)
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
    assert approach.capture() == CaptureRejected(CaptureReason.TOO_FAR)
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
    """A smooth picture is blurred, and is not embedded; most such frames name the reason."""
    approach = begin(world)
    world.faces = NEAR
    assert approach.add(frame(0, SMOOTH)) is Sight.BLURRED
    assert world.made == []
    assert approach.add(frame(1)) is Sight.FUSED
    assert approach.add(frame(2, SMOOTH)) is Sight.BLURRED
    world.faces = TURNED
    assert approach.add(frame(3)) is Sight.TURNED_AWAY
    assert approach.capture() == CaptureRejected(CaptureReason.BLURRED)


def test_the_better_frame_stays(world: World) -> None:
    """A sharper frame takes the place of a soft one near it in time, which is wiped at once."""
    world.judged_after = 4
    approach = begin(world)
    world.faces = NEAR
    assert approach.add(frame(0, SOFT)) is Sight.FUSED
    assert approach.add(frame(1)) is Sight.FUSED
    assert (approach.fused, approach.fused_ns) == (1, (1_001,))
    assert not world.made[0].vector.any()
    assert approach.add(frame(2, SOFT)) is Sight.FUSED
    assert approach.fused_ns == (1_001, 1_002)
    assert approach.add(frame(3, SOFT)) is Sight.FOLLOWED
    parts = world.made[1].vector + world.made[2].vector
    assert approach.add(frame(5, SOFT)) is Sight.FUSED
    assert approach.ready
    parts += world.made[3].vector
    capture = approach.capture()
    assert isinstance(capture, FaceCapture)
    np.testing.assert_allclose(capture.template.vector, parts / np.linalg.norm(parts), rtol=1e-5)
    assert not any(template.vector.any() for template in world.made)


def test_waiting_for_liveness_the_frames_get_better(world: World) -> None:
    """While the last frame waits, a better one replaces the worst, and the end comes no later."""
    world.judged_after = 9
    story = [SOFT, SOFT, SOFT, SOFT, TEXTURE, SOFT, SOFT, TEXTURE, SOFT]
    approach = begin(world)
    world.faces = NEAR
    for step, pixels in enumerate(story):
        assert not approach.ready
        approach.add(frame(step, pixels))
    assert approach.ready
    assert approach.fused_ns == (1_004, 1_007, 1_008)
    soft = begin(world)
    for step in range(len(story)):
        assert not soft.ready
        soft.add(frame(step, SOFT))
    assert soft.ready


@pytest.mark.parametrize("shape", [(8_000, 8_000), (39, 640), (1, 1)])
def test_no_camera_has_such_frames(shape: tuple[int, int], world: World) -> None:
    """Too large or too small a frame is not even looked at, and says so if there is no other."""
    # One black row that is shown again and again: no memory is needed for it.
    pixels = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (*shape, 3))
    odd = Frame(CameraId("lane-1"), NOON, 0, pixels)
    approach = begin(world)
    world.faces = NEAR
    assert approach.add(odd) is Sight.UNUSABLE_FRAME
    assert approach.capture() == CaptureRejected(CaptureReason.UNUSABLE_FRAMES)
    world.faces = NOBODY
    approach.add(frame(1))
    approach.add(replace(odd, captured_at=NOON + timedelta(seconds=1)))
    assert approach.capture() == CaptureRejected(CaptureReason.NOBODY)


def test_shows_what_the_last_frame_had(world: World) -> None:
    """For prompts and advice: size, and pose also of a face that is turned too far to be fused."""
    approach = begin(world)
    seen = []
    for step, world.faces in enumerate((NEAR, TURNED, FAR, NOBODY)):
        approach.add(frame(step))
        seen.append(approach.sighting)
    assert [each.sight for each in seen] == [
        Sight.FUSED,
        Sight.TURNED_AWAY,
        Sight.OUTSIDE_ZONE,
        Sight.NOBODY,
    ]
    assert [round(each.inter_eye_px) for each in seen] == [60, 60, 30, 0]
    assert seen[0].inter_eye_share == pytest.approx(60 / 640)
    yaws = [each.quality and round(each.quality.pose.yaw_deg) for each in seen]
    assert yaws == [0, pytest.approx(38, abs=3), None, None]
