"""How people's heads differ in depth."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

_NOSE_M: Final = (0.020, 0.0026)
_WIDTH_DEVIATION: Final = 0.04
_LENGTH_DEVIATION: Final = 0.04
_BEYOND: Final = 2.3
"""Deviations: 98 in 100 people lie within, and nobody gets a flat or a pointed head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Nose protrusion in metres; width and length of the head, lips and chin, over the mean's.

    Means and deviations over men and women are those of Zhuang and Bradtmiller (J. Occup. Environ.
    Hyg. 2005): nose protrusion 20 and 2.6 mm, head breadth and length with 4 % each. How much
    lips, chin and sockets vary is an estimate.
    """

    nose_m: float = 0.020
    width: float = 1.0
    length: float = 1.0
    sockets: float = 1.0
    lips: float = 1.0
    chin: float = 1.0

    @classmethod
    def drawn(cls, chance: np.random.Generator) -> Self:
        """Draw somebody's."""
        off = np.clip(chance.standard_normal(6), -_BEYOND, _BEYOND)
        mean, deviation = _NOSE_M
        return cls(
            nose_m=mean + deviation * off[0],
            width=1 + _WIDTH_DEVIATION * off[1],
            length=1 + _LENGTH_DEVIATION * off[2],
            sockets=1 + 0.25 * off[3],
            lips=1 + 0.25 * off[4],
            chin=1 + 0.25 * off[5],
        )


AVERAGE: Final = Build()
