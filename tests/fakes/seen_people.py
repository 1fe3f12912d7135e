"""A looker that finds drawn people: which, is written into a picture's first pixels.

Pixel (0, i) stands for person i: 0 is nobody, 1 stands, 2 lies, 3 sits; each to the right of the
one before. The rest of the picture changes with every second, so that there is motion.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fakes.people import lying, seated, standing
from faregate.assist.posture import Posture
from faregate.video.frame import Frame

PEOPLE_MAX: Final = 3
_DRAWN: Final = {1: standing, 2: lying, 3: seated}


def picture(*people: int, tick: int = 0) -> NDArray[np.uint8]:
    """Draw a picture of up to three people."""
    pixels = np.full((36, 64, 3), (tick % 2) * 100, np.uint8)
    pixels[0, :PEOPLE_MAX] = 0
    for order, who in enumerate(people):
        pixels[0, order] = who
    return pixels


class SeenPeople:
    """Finds them; counts how often it was asked."""

    def __init__(self) -> None:
        """Begin with no look."""
        self.looks = 0

    def look(self, frame: Frame) -> tuple[Posture, ...]:
        """Read the first pixels."""
        self.looks += 1
        return tuple(
            _DRAWN[int(frame.pixels[0, order, 0])](x=0.2 + 0.3 * order)
            for order in range(PEOPLE_MAX)
            if int(frame.pixels[0, order, 0]) in _DRAWN
        )
