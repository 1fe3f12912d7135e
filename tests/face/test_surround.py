"""The surround of a head stays where it is, that of a face on a display does not: drawn patches."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind
from faregate.face.surround import Surround

SIZE: Final = (640, 480)
STEP_NS: Final = 66_666_667
FIVE: Final = np.array([(-0.5, 0), (0.5, 0), (0, 0.6), (-0.4, 1.1), (0.4, 1.1)], np.float32)
UNJUDGED: Final = Cue(kind=CueKind.SURROUND, score=0.0, judged=False, measure=0.0)

Sighting = tuple[NDArray[np.uint8], DetectedFace]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A face that comes nearer, from `near[0]` to `near[1]` pixels between the eyes.

    `carried` is how far the hand that holds the picture sways, in pixels: 0 for somebody alive.
    `margin` is how far around the face the picture reaches, in distances between the eyes.
    """

    seed: int = 1
    frames: int = 30
    near: tuple[float, float] = (40.0, 75.0)
    carried: float = 0.0
    margin: float = 2.6
    grain: float = 2.0
    plain: bool = False
    shaken: float = 0.0


def texture(seed: int) -> NDArray[np.uint8]:
    """Draw a hall: boards and posters anywhere, of any grey."""
    chance = np.random.default_rng([seed, 9])
    hall = np.full((SIZE[1], SIZE[0]), 128, np.uint8)
    for _ in range(220):
        x, y = (int(value) for value in chance.integers(0, SIZE))
        wide, high = (int(value) for value in chance.integers(8, 70, 2))
        cv2.rectangle(hall, (x, y), (x + wide, y + high), int(chance.integers(40, 220)), -1)
    return cv2.GaussianBlur(hall, (0, 0), 0.9).astype(np.uint8)


def filmed(scene: Scene) -> list[Sighting]:
    """Draw the frames, and where the face is in each."""
    chance = np.random.default_rng(scene.seed)
    hall = np.full((SIZE[1], SIZE[0]), 128, np.uint8) if scene.plain else texture(scene.seed)
    skin, in_film = texture(scene.seed + 1000), texture(scene.seed + 2000)
    found = []
    for count, eyes in enumerate(np.linspace(*scene.near, scene.frames)):
        part = count * STEP_NS / 1e9
        middle = np.array([320.0, 220.0])
        sway = scene.carried * np.array([np.sin(5.0 * part), np.sin(3.7 * part + 1.0)])
        shift = np.array([[1.0, 0, sway[0]], [0, 1, sway[1]]])
        picture = hall.copy()
        if scene.carried:
            moved = cv2.warpAffine(in_film, shift, SIZE, borderMode=cv2.BORDER_REFLECT)
            reach = scene.margin * 60.0
            low, high = (np.rint(middle + sway + side * reach).astype(int) for side in (-1, 1))
            cut = (slice(max(low[1], 0), high[1]), slice(max(low[0], 0), high[0]))
            picture[cut] = moved[cut]
        at = middle + sway
        scale = eyes / 60.0
        grown = np.array([[scale, 0, at[0] - 320 * scale], [0, scale, at[1] - 220 * scale]])
        face = cv2.warpAffine(skin, grown, SIZE, borderMode=cv2.BORDER_REFLECT)
        mask = np.zeros_like(picture)
        axes = (round(1.2 * eyes), round(1.9 * eyes))
        cv2.ellipse(mask, tuple(np.rint(at).astype(int).tolist()), axes, 0, 0, 360, 255, -1)
        picture = np.where(mask > 0, face, picture).astype(np.uint8)
        if scene.shaken:
            jolt = np.array([[1.0, 0, 0], [0, 1, scene.shaken * (-1) ** (count // 2)]])
            jolted = cv2.warpAffine(picture, jolt, SIZE, borderMode=cv2.BORDER_REPLICATE)
            picture = jolted.astype(np.uint8, copy=False)
        noisy = np.clip(picture + chance.normal(0, scene.grain, picture.shape), 0, 255)
        five = (at + eyes * FIVE + chance.normal(0, 0.5, (5, 2))).astype(np.float32)
        box = (at[0] - eyes, at[1] - 1.2 * eyes, at[0] + eyes, at[1] + 1.7 * eyes)
        found.append((noisy.astype(np.uint8), DetectedFace(box, five, 0.9)))
    return found


def shown(sightings: list[Sighting], surround: Surround | None = None) -> Surround:
    """Show the frames at 15 a second."""
    surround = surround or Surround()
    for count, (grey, face) in enumerate(sightings):
        surround.add(grey, face, at_ns=count * STEP_NS)
    return surround


@pytest.mark.parametrize("seed", range(4))
def test_beside_a_person_the_hall_stands_still(seed: int) -> None:
    """Most of what is followed stays, though the head grows over some of it."""
    cue = shown(filmed(Scene(seed=seed))).measure()
    assert cue.judged
    assert cue.score >= LIVENESS_MIN


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("carried", [6.0, 14.0])
def test_around_a_film_the_hand_moves_it(seed: int, carried: float) -> None:
    """A film of a person in another hall, whose head grows as a head does."""
    cue = shown(filmed(Scene(seed=seed, carried=carried))).measure()
    assert cue.judged
    assert cue.score < LIVENESS_MIN


def test_a_plain_wall_says_nothing() -> None:
    """Nothing to follow: not judged, and no more against a person than for one."""
    assert shown(filmed(Scene(plain=True, grain=0.0))).measure() == UNJUDGED


def test_a_face_that_does_not_move_says_nothing() -> None:
    """A picture on a stand has a still surround too."""
    assert shown(filmed(Scene(near=(60.0, 60.0)))).measure() == UNJUDGED


def test_few_frames_say_nothing() -> None:
    """Nor do faces that are too small."""
    assert Surround().measure() == UNJUDGED
    assert shown(filmed(Scene())[:9]).measure() == UNJUDGED
    assert shown(filmed(Scene(near=(12.0, 23.0)))).measure() == UNJUDGED


def test_a_little_shaking_of_the_camera_is_allowed() -> None:
    """Half a pixel up and down, as from a barrier that strikes its stop."""
    cue = shown(filmed(Scene(shaken=0.25))).measure()
    assert cue.score >= LIVENESS_MIN


def test_who_was_alive_before_does_not_vouch_for_a_film() -> None:
    """The same place, the same size, and a display from one frame to the next."""
    person = filmed(Scene(near=(50.0, 75.0)))
    film = filmed(Scene(near=(50.0, 75.0), carried=14.0))
    surround = shown([*person, *film])
    assert surround.measure().score < LIVENESS_MIN


def test_a_gap_begins_anew() -> None:
    """After most of a second without a face, what was seen before is gone."""
    surround = shown(filmed(Scene()))
    assert surround.measure().judged
    grey, face = filmed(Scene(frames=2))[-1]
    surround.add(grey, face, at_ns=30 * STEP_NS + 700_000_001)
    assert surround.measure() == UNJUDGED


def test_repeated_frames_are_passed_over() -> None:
    """A camera that gives each frame twice gives no more evidence than one that does not."""
    frames = filmed(Scene())
    twice = Surround()
    for count, (grey, face) in enumerate(frames):
        for offset in (0, STEP_NS // 2):
            twice.add(grey, face, at_ns=count * STEP_NS + offset)
    assert twice.measure() == shown(frames).measure()


def test_what_was_kept_is_overwritten() -> None:
    """After a wipe no patch can be read, and nothing is judged."""
    surround = shown(filmed(Scene()))
    looks = list(surround._looks)
    assert all(look.patch.any() for look in looks)
    surround.wipe()
    assert not any(look.patch.any() or look.points.any() or look.five.any() for look in looks)
    assert surround.measure() == UNJUDGED


def test_no_more_than_a_few_patches_are_kept() -> None:
    """However long somebody stands there."""
    surround = shown(filmed(Scene(frames=60)))
    assert len(surround._looks) <= 6
    assert len(surround._pairs) == 24


@settings(max_examples=25, deadline=None)
@given(
    shift=st.tuples(st.floats(-700, 700), st.floats(-700, 700)),
    scale=st.floats(0.1, 20.0),
)
def test_no_place_or_size_of_a_face_breaks_it(shift: tuple[float, float], scale: float) -> None:
    """A detector's strangest face is followed or passed over; a score stays from 0 to 1."""
    sightings = []
    for grey, face in filmed(Scene(frames=12)):
        points = (scale * face.points + np.array(shift)).astype(np.float32)
        sightings.append((grey, DetectedFace(face.box, points, face.score)))
    cue = shown(sightings).measure()
    assert 0.0 <= cue.score <= 1.0
    assert 0.0 <= cue.measure <= 1.0
    assert cue.judged or cue == UNJUDGED
