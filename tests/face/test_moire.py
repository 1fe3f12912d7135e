"""A grid of known pitch stands out of the spectrum; faces, edges and noise do not."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import LIVENESS_MIN, CueKind, LivenessPolicy
from faregate.face.moire import Moire, peak
from faregate.face.square import square_of
from faregate.scenes.portraits import Portrait, rider_a, rider_b

SIDE = 64
NOISE_ALONE_MAX = 2.4
"""More than the highest peak of noise reaches, see `test_what_noise_reaches`."""


def noise(seed: int, deviation: float = 3.0) -> NDArray[np.float32]:
    """Make a square of a camera's noise on mid grey."""
    values = np.random.default_rng(seed).normal(120, deviation, (SIDE, SIDE))
    return values.astype(np.float32)


def grid(pitch_px: float, *, angle: float = 0.3, phase: float = 0.0) -> NDArray[np.float32]:
    """Make stripes of amplitude 1 that are `pitch_px` apart, at an angle to the rows."""
    y, x = np.mgrid[:SIDE, :SIDE]
    along = x * np.cos(angle) + y * np.sin(angle)
    stripes: NDArray[np.float32] = np.cos(2 * np.pi * along / pitch_px + phase).astype(np.float32)
    return stripes


def face(x: float = 160.0, y: float = 120.0, eyes: float = 60.0) -> DetectedFace:
    """Make a face whose eyes are `eyes` apart around (x, y)."""
    half = eyes / 2
    points = [
        (x - half, y),
        (x + half, y),
        (x, y + half),
        (x - half, y + eyes),
        (x + half, y + eyes),
    ]
    return DetectedFace(
        (x - eyes, y - eyes, x + eyes, y + 1.5 * eyes), np.array(points, np.float32), 1.0
    )


@settings(max_examples=40, deadline=None)
@given(
    pitch_px=st.floats(2.6, 7.5),
    angle=st.floats(0.3, 1.2),
    phase=st.floats(0, 6.3),
    seed=st.integers(0, 1000),
)
def test_a_weak_grid_stands_out(pitch_px: float, angle: float, phase: float, seed: int) -> None:
    """Of any pitch between three pixels and seven, about as strong as the noise it lies in."""
    with_grid = noise(seed) + 5.0 * grid(pitch_px, angle=angle, phase=phase)
    assert peak(with_grid) > NOISE_ALONE_MAX


@given(seed=st.integers(0, 1000), deviation=st.floats(0.5, 12.0))
def test_noise_does_not(seed: int, deviation: float) -> None:
    """However strong."""
    assert peak(noise(seed, deviation)) < NOISE_ALONE_MAX


def test_what_noise_reaches() -> None:
    """The mean and deviation that the excess counts from: over 4,000 squares."""
    heights = np.array([peak(noise(seed)) for seed in range(4_000)])
    assert heights.mean() == pytest.approx(1.5, abs=0.05)
    assert heights.std() == pytest.approx(0.17, abs=0.01)
    assert heights.max() < NOISE_ALONE_MAX


def test_nor_do_edges_and_blocks() -> None:
    """A sharp edge is a line in the spectrum; a compressor's blocks are where blocks must be."""
    y, x = np.mgrid[:SIDE, :SIDE]
    edge = noise(1) + 60.0 * (x + 0.4 * y > 40)
    blocks = noise(2) + 6.0 * np.kron(
        np.random.default_rng(3).normal(0, 1, (8, 8)), np.ones((8, 8))
    )
    assert peak(edge.astype(np.float32)) < NOISE_ALONE_MAX
    assert peak(blocks.astype(np.float32)) < NOISE_ALONE_MAX


def pictures(
    portrait: Portrait, printed: float
) -> Iterator[tuple[NDArray[np.uint8], DetectedFace]]:
    """Give twelve frames of a portrait that comes nearer, with a grid on it of this amplitude."""
    chance = np.random.default_rng(7)
    eyes = portrait.points[:2]
    for distance in np.linspace(45, 70, 12):
        scale = distance / float(np.linalg.norm(eyes[1] - eyes[0]))
        x, y = np.array([160.0, 120.0]) - scale * eyes.mean(axis=0)
        matrix = np.array([[scale, 0, x], [0, scale, y]])
        seen = cv2.warpAffine(portrait.pixels, matrix, (320, 240), flags=cv2.INTER_AREA)
        down, across = np.mgrid[:240, :320] / distance
        dots = printed * np.cos(2 * np.pi * (14 * across + 4 * down))
        noisy = seen + dots[:, :, None] + chance.normal(0, 2, seen.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8), face(eyes=float(distance))


def seen(portrait: Portrait, printed: float) -> Moire:
    """Show these frames to a new one."""
    moire = Moire()
    for pixels, there in pictures(portrait, printed):
        moire.add(square_of(pixels, there))
    return moire


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_a_printed_face_is_told_from_the_face(portrait: Portrait) -> None:
    """A grid of two to three grey levels on skin, hair and eyes is enough."""
    skin, paper = seen(portrait, 0.0).measure(), seen(portrait, 5.0).measure()
    assert (skin.kind, skin.judged, paper.judged) == (CueKind.MOIRE, True, True)
    policy = LivenessPolicy()
    assert policy.scored(skin).score >= LIVENESS_MIN > policy.scored(paper).score


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_a_compressed_face_is_still_one(portrait: Portrait) -> None:
    """Blocks of 8 and 16 pixels, and colours drawn out to twice their size, are no moire."""
    moire = Moire()
    for pixels, there in pictures(portrait, 0.0):
        _, code = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])
        sent = cv2.imdecode(code, cv2.IMREAD_COLOR)
        assert sent is not None
        moire.add(square_of(sent.astype(np.uint8), there))
    assert LivenessPolicy().scored(moire.measure()).score >= LIVENESS_MIN


@given(printed=st.floats(0, 8))
@settings(max_examples=8, deadline=None)
def test_a_stronger_grid_is_never_more_live(printed: float) -> None:
    """Up to what chance makes of it."""
    weaker, stronger = seen(rider_a(), printed), seen(rider_a(), printed + 2.0)
    assert stronger.measure().measure <= weaker.measure().measure + 0.1


def test_five_frames_are_too_few() -> None:
    """Chance makes peaks too."""
    moire = Moire()
    for pixels, there in list(pictures(rider_a(), 5.0))[:5]:
        moire.add(square_of(pixels, there))
    assert not moire.measure().judged


def test_it_forgets() -> None:
    """After `wipe` it is as new, and a square is left as it was."""
    moire = seen(rider_a(), 5.0)
    moire.wipe()
    assert moire.measure() == Moire().measure()
    [pixels, there], *_ = pictures(rider_a(), 0.0)
    square = square_of(pixels, there)
    before = square.copy()
    moire.add(square)
    np.testing.assert_array_equal(square, before)
