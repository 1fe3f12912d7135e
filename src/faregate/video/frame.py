"""One picture from one camera. It knows pixels, not people."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from faregate.ids import CameraId

_CHANNELS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded picture, read-only, in memory only.

    `pixels` is (H, W, 3) uint8 RGB. `captured_at` is business time; `received_ns` is the
    monotonic clock when the picture reached this process, for latencies.
    """

    camera: CameraId
    captured_at: datetime
    received_ns: int
    pixels: NDArray[np.uint8] = field(repr=False)

    def __post_init__(self) -> None:
        if self.pixels.ndim != _CHANNELS or self.pixels.shape[2] != _CHANNELS:
            raise ValueError(f"pixels must be (H, W, 3), got {self.pixels.shape}")
        if self.pixels.dtype != np.uint8:
            raise ValueError(f"pixels must be uint8, got {self.pixels.dtype}")
        self.pixels.flags.writeable = False
