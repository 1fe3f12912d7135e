"""A folder of clips: `live/` and `attack/<kind>/`, of real people or generated, never of both.

A generated folder says so in its `clips.json`. A folder without that file counts as recordings
of real people; there a folder below `live/` or `attack/<kind>/` holds the clips of one person,
and a clip outside such a folder counts as a person of its own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from faregate.bench.liveness_trials import LIVE, ClipLabel
from faregate.bench.people import Split
from faregate.clock import ManualClock
from faregate.errors import InvalidInputError
from faregate.ids import CameraId
from faregate.video.frame import Frame
from faregate.video.source import FileCamera, Pace

CLIPS_FORMAT: Final = "faregate-clips/v1"
LIST_NAME: Final = "clips.json"

_VIDEOS: Final = frozenset({".avi", ".mkv", ".mov", ".mp4", ".webm"})
_KIND: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CLIPS_MAX: Final = 100_000
_LIST_BYTES_MAX: Final = 64 * 2**20
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_REMEDY: Final = "Lay it out as live/ and attack/<kind>/, or make one with faregate bench clips."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClip:
    """One video file."""

    label: ClipLabel
    path: Path

    def frames(self) -> Iterator[Frame]:
        """Decode it. Raises `InvalidInputError` where it is no video."""
        camera = FileCamera(
            CameraId("bench"),
            self.path,
            clock=ManualClock(_START),
            pace=Pace.AS_FAST_AS_POSSIBLE,
        )
        with camera:
            yield from camera


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFolder:
    """What a folder holds. `people` is None where nobody divided the people."""

    clips: tuple[RecordedClip, ...]
    generated: bool
    people: Split | None
    seed: int | None


def read_clip_folder(folder: Path) -> ClipFolder:
    """Find the clips of a folder; none is opened yet.

    Raises `InvalidInputError` for a folder without live clips or attacks, a list that does not
    name exactly the clips that are there, and generated clips among real ones.
    """
    found = _found(folder)
    kinds = {kind for kind, _ in found.values()}
    if LIVE not in kinds or len(kinds) == 1:
        raise InvalidInputError(
            "clips_missing",
            f"{folder} needs clips of living people and of at least one kind of attack.",
            remedy=_REMEDY,
        )
    if len(found) > _CLIPS_MAX:
        raise InvalidInputError(
            "clips_too_many", f"{folder} has over {_CLIPS_MAX} clips.", remedy="Divide it."
        )
    if (folder / LIST_NAME).exists():
        return _listed(folder, found)
    nested = next((path for path in folder.rglob(LIST_NAME) if path.is_file()), None)
    if nested is not None:
        raise InvalidInputError(
            "clips_mixed",
            f"{nested} lists generated clips inside a folder of recordings.",
            remedy="Measure generated and real clips apart: one folder and one report for each.",
        )
    people = {
        name: number for number, name in enumerate(sorted({who for _, who in found.values()}))
    }
    clips = tuple(
        RecordedClip(
            label=ClipLabel(number=number, kind=kind, person=people[who]), path=folder / name
        )
        for number, (name, (kind, who)) in enumerate(sorted(found.items()))
    )
    return ClipFolder(clips=clips, generated=False, people=None, seed=None)


def _found(folder: Path) -> dict[str, tuple[str, str]]:
    """Give each video by its name in the folder, with its kind and whom it belongs to."""
    roots = {LIVE: folder / LIVE}
    attacks = folder / "attack"
    if attacks.is_dir():
        for path in sorted(attacks.iterdir()):
            if path.is_dir():
                if _KIND.fullmatch(path.name) is None or path.name == LIVE:
                    raise InvalidInputError(
                        "clips_kind",
                        f"{path} is no name for a kind of attack.",
                        remedy="Use small letters, digits, - and _.",
                    )
                roots[path.name] = path
    found = {}
    for kind, root in roots.items():
        for path in sorted(root.rglob("*")):
            if path.suffix.lower() in _VIDEOS and path.is_file() and path.name[0] != ".":
                inner = path.relative_to(root).parts
                who = f"folder {inner[0]}" if len(inner) > 1 else f"clip {kind}/{path.name}"
                found[path.relative_to(folder).as_posix()] = (kind, who)
    return found


def _listed(folder: Path, found: Mapping[str, tuple[str, str]]) -> ClipFolder:
    """Take persons from the list; the kind is the folder's."""
    listed = _read_list(folder / LIST_NAME)
    persons = {clip["file"]: clip["person"] for clip in listed["clips"]}
    if persons.keys() != found.keys():
        odd = min(persons.keys() ^ found.keys())
        missing = "lists" if odd in persons else "does not list"
        raise InvalidInputError(
            "clips_mixed",
            f"{folder / LIST_NAME} {missing} {odd!r}; {len(persons)} listed, {len(found)} found.",
            remedy="Make the folder anew; put no other clips, real ones least of all, into it.",
        )
    clips = tuple(
        RecordedClip(
            label=ClipLabel(number=number, kind=found[name][0], person=persons[name]),
            path=folder / name,
        )
        for number, name in enumerate(persons)
    )
    return ClipFolder(
        clips=clips,
        generated=listed["generated"],
        people=Split(listed["people"]) if listed["people"] is not None else None,
        seed=listed["seed"],
    )


def _read_list(path: Path) -> dict[str, Any]:
    """Read and check the list. Raises `InvalidInputError`."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_LIST_BYTES_MAX)  # a longer one is cut, and no JSON then
        return _checked(json.loads(text))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            "clips_list", f"{path} can't be used: {error}.", remedy="Make the folder anew."
        ) from error


def _checked(document: object) -> dict[str, Any]:
    match document:
        case {
            "format": "faregate-clips/v1",
            "generated": bool() as generated,
            "clips": list() as clips,
            **rest,
        }:
            people, seed = rest.get("people"), rest.get("seed")
        case _:
            raise ValueError(f"not a {CLIPS_FORMAT} document")
    if people not in (None, *Split):
        raise ValueError(f"people {people!r}")
    if not (seed is None or type(seed) is int):
        raise ValueError("seed is no number")
    for clip in clips:
        match clip:
            case {"file": str(), "person": int(person)} if type(person) is int:
                pass
            case _:
                raise ValueError("a clip needs file and person")
    return {"generated": generated, "people": people, "seed": seed, "clips": clips}
