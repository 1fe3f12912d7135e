"""The alignment of faces once more, computed in another way."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

REFERENCE: Final = np.array(
    [
        (0.31556875, 0.46157410),
        (0.68262292, 0.45983393),
        (0.50026249, 0.64050537),
        (0.34947187, 0.82469195),
        (0.65343644, 0.82325089),
    ],
    np.float32,
) * np.float32(128)
"""Intel 0095's five points in its 128 x 128 input, as its publisher gives them."""


def umeyama(points: NDArray[np.float32], reference: NDArray[np.float32]) -> NDArray[np.float64]:
    """Compute the same by singular values (Umeyama, IEEE TPAMI 13(4), 1991, eq. 40 to 43)."""
    x, y = points.astype(float), reference.astype(float)
    mean_x, mean_y = x.mean(0), y.mean(0)
    covariance = (y - mean_y).T @ (x - mean_x) / len(x)
    u, d, vt = np.linalg.svd(covariance)
    sign = np.diag([1.0, float(np.sign(np.linalg.det(u) * np.linalg.det(vt)))])
    rotation = u @ sign @ vt
    scale = np.trace(np.diag(d) @ sign) / ((x - mean_x) ** 2).sum(1).mean()
    shift = mean_y - scale * rotation @ mean_x
    return np.hstack([scale * rotation, shift[:, None]])
