"""Move a face onto reference points: the movement, and the pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray


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

    `size` is (width, height). What lies outside the picture is black. Only the part of the
    picture that is needed is read, so that its own size does not matter: OpenCV refuses to warp
    pictures of 32,768 pixels a side.
    """
    width, height = size
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    empty = np.zeros((height, width, 3), np.uint8)
    if not abs(np.linalg.det(matrix[:, :2])) > 0.0:  # so written, NaN is empty too
        return empty
    back = cv2.invertAffineTransform(matrix)
    # One pixel more on each side for the interpolation.
    reach = corners @ back[:, :2].T + back[:, 2]
    limits = np.array([pixels.shape[1], pixels.shape[0]])
    left, top = (int(edge) for edge in np.clip(np.floor(reach.min(axis=0)) - 1, 0, limits))
    right, bottom = (int(edge) for edge in np.clip(np.ceil(reach.max(axis=0)) + 2, 0, limits))
    if left >= right or top >= bottom:
        return empty
    part = pixels[top:bottom, left:right]
    shift = matrix.copy()
    shift[:, 2] += matrix[:, :2] @ np.array([left, top], np.float64)
    return cv2.warpAffine(part, shift, size, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
