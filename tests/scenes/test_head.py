"""A rendered person has depth, moves as a head does, and is the same for the same seed."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.scenes.build import AVERAGE, Build
from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.head import kiosk_session, live_walk_up
from faregate.scenes.person import BETWEEN_PUPILS_M, Person, metres_per_pixel, relief
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.print import PLAIN, Sheet
from faregate.scenes.station import empty_lane
from faregate.scenes.surface import drawn
from faregate.scenes.walkup import WalkUp

CAMERA = Pinhole(width=640, height=480, focal_px=554.0, height_m=1.5, tilt=0.1)
SHORT = WalkUp(seed=7, seconds=0.2)
LANDMARKS = np.array([(-0.0315, 0), (0.0315, 0), (0, 0.036), (-0.03, 0.062), (0.03, 0.062)])
FRONTAL = turned(0.0, 0.0, 0.0)
RIDERS = [pytest.param(rider_a(), id="a"), pytest.param(rider_b(), id="b")]


def test_the_nose_is_the_foremost_point() -> None:
    """The relief is a face's: nose before eyes before ears, the neck behind the chin."""
    places = {"nose": (0, 0.036), "eye": (0.0315, 0), "ear": (0.074, 0.02), "neck": (0, 0.17)}
    x, y = np.array(list(places.values()), np.float64).T
    nose, eye, ear, neck = relief(x, y, LANDMARKS)
    assert nose - eye > AVERAGE.nose_m
    assert eye > ear > neck - 0.02
    assert neck < -0.04


@pytest.mark.parametrize("seed", [None, *range(8)])
def test_the_relief_hides_nothing_within_twenty_five_degrees(seed: int | None) -> None:
    """No slope is steeper than a ray that comes in at 25 degrees, so nothing tears."""
    build = AVERAGE if seed is None else Build.drawn(np.random.default_rng(seed))
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, 401), np.linspace(-0.2, 0.4, 601))
    down, across = np.gradient(relief(x, y, LANDMARKS, build), 0.001)
    assert max(np.abs(down).max(), np.abs(across).max()) < 1 / np.tan(np.radians(25))


def test_people_differ_in_depth() -> None:
    """Noses stand out by 14 to 26 mm, and heads differ in width and length."""
    builds = [Build.drawn(np.random.default_rng(seed)) for seed in range(40)]
    noses = [build.nose_m for build in builds]
    assert 0.014 < min(noses) < 0.017
    assert 0.023 < max(noses) < 0.026
    assert np.std([build.width for build in builds]) > 0.02


def _after(points: NDArray[np.float32], yaw: float, distance: float) -> NDArray[np.float64]:
    """Where points at rest are seen, turned and at a distance."""
    at = np.array([0.02, -0.1, distance], np.float32)
    return CAMERA.project(points @ turned(yaw, 0.0, 0.0).T + at).astype(np.float64)


def _left_over(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    plane, _ = cv2.findHomography(one, other, 0)
    moved = cv2.perspectiveTransform(one[None], plane)[0]
    return float(np.sqrt(((moved - other) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize("portrait", RIDERS)
@pytest.mark.parametrize(
    ("yaw", "near", "depth_px"), [(0.1, 0.55, 0.5), (0.0, 0.55, 0.3)], ids=["turn", "approach"]
)
def test_true_points_of_a_head_leave_the_plane_and_of_a_print_do_not(
    portrait: Portrait, yaw: float, near: float, depth_px: float
) -> None:
    """The best homography explains a sheet to a thousandth of a pixel, and a face not at all."""
    face = Person.of(portrait).body.vertices
    sheet = Sheet.of(portrait, PLAIN, np.random.default_rng(0)).surface.vertices
    left_over = {}
    for name, vertices in (("head", face), ("sheet", sheet)):
        points = vertices.reshape(-1, 3)
        inside = np.hypot(points[:, 0] / 0.055, (points[:, 1] - 0.03) / 0.07) < 1
        points = points[inside]
        left_over[name] = _left_over(_after(points, 0.0, 1.2), _after(points, yaw, near))
    assert left_over["sheet"] < 1e-3
    assert left_over["head"] > depth_px


@pytest.mark.parametrize("portrait", RIDERS)
def test_a_landmark_is_drawn_where_its_vertex_projects(portrait: Portrait) -> None:
    """What the image shows at the projected left eye is the portrait's left eye, also turned."""
    person = Person.of(portrait)
    at = np.array([0.02, -0.1, 0.6])
    placed = person.placed(at, turned(0.2, 0.05, 0.0), FRONTAL)
    layer = drawn(person.body, placed, CAMERA)
    vertices = person.body.vertices
    offset = (portrait.points[0] - portrait.points[:2].mean(axis=0)) * metres_per_pixel(portrait)
    row, column = np.unravel_index(
        np.argmin(np.hypot(*(vertices[:, :, :2] - offset).transpose(2, 0, 1))), vertices.shape[:2]
    )
    x, y = np.rint(CAMERA.project(placed[row, column])).astype(int)
    seen = layer.where[y - layer.top, x - layer.left]
    grid = np.array([column, row]) / (np.array(vertices.shape[1::-1]) - 1)
    pixels = (seen - grid) * (person.body.texture.width, person.body.texture.height)
    # Half a pixel of rounding, seen through the texture's density.
    assert np.abs(pixels).max() * metres_per_pixel(portrait) < 0.0015


def test_the_eyes_are_as_far_apart_as_the_distance_says() -> None:
    """At 0.6 m frontally, pupils 63 mm apart are 63 mm times focal length over distance apart."""
    eyes = np.array([(-BETWEEN_PUPILS_M / 2, 0, 0.6), (BETWEEN_PUPILS_M / 2, 0, 0.6)], np.float32)
    level = Pinhole(width=640, height=480, focal_px=554.0, height_m=1.5, tilt=0.0)
    left, right = level.project(eyes)
    assert right[0] - left[0] == pytest.approx(554.0 * BETWEEN_PUPILS_M / 0.6)


@pytest.mark.parametrize(
    "film",
    [
        pytest.param(lambda: live_walk_up(rider_a(), SHORT), id="walk-up"),
        pytest.param(lambda: kiosk_session(rider_a(), seed=7, seconds=0.2), id="kiosk"),
        pytest.param(lambda: empty_lane(SHORT), id="empty lane"),
    ],
)
def test_the_same_seed_gives_the_same_pixels(
    film: Callable[[], list[NDArray[np.uint8]]],
) -> None:
    """Rendering is deterministic to the last bit, noise included; frames still differ in noise."""
    once, again = list(film()), list(film())
    assert len(once) == 3
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert all(frame.shape == (480, 640, 3) and frame.dtype == np.uint8 for frame in once)
    assert not np.array_equal(once[0], once[1])


def test_other_seeds_give_other_walks() -> None:
    """A seed is a person's walk and a sensor's noise, not a label."""
    first = next(live_walk_up(rider_a(), SHORT))
    other = next(live_walk_up(rider_a(), WalkUp(seed=8, seconds=0.2)))
    assert np.abs(first.astype(int) - other).mean() > 2


def test_enrolment_pictures_are_no_frames_of_a_walk_up() -> None:
    """A kiosk's frames show another hall than any gate's: no template is made of probe frames."""
    enrolment = next(kiosk_session(rider_a(), seed=7))
    probe = next(live_walk_up(rider_a(), WalkUp(seed=7)))
    corner = np.s_[:60, :60]
    assert np.abs(enrolment[corner].astype(int) - probe[corner]).mean() > 5


def test_a_person_covers_the_lane_only_where_they_are() -> None:
    """Outside the silhouette a frame is the empty lane of the same gate."""
    walk = WalkUp(seed=7, seconds=0.1)
    person, empty = next(live_walk_up(rider_a(), walk)), next(empty_lane(walk))
    assert np.array_equal(person[:80], empty[:80])
    assert not np.array_equal(person, empty)
