"""Looking at pictures: every one in every way, in any number of threads."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.bench.face_folder import FaceFolder, read_face_folder
from faregate.bench.face_run import failures_by_person, look_at_all
from faregate.bench.face_ways import Look
from faregate.bench.samples import Metric
from faregate.errors import InvalidInputError

DARK = 10


class Brightness:
    """A way that embeds a picture by its grey, and finds no face in the dark."""

    metric = Metric.COSINE

    def look(self, pixels: NDArray[np.uint8]) -> Look:
        """Give its grey as a direction."""
        grey = float(pixels.mean())
        vector = np.array([np.cos(grey), np.sin(grey)], np.float32)
        if grey < DARK:
            return Look(faces=0, probe=vector[:0], reference=vector[:0])
        return Look(faces=2 if grey > 200 else 1, probe=vector, reference=-vector)


def pictures(folder: Path, **greys: list[int]) -> FaceFolder:
    """Draw plain grey pictures."""
    for person, shades in greys.items():
        (folder / person).mkdir()
        for number, shade in enumerate(shades):
            path = folder / person / f"{number}.png"
            cv2.imwrite(str(path), np.full((60, 60, 3), shade, np.uint8))
    return read_face_folder(folder)


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_picture_is_looked_at_once(jobs: int, tmp_path: Path) -> None:
    """Vectors stand where the picture stands, however many threads there are."""
    folder = pictures(tmp_path, a=[50, 0, 250], b=[90, 130])
    (tmp_path / "b" / "1.png").write_bytes(b"broken")
    seen: list[int] = []
    found = look_at_all(folder, {"grey": Brightness}, jobs=jobs, on_picture=lambda: seen.append(1))[
        "grey"
    ]
    assert len(seen) == 5
    assert found.embedded.acquired.tolist() == [True, False, True, True, False]
    assert found.failures == {"no_face": 1, "not_a_picture": 1}
    assert found.several == 1
    np.testing.assert_allclose(found.embedded.probes[3], [np.cos(90), np.sin(90)], rtol=1e-5)
    np.testing.assert_allclose(found.embedded.references, -found.embedded.probes)
    assert failures_by_person(found).tolist() == [1, 1]


def test_no_face_at_all(tmp_path: Path) -> None:
    """One error, not a page of empty rates."""
    folder = pictures(tmp_path, a=[0, 1], b=[2])
    with pytest.raises(InvalidInputError, match="No face was found in any of the 3"):
        look_at_all(folder, {"grey": Brightness}, jobs=2, on_picture=lambda: None)


def test_a_way_that_fails_ends_the_run(tmp_path: Path) -> None:
    """Its error reaches the caller, and the other threads stop."""

    def broken() -> Brightness:
        raise InvalidInputError("broken", "It is broken.", remedy="Mend it.")

    ways: dict[str, Callable[[], Brightness]] = {"broken": broken}
    with pytest.raises(InvalidInputError, match="It is broken"):
        look_at_all(pictures(tmp_path, a=[50, 60], b=[70]), ways, jobs=2, on_picture=lambda: None)
