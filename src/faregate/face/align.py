"""Move a face onto reference points: the movement, and the pixels."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_AVERAGED_BELOW: Final = 0.75
"""Between 1 and this scale, the two by two pixels that are interpolated miss next to none."""


def similarity_onto(
    points: NDArray[np.float32], reference: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Give the (2, 3) rotation, scale and shift that best moves `points` (N, 2) onto `reference`.

    Least squares over all points, in closed form; OpenCV's own estimator samples at random.
    With a = s cos, b = s sin: u = a x - b y + p and v = b x + a y + q.
    """
    x, y = points.astype(np.float64).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    system = np.vstack([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    (a, b, p, q), *_ = np.linalg.lstsq(system, reference.T.astype(np.float64).ravel(), rcond=None)
    return np.array([[a, -b, p], [b, a, q]])


def crop_onto(
    pixels: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Give the (height, width, 3) crop that `matrix` (2, 3) moves `pixels` (H, W, 3) onto.

    `size` is (width, height). What lies outside the picture is black. A face that is larger than
    the crop is averaged down, not sampled: the noise of a near face falls, and fine texture does
    not turn into other texture. Only the part of the picture that is needed is read, so that the
    picture's own size does not matter: OpenCV refuses to warp 32,768 pixels a side.
    """
    width, height = size
    empty = np.zeros((height, width, 3), np.uint8)
    if not np.isfinite(matrix).all() or np.linalg.det(matrix[:, :2]) == 0.0:
        return empty
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    reach = corners @ back[:, :2].T + back[:, 2]
    # Some pixels more on each side, for the interpolation.
    margin = 1 + np.ceil(1 / scale)
    limits = np.array([pixels.shape[1], pixels.shape[0]])
    left, top = np.clip(np.floor(reach.min(axis=0) - margin), 0, limits).astype(int).tolist()
    right, bottom = np.clip(np.ceil(reach.max(axis=0) + margin), 0, limits).astype(int).tolist()
    if left >= right or top >= bottom:
        return empty
    part = pixels[top:bottom, left:right]
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ np.array([left, top], np.float64)
    if scale >= _AVERAGED_BELOW:
        return _warped(part, moved, size)
    small_size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    small = cv2.resize(part, small_size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    # Pixel middles lie at whole numbers: x = (x_small + 1/2) / factor - 1/2.
    factor = np.array(small_size) / np.array([right - left, bottom - top])
    moved[:, 2] += moved[:, :2] @ (0.5 / factor - 0.5)
    moved[:, :2] /= factor
    crop = _warped(small, moved, size)
    small[:] = 0
    return crop


def _warped(
    pixels: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    return cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
