"""What surfaces send back of near infrared (850 nm), from what they look like in colour.

Assumed, not measured: skin of all complexions sends back about half; hair and brows less; the eye's
white and iris are alike. Paper sends back most of it, and how much of a picture remains depends on
the ink: dyes are clear at 850 nm, toner and black pigment are not. A display's glass and black
layer send back almost nothing, and what the display shows has no infrared in it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.surface import Layer

_SKIN: Final = 0.55
_PAPER: Final = 0.80
_GLASS: Final = 0.03
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)


def _brightness(layer: Layer) -> NDArray[np.float32]:
    luma = layer.pixels[:, :, :3].astype(np.float32) @ _LUMA
    alpha = np.maximum(layer.pixels[:, :, 3].astype(np.float32), 1)
    bright: NDArray[np.float32] = (luma / alpha).astype(np.float32)
    return bright


def skin_seen(layer: Layer, typical: float) -> NDArray[np.float32]:
    """Give what a person's layer sends back (h, w); `typical` is the skin's brightness, 0 to 1."""
    relative = np.clip(_brightness(layer) / max(typical, 0.05), 0.1, 1.4)
    skin: NDArray[np.float32] = (_SKIN * np.sqrt(relative)).astype(np.float32)
    return skin


def paper_seen(layer: Layer, toner: float) -> NDArray[np.float32]:
    """Give what a print sends back (h, w); `toner` is how much of the picture remains, 0 to 1."""
    return (_PAPER * (1 - toner * (1 - _brightness(layer)))).astype(np.float32)


def glass_seen(layer: Layer) -> NDArray[np.float32]:
    """Give what a display sends back (h, w)."""
    return np.full(layer.pixels.shape[:2], _GLASS, np.float32)
