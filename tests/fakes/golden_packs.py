"""What both packs make of drawn pictures: numbers to hold every later version against."""

import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fakes.drawn_pictures import doll, gradient, noise
from fakes.goldens import GOLDEN
from fakes.walkups import NOON
from faregate.face.detect import DetectedFace
from faregate.face.looks import embed_looks
from faregate.face.pipeline import open_models
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame

PACKS: Final = ("permissive-small", "pip-offline")

TOLERANCES: Final = {"box": 0.05, "points": 0.05, "score": 1e-3, "embedding": 1e-3, "live": 1e-3}
"""Pixels, and numbers around 0 to 1. Processors add in another order, and OpenCV's and dlib's
vector units differ: that is far below. A change of model, preprocessing or decoding is above."""

_DECIMALS: Final = {"box": 2, "points": 2, "score": 4, "embedding": 4, "live": 4}
_EMBEDDING_KEPT: Final = 32
"""The first numbers of an embedding say as much as all about whether it was made alike."""

Golden = dict[str, dict[str, list[float]]]


def golden_path(pack: str) -> Path:
    """Say where a pack's golden lies."""
    return GOLDEN / f"pack-{pack}.json"


def golden_of(pack: str, models_dir: Path) -> Golden:
    """Detect, embed and judge each drawn picture with a pack."""
    models = open_models(verify(pack, models_dir), threads=1)
    pictures = {
        "gradient": gradient(),
        "noise": noise(),
        "pale doll": doll((225, 180, 155)),
        "dark doll, small": doll((140, 95, 70), x=250, y=210, size=0.8),
        "dark doll, near": doll((140, 95, 70), y=250, size=1.6),
    }
    golden: Golden = {}
    for name, pixels in pictures.items():
        frame = Frame(CameraId("drawn"), NOON, 0, pixels)
        faces = models.detector.detect(frame)
        values = {"faces": [float(len(faces))]}
        for face in faces[:1]:
            values |= _face_values(face)
            for looks in (1, 3):
                template = embed_looks(models.detector, models.embedder, frame, face, looks=looks)
                kept = _rounded("embedding", template.vector[:_EMBEDDING_KEPT])
                values[f"embedding of {looks}"] = kept
            if models.passive is not None:
                live = np.array([models.passive.score(frame, face)])
                values["live"] = _rounded("live", live)
        golden[name] = values
    return golden


def differences(golden: Golden, committed: Golden) -> list[str]:
    """Name what is not within the tolerances, or is there on one side alone."""
    different = []
    for picture in sorted(golden.keys() | committed.keys()):
        ours, theirs = golden.get(picture, {}), committed.get(picture, {})
        for key in sorted(ours.keys() | theirs.keys()):
            a, b = np.array(ours.get(key, [])), np.array(theirs.get(key, []))
            tolerance = TOLERANCES.get(key.partition(" ")[0], 0.0)
            if a.shape != b.shape or not (np.abs(a - b) <= tolerance).all():
                different.append(f"{picture}: {key}")
    return different


def as_lines(golden: Golden) -> str:
    """Spell a golden with one list a line, so that a diff can be read."""
    pictures = (
        f" {json.dumps(picture)}: {{\n"
        + ",\n".join(f"  {json.dumps(key)}: {json.dumps(one)}" for key, one in values.items())
        + "\n }"
        for picture, values in golden.items()
    )
    return "{\n" + ",\n".join(pictures) + "\n}\n"


def write_golden(pack: str, models_dir: Path) -> bool:
    """Write a pack's golden, unless what is committed is within the tolerances; say which."""
    golden, path = golden_of(pack, models_dir), golden_path(pack)
    if path.exists() and not differences(golden, json.loads(path.read_text("utf-8"))):
        return False
    path.write_text(as_lines(golden), "utf-8")
    return True


def _face_values(face: DetectedFace) -> dict[str, list[float]]:
    return {
        "box": _rounded("box", np.array(face.box)),
        "points": _rounded("points", face.points.ravel()),
        "score": _rounded("score", np.array([face.score])),
    }


def _rounded(kind: str, values: NDArray[np.float32] | NDArray[np.float64]) -> list[float]:
    return [round(float(value), _DECIMALS[kind]) for value in values]
