"""Passive liveness: what single pictures look like to MiniFASNet (Minivision, 2020)."""

from collections.abc import Sequence
from typing import Final

import cv2

from faregate.errors import InvalidInputError
from faregate.face.detect import DetectedFace
from faregate.models.manifest import MiniFasNet
from faregate.models.pack import VerifiedPack
from faregate.models.session import open_session
from faregate.video.frame import Frame

_CLASSES: Final = 3


def crop_around(
    box: tuple[float, float, float, float], *, scale: float, width: int, height: int
) -> tuple[int, int, int, int]:
    """Give the box enlarged by `scale` about its middle, moved and shrunk to lie in the picture.

    As the network was trained: (left, top, right, bottom), the last two exclusive.
    """
    left, top, right, bottom = box
    wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
    scale = min(scale, (width - 1) / wide, (height - 1) / high)
    half_wide, half_high = wide * scale / 2, high * scale / 2
    # The middle, moved so far that both edges lie in the picture.
    x = min(max((left + right) / 2, half_wide), width - 1 - half_wide)
    y = min(max((top + bottom) / 2, half_high), height - 1 - half_high)
    return (
        int(x - half_wide),
        int(y - half_high),
        min(int(x + half_wide) + 1, width),
        min(int(y + half_high) + 1, height),
    )


class MiniFasNets:
    """The networks of one pack, averaged: each sees the face in another surrounding."""

    def __init__(self, pack: VerifiedPack, files: Sequence[MiniFasNet], *, threads: int) -> None:
        self._networks = [(file, open_session(pack, file, threads=threads)) for file in files]
        for file, session in self._networks:
            if [output.shape for output in session.outputs.values()] != [(1, _CLASSES)]:
                raise InvalidInputError(
                    "model_output",
                    f"{file.name} does not give the probabilities of {_CLASSES} classes.",
                    remedy="Use a network of MiniFASNet's kind.",
                )

    def score(self, frame: Frame, face: DetectedFace) -> float:
        """Say from 0 to 1 how live one face looks in one picture. Buffers and crops are wiped."""
        height, width = frame.pixels.shape[:2]
        total = 0.0
        for file, session in self._networks:
            left, top, right, bottom = crop_around(
                face.box, scale=file.crop_scale, width=width, height=height
            )
            size = (file.input_shape[3], file.input_shape[2])
            crop = cv2.resize(frame.pixels[top:bottom, left:right], size)
            try:
                session.input[0] = crop[:, :, ::-1].transpose(2, 0, 1)
                session.run()
                [output] = session.outputs.values()
                total += float(output[0, file.live_class])
            finally:
                crop[:] = 0
                session.wipe()
        return total / len(self._networks)
