"""Measure what the score of a frame is worth to recognition.

`uv run scripts/measure_quality.py PACK MODELS PEOPLE LIMIT`: PEOPLE is a folder of people
(`person/picture.jpg`), LIMIT the similarity from which one counts as recognised. Only the half for
development is used, each picture also spoiled as a gate's camera might. Prints, for the docstrings
of `face.quality`, how the score orders pictures by their similarity to the person's others, what is
left of failures without the worst, and what choosing and weighting frames by it brings. The same
seed every time.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from faregate.bench.people import Split, split_of
from faregate.bench.pictures import read_picture
from faregate.face.pipeline import open_models
from faregate.face.quality import measure_quality
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame

PEOPLE_MAX: Final = 130
PICTURES_MAX: Final = 6
ENROLLED: Final = 3
VARIANTS: Final = 3
TRIALS: Final = 40
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: whose it is, whether it was spoiled, its template and score."""

    person: int
    picture: int
    spoiled: bool
    vector: Vector
    score: float


def spoiled(pixels: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    """Spoil a picture in one of seven ways, by as much as chance has it."""
    bright = pixels.astype(np.float32)
    height, width = pixels.shape[:2]
    match int(chance.integers(7)):
        case 0:
            bright = cv2.GaussianBlur(bright, (0, 0), chance.uniform(1, 5)).astype(np.float32)
        case 1:
            length = int(chance.integers(3, 22))
            line = np.zeros((length, length), np.float32)
            line[length // 2] = 1
            middle = (length / 2 - 0.5, length / 2 - 0.5)
            turn = cv2.getRotationMatrix2D(middle, chance.uniform(0, 180), 1)
            line = cv2.warpAffine(line, turn, (length, length)).astype(np.float32)
            bright = cv2.filter2D(bright, -1, line / line.sum()).astype(np.float32)
        case 2:
            noise = chance.normal(0, 3, bright.shape)
            bright = (bright * chance.uniform(0.05, 0.5) + noise).astype(np.float32)
        case 3:
            bright *= np.float32(chance.uniform(1.4, 3.5))
        case 4:
            scale = chance.uniform(0.15, 0.6)
            small = cv2.resize(bright, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            bright = cv2.resize(small, (width, height)).astype(np.float32)
        case 5:
            noise = chance.normal(0, chance.uniform(8, 40), bright.shape)
            bright = (bright + noise).astype(np.float32)
        case _:
            if chance.integers(2):
                bright[int(height * chance.uniform(0.52, 0.62)) :] = chance.integers(20, 200)
            else:
                bright[:, int(width * chance.uniform(0.5, 0.65)) :] = chance.integers(20, 200)
    return np.clip(bright, 0, 255).astype(np.uint8)


def looks(pack: str, models: Path, people: Path) -> Iterator[Look]:
    """Look at every picture of some development people, as it is and spoiled."""
    opened = open_models(verify(pack, models), threads=1)
    chance = np.random.default_rng(5)
    folders = sorted(folder for folder in people.iterdir() if folder.is_dir())
    chosen = [one for one in folders if split_of(one.name) is Split.DEVELOPMENT]
    chosen = [one for one in chosen if len(list(one.iterdir())) > ENROLLED]
    for person, place in enumerate(chance.permutation(len(chosen))[:PEOPLE_MAX]):
        for number, path in enumerate(sorted(chosen[place].iterdir())[:PICTURES_MAX]):
            pixels = read_picture(path)
            if not isinstance(pixels, np.ndarray):
                continue
            variants = [pixels, *(spoiled(pixels, chance) for _ in range(VARIANTS - 1))]
            for variant, seen in enumerate(variants):
                frame = Frame(CameraId("still"), NOW, 0, np.ascontiguousarray(seen))
                grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
                for face in opened.detector.detect(frame)[:1]:
                    vector = opened.embedder.embed(frame, face).vector.copy()
                    score = measure_quality(grey, face).score
                    yield Look(person, number, variant > 0, vector, score)


def fused(vectors: Sequence[Vector], weights: Sequence[float] | None = None) -> Vector:
    """Give the mean direction."""
    mean: Vector = np.average(vectors, axis=0, weights=weights).astype(np.float32)
    return mean / np.linalg.norm(mean)


def single(seen: Sequence[Look], similarity_min: float) -> None:
    """Print what the score says of single pictures."""
    scored = []
    for look in seen:
        same = [one for one in seen if one.person == look.person and not one.spoiled]
        others = [one.vector for one in same if one.picture != look.picture]
        if others:
            scored.append((look.score, float(look.vector @ fused(others)), look.spoiled))
    score, similarity, is_spoiled = (np.array(column) for column in zip(*scored, strict=True))
    plain = ~is_spoiled.astype(bool)
    rho, rho_plain = (spearmanr(score[of], similarity[of])[0] for of in (slice(None), plain))
    print(f"{len(score)} pictures, rank correlation {rho:.2f}, of the unspoiled {rho_plain:.2f}")
    order = np.argsort(score)
    for left_out in (0, 10, 20, 30):
        kept = similarity[order[len(order) * left_out // 100 :]]
        print(f"worst {left_out} % left out: {np.mean(kept < similarity_min):.3f} not recognised")


def choosing(seen: Sequence[Look], similarity_min: float) -> None:
    """Print what choosing and weighting the frames of an approach brings."""
    chance = np.random.default_rng(6)
    ways: dict[str, list[float]] = {}
    for person in sorted({look.person for look in seen}):
        own = [look for look in seen if look.person == person]
        enrolled = [look.vector for look in own if look.picture < ENROLLED and not look.spoiled]
        probes = [look for look in own if look.picture >= ENROLLED]
        if len(enrolled) < ENROLLED or not probes:
            continue
        reference = fused(enrolled)
        for _ in range(TRIALS):
            frames = [probes[place] for place in chance.integers(len(probes), size=6)]
            best = sorted(frames[:5], key=lambda look: -look.score)[:2]
            for name, used in (
                ("first 3", frames[:3]),
                ("best 2 of 5, and the last", [*best, frames[5]]),
            ):
                vectors, weights = [one.vector for one in used], [one.score + 5 for one in used]
                ways.setdefault(name, []).append(float(reference @ fused(vectors)))
                weighted = fused(vectors, weights)
                ways.setdefault(f"{name}, weighted", []).append(float(reference @ weighted))
    for name, values in ways.items():
        low, median = np.percentile(values, [5, 50])
        missed = float(np.mean(np.array(values) < similarity_min))
        print(f"{name}: median {median:.3f}, 5 % below {low:.3f}, {missed:.4f} not recognised")


def main(pack: str, models: str, people: str, similarity_min: str) -> None:
    """Print everything."""
    seen = list(looks(pack, Path(models), Path(people)))
    single(seen, float(similarity_min))
    choosing(seen, float(similarity_min))


if __name__ == "__main__":
    main(*sys.argv[1:])
