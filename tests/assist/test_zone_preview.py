"""Zones are drawn where they are, each in its colour, on a copy."""

import numpy as np

from faregate.assist.zone_preview import draw_zones
from faregate.assist.zones import CameraZones, Zone, ZoneKind


def test_zones_are_drawn_on_a_copy() -> None:
    """Inside a zone colour shows; outside, and in the still itself, nothing changed."""
    still = np.full((200, 300, 3), 128, np.uint8)
    corners = ((0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0))
    rails = Zone(name="rails", kind=ZoneKind.TRACKS, corners=corners)
    zones = CameraZones(camera="north", place="North", zones=(rails,))
    drawn = draw_zones(still, zones)
    red, green, _ = drawn[150, 60]
    assert red > 128 > green
    assert (drawn[20, 280] == 128).all()
    assert (still == 128).all()
