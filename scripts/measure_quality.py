"""Measure what the score of a frame is worth to recognition.

`uv run scripts/measure_quality.py PACK MODELS PEOPLE LIMIT`: PEOPLE is a folder of people
(`person/picture.jpg`), LIMIT the similarity from which one counts as recognised. Only the half for
development is used, each picture also spoiled as a gate's camera might. Prints, for the docstrings
of `face.quality` and `face.capture`, what unspoiled pictures measure, who is beyond each limit of
`QualityPolicy` and what a tenth of the light costs; how the score orders pictures by their
similarity to the person's others, what is left of failures without the worst, and what choosing and
weighting frames by it brings. The same seed every time.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from faregate.bench.people import Split, split_of
from faregate.bench.pictures import read_picture
from faregate.face.approach import Models
from faregate.face.capture import Quality, Sight
from faregate.face.pipeline import open_models
from faregate.face.quality import QualityPolicy, defect, measure_quality
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame

PEOPLE_MAX: Final = 130
PICTURES_MAX: Final = 6
ENROLLED: Final = 3
VARIANTS: Final = 3
TRIALS: Final = 40
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
DARK: Final = 0.1
MEASURES: Final = ("sharpness", "dynamic_range", "overexposed", "symmetry", "score")

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One picture: whose it is, whether it was spoiled, its template and what is said of it.

    `dark` is the template of the same picture with a tenth of its light, None where there is none.
    """

    person: int
    picture: int
    spoiled: bool
    vector: Vector
    quality: Quality
    defect: Sight | None
    dark: Vector | None

    @property
    def score(self) -> float:
        """The number of them all."""
        return self.quality.score


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
                found = _look(opened, frame)
                if found is None:
                    continue
                vector, quality, wrong = found
                dimmed = None if variant else _look(opened, _dimmed(frame))
                yield Look(
                    person=person,
                    picture=number,
                    spoiled=variant > 0,
                    vector=vector,
                    quality=quality,
                    defect=wrong,
                    dark=dimmed[0] if dimmed else None,
                )


def _dimmed(frame: Frame) -> Frame:
    return replace(frame, pixels=np.rint(frame.pixels * DARK).astype(np.uint8))


def _look(opened: Models, frame: Frame) -> tuple[Vector, Quality, Sight | None] | None:
    grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    height, width = grey.shape
    for face in opened.detector.detect(frame)[:1]:
        quality = measure_quality(grey, face)
        wrong = defect(quality, face, width=width, height=height, policy=QualityPolicy())
        return opened.embedder.embed(frame, face).vector.copy(), quality, wrong
    return None


def fused(vectors: Sequence[Vector], weights: Sequence[float] | None = None) -> Vector:
    """Give the mean direction."""
    mean: Vector = np.average(vectors, axis=0, weights=weights).astype(np.float32)
    return mean / np.linalg.norm(mean)


def with_others(seen: Sequence[Look]) -> list[tuple[Look, Vector]]:
    """Give each picture of somebody who has others, and what those fuse to."""
    pairs = []
    for look in seen:
        same = [one for one in seen if one.person == look.person and not one.spoiled]
        others = [one.vector for one in same if one.picture != look.picture]
        if others:
            pairs.append((look, fused(others)))
    return pairs


def limits(seen: Sequence[Look], similarity_min: float) -> None:
    """Print what unspoiled pictures measure, and who is refused by which limit."""
    unspoiled = [look for look in seen if not look.spoiled]
    for name in MEASURES:
        low, median, high = np.percentile(
            [getattr(look.quality, name) for look in unspoiled], [5, 50, 95]
        )
        print(f"{name} of the unspoiled: 5 % {low:.2f}, median {median:.2f}, 95 % {high:.2f}")
    misfits = [look.quality.pose.misfit for look in unspoiled]
    print(f"misfit of the unspoiled: 99 % below {np.percentile(misfits, 99):.3f}")
    pairs = with_others(seen)
    for sight in sorted({look.defect for look in seen if look.defect}):
        beyond = [
            float(look.vector @ own) for look, own in pairs if look.spoiled and look.defect is sight
        ]
        missed = sum(similarity < similarity_min for similarity in beyond)
        plain = sum(look.defect is sight for look in unspoiled)
        print(
            f"{sight}: {missed} of {len(beyond)} spoiled ones not recognised; "
            f"{plain} of {len(unspoiled)} unspoiled refused"
        )


def darkness(seen: Sequence[Look], similarity_min: float) -> None:
    """Print what a tenth of the light costs: by the unspoiled pictures that a face is found in."""
    pairs = [
        (look.vector @ own, look.dark @ own)
        for look, own in with_others(seen)
        if look.dark is not None
    ]
    light, dark = np.array(pairs).T
    unspoiled = sum(not look.spoiled for look in seen)
    print(
        f"a tenth of the light, faces found in {sum(look.dark is not None for look in seen)} of "
        f"{unspoiled}: similarity {light.mean():.3f} becomes {dark.mean():.3f}, not recognised "
        f"{np.mean(light < similarity_min):.3f} becomes {np.mean(dark < similarity_min):.3f}"
    )


def single(seen: Sequence[Look], similarity_min: float) -> None:
    """Print what the score says of single pictures."""
    scored = [
        (look.score, float(look.vector @ own), look.spoiled) for look, own in with_others(seen)
    ]
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
    limits(seen, float(similarity_min))
    darkness(seen, float(similarity_min))
    single(seen, float(similarity_min))
    choosing(seen, float(similarity_min))


if __name__ == "__main__":
    main(*sys.argv[1:])
