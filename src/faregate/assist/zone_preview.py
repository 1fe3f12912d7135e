"""Zones drawn on a still, to see whether they lie where they should. A person asks for it."""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.assist.zones import CameraZones, ZoneKind

_COLOURS: Final[Mapping[ZoneKind, tuple[int, int, int]]] = {
    ZoneKind.TRACKS: (214, 39, 40),
    ZoneKind.BENCH: (148, 103, 189),
    ZoneKind.ESCALATOR: (255, 127, 14),
    ZoneKind.PLATFORM: (31, 119, 180),
}
_FILL: Final = 0.25
_FIRST_LINE: Final = 24


def draw_zones(pixels: NDArray[np.uint8], zones: CameraZones) -> NDArray[np.uint8]:
    """Give a copy of a picture (H, W, 3) RGB with the zones on it, named."""
    height, width = pixels.shape[:2]
    outlines = [
        np.array([[round(x * width), round(y * height)] for x, y in zone.corners], np.int32)
        for zone in zones.zones
    ]
    filled = pixels.copy()
    for zone, outline in zip(zones.zones, outlines, strict=True):
        cv2.fillPoly(filled, [outline], _COLOURS[zone.kind])
    drawn = cv2.addWeighted(filled, _FILL, pixels, 1 - _FILL, 0).astype(np.uint8)
    for zone, outline in zip(zones.zones, outlines, strict=True):
        colour = _COLOURS[zone.kind]
        cv2.polylines(drawn, [outline], isClosed=True, color=colour, thickness=2)
        x, y = outline[0]
        # A name at the upper edge would stand outside of the picture.
        at = (int(x) + 4, max(int(y) - 6, _FIRST_LINE))
        cv2.putText(
            drawn, f"{zone.name}: {zone.kind}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 2
        )
    return drawn
