"""The pose of a head from five points: exact on the mean face, near on rendered heads."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fakes.walkups import NOON
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.pipeline import FacePipeline
from faregate.face.pose import _MEAN_FACES, Pose, estimate_pose
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.person import Person
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.surface import drawn
from faregate.video.frame import Frame

EYES_PX = 60.0
KINDS = list(PointsKind)


def seen(points: NDArray[np.floating], kind: PointsKind = PointsKind.EYES_NOSE_MOUTH) -> Pose:
    """Estimate the pose of five points."""
    face = DetectedFace((0, 0, 100, 100), points.astype(np.float32), 1.0, kind)
    return estimate_pose(face)


def mean_face(
    kind: PointsKind, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0
) -> NDArray[np.float64]:
    """Turn the mean face by degrees, to the right, down and clockwise, as seen from afar."""
    x, y, z = np.array(_MEAN_FACES[kind]).T
    a, b, c = np.radians([yaw, pitch, roll])
    right = x * np.cos(a) - z * np.sin(a)
    away = x * np.sin(a) + z * np.cos(a)
    down = y * np.cos(b) - away * np.sin(b)
    rolled = (right + 1j * down) * np.exp(1j * c) * EYES_PX + (320 + 240j)
    return np.stack([rolled.real, rolled.imag], axis=1)


@pytest.mark.parametrize("kind", KINDS)
@given(yaw=st.floats(-40, 40), pitch=st.floats(-25, 25), roll=st.floats(-90, 90))
def test_finds_the_turn_of_the_mean_face(
    kind: PointsKind, yaw: float, pitch: float, roll: float
) -> None:
    """Exact but for a lean to the front, which is strong where the points say little of pitch."""
    if kind is PointsKind.EYE_CORNERS_NOSE:
        pitch /= 5
    pose = seen(mean_face(kind, yaw=yaw, pitch=pitch, roll=roll), kind)
    assert pose.yaw_deg == pytest.approx(yaw, abs=max(4.0, 0.15 * abs(yaw)))
    assert pose.pitch_deg == pytest.approx(pitch, abs=max(4.0, 0.25 * abs(pitch)))
    assert pose.roll_deg == pytest.approx(roll, abs=3.0)
    assert pose.misfit < 0.02


def test_the_signs_are_those_of_the_image() -> None:
    """A nose to the right, a nose far down, a head that leans clockwise: all positive."""
    frontal = mean_face(PointsKind.EYES_NOSE_MOUTH)
    moved = frontal.copy()
    moved[2, 0] += 10
    assert seen(moved).yaw_deg > 5
    moved = frontal.copy()
    moved[2, 1] += 6
    assert seen(moved).pitch_deg > 3
    clockwise = (frontal - 300) @ np.array([[0, 1], [-1, 0]])  # (x, y) becomes (-y, x)
    assert seen(clockwise).roll_deg == pytest.approx(90.0, abs=1.0)


def test_a_flat_face_turned_by_hand_does_not_turn() -> None:
    """What a print does: it gets narrower, and the nose stays in the middle."""
    flat = mean_face(PointsKind.EYES_NOSE_MOUTH) - 320
    for degrees in (10, 20, 30, 40):
        narrow = flat * (np.cos(np.radians(degrees)), 1.0) + 320
        assert abs(seen(narrow).yaw_deg) < 1.0
        ratio = seen(narrow).narrowness / seen(flat + 320).narrowness
        assert ratio == pytest.approx(np.cos(np.radians(degrees)), abs=0.01)


def test_points_that_belong_to_no_face_fit_badly() -> None:
    """Exchanged eyes, a mouth above them, or all on one spot."""
    frontal = mean_face(PointsKind.EYES_NOSE_MOUTH)
    assert seen(frontal).misfit < 0.01
    assert seen(frontal[[1, 0, 2, 3, 4]]).misfit > 0.3
    assert seen(frontal[[3, 4, 2, 0, 1]]).misfit > 0.2
    nonsense = seen(np.zeros((5, 2)))
    assert (nonsense.yaw_deg, nonsense.misfit, nonsense.narrowness) == (180.0, 1.0, 0.0)
    assert seen(frontal[[0, 0, 2, 3, 4]]).misfit == 1.0


@pytest.fixture(params=["pip-offline", "permissive-small"])
def pipeline(request: pytest.FixtureRequest) -> FacePipeline:
    """Open each pack; the networks only where they are installed."""
    if request.param == "pip-offline":
        return FacePipeline(verify("pip-offline", Path("nowhere")))
    return FacePipeline(verify(request.param, request.getfixturevalue("test_models")))


def rendered(portrait: Portrait, pipeline: FacePipeline, *, yaw: float, pitch: float) -> Pose:
    """Estimate the pose of a rendered head that is turned by degrees about its neck."""
    camera = Pinhole.with_field((640, 480), field=float(np.radians(60)), height_m=1.5, tilt=0.0)
    person = Person.of(portrait)
    # The scenes count yaw to the image's left.
    head = turned(float(np.radians(-yaw)), float(np.radians(pitch)), 0.0)
    placed = person.placed(np.array([0.0, 0.0, 0.6]), head, np.eye(3, dtype=np.float32))
    pixels = np.full((480, 640, 3), 110, np.uint8)
    drawn(person.body, placed, camera).over(pixels)
    [face] = pipeline.detect(Frame(CameraId("lane-1"), NOON, 0, pixels))
    return estimate_pose(face)


@pytest.mark.parametrize("portrait", [rider_a, rider_b])
def test_follows_a_rendered_head(portrait: "type[Portrait]", pipeline: FacePipeline) -> None:
    """Against the same head at rest: yaw within 9 degrees up to 20; of pitch the way up only.

    Rendered noses stand out less than real ones do, so yaw comes out smaller.
    """
    rest = rendered(portrait(), pipeline, yaw=0, pitch=0)  # type: ignore[call-arg]
    for yaw in (-20, -10, 10, 20):
        pose = rendered(portrait(), pipeline, yaw=yaw, pitch=0)  # type: ignore[call-arg]
        assert pose.yaw_deg - rest.yaw_deg == pytest.approx(yaw, abs=9.0)
        assert np.sign(pose.yaw_deg - rest.yaw_deg) == np.sign(yaw)
    up = rendered(portrait(), pipeline, yaw=0, pitch=-15)  # type: ignore[call-arg]
    assert up.pitch_deg - rest.pitch_deg < -5.0
