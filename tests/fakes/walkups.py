"""Clips of a portrait that grows as if it came nearer: flat, and enough to find and embed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import cv2
import numpy as np

from faregate.ids import CameraId
from faregate.scenes.portraits import Portrait
from faregate.video.frame import Frame

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
STEP: Final = timedelta(milliseconds=100)
_SIZE: Final = (640, 480)


def still(portrait: Portrait, *, at: datetime = NOON) -> Frame:
    """Give the portrait itself as a frame."""
    return Frame(CameraId("lane-1"), at, _nanoseconds(at), portrait.pixels.copy())


def walk_up(
    portrait: Portrait,
    *,
    inter_eye_px: tuple[float, float] = (45.0, 80.0),
    frames: int = 30,
    start: datetime = NOON,
) -> Iterator[Frame]:
    """Give frames 100 ms apart in which the eyes grow apart from the first to the second value."""
    eyes = portrait.points[:2]
    middle = eyes.mean(axis=0)
    distance = float(np.linalg.norm(eyes[1] - eyes[0]))
    for count, target in enumerate(np.linspace(*inter_eye_px, frames)):
        scale = target / distance
        shift = np.array(_SIZE) / 2 - scale * middle
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        pixels = cv2.warpAffine(portrait.pixels, matrix, _SIZE, borderValue=(90, 90, 90))
        noise = np.random.default_rng(count).normal(0, 2, pixels.shape)
        at = start + count * STEP
        grainy = np.clip(pixels + noise, 0, 255).astype(np.uint8)
        yield Frame(CameraId("lane-1"), at, _nanoseconds(at), grainy)


def _nanoseconds(at: datetime) -> int:
    return round((at - NOON).total_seconds() * 1e9)
