"""Attacks carry the right shape to the camera, show the face, and have each flaw on a switch."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from faregate.face.pipeline import open_models
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.scenes.attacks import attack, attack_take, attack_walk_up
from faregate.scenes.camera import turned
from faregate.scenes.head import LiveLook, live_take
from faregate.scenes.looks import BARE, AttackKind, AttackLook
from faregate.scenes.portraits import rider_a
from faregate.scenes.walkup import Pace, WalkUp
from faregate.video.frame import Frame

RIDER = rider_a()
KINDS = [pytest.param(kind, id=kind.value) for kind in AttackKind]
FLAT_KINDS = [pytest.param(kind, id=kind.value) for kind in AttackKind if kind != "bent_print"]
SHORT = WalkUp(seed=11, lane=3, seconds=0.2, pace=Pace.ANY)
FLAWED = WalkUp(seed=555, lane=3, seconds=3.0, pace=Pace.ANY)
"""In its draws no flaw happens to be absent: bands, passers-by, an aimed lamp, phones."""

NEAR_S = 2.6
WHOLE = WalkUp(seed=11, lane=3, seconds=3.0, pace=Pace.ANY)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_attack(kind: AttackKind) -> None:
    """Rendering is deterministic to the last bit, all flaws included; another seed differs."""
    once, again = (list(attack_walk_up(RIDER, SHORT, kind)) for _ in range(2))
    assert len(once) == 3
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert once[0].shape == (480, 640, 3)
    other = next(attack_walk_up(RIDER, replace(SHORT, seed=12), kind))
    assert np.abs(once[0].astype(int) - other).mean() > 1


@pytest.mark.parametrize("kind", KINDS)
def test_each_flaw_shows_alone(kind: AttackKind) -> None:
    """Switching one flaw on changes the picture, where the kind has that flaw at all."""
    paper = {"border", "grain", "lamps"}
    not_paper = {"banding", "film", "defocus"}  # what is life-size is where the lens is sharp
    not_had = {
        AttackKind.PRINT: not_paper,
        AttackKind.BENT_PRINT: not_paper,
        AttackKind.CUT_OUT: not_paper | {"border"},
        AttackKind.SCREEN: paper | {"film"},
        AttackKind.REPLAY: paper,
    }[kind]
    bare = attack_take(RIDER, FLAWED, kind, BARE).clean(NEAR_S)
    for flaw in (entry.name for entry in fields(AttackLook)):
        shown = attack_take(RIDER, FLAWED, kind, replace(BARE, **{flaw: 1.0})).clean(NEAR_S)
        assert (not np.array_equal(shown, bare)) is (flaw not in not_had), flaw


@pytest.mark.parametrize("kind", FLAT_KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_flat_is_a_plane_in_the_world(kind: AttackKind, seed: int) -> None:
    """Sheets, cut-outs and displays, also those that play a film, lie in one plane all the time."""
    walk = replace(WHOLE, seed=seed)
    carried = attack(RIDER, walk, kind, AttackLook())
    for t_s in (0.0, 1.0, 2.5):
        points = carried.placed(t_s, carried.shows.at(t_s)).reshape(-1, 3).astype(float)
        flatness = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        assert flatness[2] < 1e-4 * flatness[0]


@pytest.mark.parametrize("seed", range(4))
def test_a_bent_print_leaves_the_plane(seed: int) -> None:
    """It bulges to the camera: its middle is the nearest."""
    carried = attack(RIDER, replace(WHOLE, seed=seed), AttackKind.BENT_PRINT, BARE)
    placed = carried.placed(1.0, carried.shows.at(1.0))
    assert placed[16, 0, 2] - placed[16, 32, 2] > 0.005
    assert placed[16, -1, 2] - placed[16, 32, 2] > 0.005


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_the_shown_face_is_as_large_as_a_living_one(kind: AttackKind, seed: int) -> None:
    """What is smaller is held nearer, so that the eyes are 0.8 to 1.6 times as far apart as alive.

    Never nearer than an arm's length allows a camera to be: the smallest end up smaller.
    """
    walk = replace(WHOLE, seed=seed)
    carried = attack(RIDER, walk, kind, replace(BARE, motion=0.0))
    end_s = walk.seconds
    z = float(carried.placed(end_s, carried.shows.at(end_s))[:, :, 2].min())
    alive = float(walk.gait(walk.person_chance()).position(end_s)[2])
    larger = carried.shows.at(end_s).magnified / z * alive
    assert 0.55 < larger < 1.6
    assert z > 0.12


@pytest.mark.parametrize("kind", KINDS)
def test_a_tilted_carrier_turns_about_the_face(kind: AttackKind) -> None:
    """The middle between the shown eyes is where the path says, however the carrier is turned."""
    carried = attack(RIDER, WHOLE, kind, replace(BARE, motion=1.0))
    at = carried.hold.shift(1.0) + carried.path.position(1.0) * carried.nearer
    carrier = carried.shows.at(1.0)
    eyes = carrier.shape.raised(np.zeros((1, 1, 2), np.float32), 1.0)
    placed = eyes @ carried.hold.rotation(1.0).T + at.astype(np.float32)
    assert np.linalg.norm(placed[0, 0] - at) < 0.005
    assert not np.allclose(carried.hold.rotation(1.0), turned(0.0, 0.0, 0.0), atol=1e-3)


@pytest.mark.parametrize("kind", ["live", *AttackKind])
def test_the_face_is_found_in_nearly_every_near_frame(kind: str, test_models: Path) -> None:
    """The detector finds a face in 95 % of the frames of the last second, for each kind."""
    detector = open_models(verify("permissive-small", test_models), threads=1).detector
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found: list[bool] = []
    for seed in range(4):
        walk = replace(WHOLE, seed=seed, lane=seed, fps=5)
        take = (
            live_take(RIDER, walk, LiveLook())
            if kind == "live"
            else attack_take(RIDER, walk, AttackKind(kind))
        )
        frames = (Frame(CameraId("lane"), now, 0, pixels) for pixels in take.frames())
        found += [bool(detector.detect(frame)) for frame in islice(frames, 10, None)]
    assert np.mean(found) >= 0.95


def test_moire_is_a_fine_pattern() -> None:
    """The grid's beat is much finer than what a face is made of."""
    look = replace(BARE, moire=1.0)
    bare, beating = (
        attack_take(RIDER, FLAWED, AttackKind.SCREEN, each).clean(NEAR_S).astype(np.float32)
        for each in (BARE, look)
    )
    beat = (beating - bare).mean(axis=2)
    assert beat.std() > 0.1
    assert cv2.GaussianBlur(beat, (0, 0), 4).std() < 0.5 * beat.std()
