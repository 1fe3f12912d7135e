"""Measure where a detector sees the five points of a face, for the mean faces of `face.pose`.

`uv run scripts/measure_mean_face.py PACK MODELS PEOPLE`: PEOPLE is a folder of people
(`person/picture.jpg`), one picture each of the half for development. Prints the median place of
each point in distances between the eyes, as `_MEAN_FACES` has them, mirrored pairs averaged, and
by how much points scatter about it.
"""

import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.face_ways import frame_of, middle_face
from faregate.bench.people import Split, split_of
from faregate.bench.pictures import read_picture
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.pipeline import open_models
from faregate.models.pack import verify

PEOPLE_MAX: Final = 600
MIRRORED: Final = {
    PointsKind.EYES_NOSE_MOUTH: [1, 0, 2, 4, 3],
    PointsKind.EYE_CORNERS_NOSE: [3, 2, 1, 0, 4],
}


def upright(face: DetectedFace) -> NDArray[np.float64]:
    """Give the points (5, 2) from the middle between the eyes, which lie level and 1 apart."""
    points = face.points[:, 0].astype(np.float64) + 1j * face.points[:, 1]
    left, right = (eye[0] + 1j * eye[1] for eye in face.eyes().astype(np.float64))
    placed = (points - (left + right) / 2) / (right - left)
    return np.stack([placed.real, placed.imag], axis=1)


def main(pack: str, models: str, people: str) -> None:
    """Print the mean face of a pack's detector."""
    detector = open_models(verify(pack, Path(models)), threads=1).detector
    folders = sorted(
        folder
        for folder in Path(people).iterdir()
        if folder.is_dir() and split_of(folder.name) is Split.DEVELOPMENT
    )
    faces = []
    for folder in folders[:PEOPLE_MAX]:
        pixels = read_picture(min(folder.iterdir()))
        if isinstance(pixels, np.ndarray):
            height, width = pixels.shape[:2]
            found = detector.detect(frame_of(pixels))
            faces += [middle_face(found, width=width, height=height)] if found else []
    points = np.stack([upright(face) for face in faces])
    middle = np.median(points, axis=0)
    other = middle[MIRRORED[faces[0].points_kind]] * (-1.0, 1.0)
    print(f"{len(faces)} pictures of as many people")
    for (x, y), deviation in zip((middle + other) / 2, points.std(axis=0), strict=True):
        print(f"({x:+.3f}, {y:+.3f}), scatter {deviation[0]:.3f} across, {deviation[1]:.3f} down")


if __name__ == "__main__":
    main(*sys.argv[1:])
