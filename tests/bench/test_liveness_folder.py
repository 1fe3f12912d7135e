"""A folder of clips: what counts as whose, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faregate.bench.liveness_folder import read_clip_folder
from faregate.bench.people import Split
from faregate.errors import InvalidInputError
from faregate.video.recording import write_clip

NAMES = ("live/a.mkv", "live/b.mkv", "attack/print/a.mkv", "attack/screen/a.mkv")


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Give a folder with the smallest clips there can be."""
    for name in NAMES:
        put(tmp_path / name)
    return tmp_path


def put(path: Path) -> None:
    """Write a clip of two frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_clip(path, [np.full((16, 16, 3), grey, np.uint8) for grey in (10, 200)], 10)


def listing(**changes: object) -> dict[str, Any]:
    """Give a list of the folder's clips, two of one person."""
    persons = dict(zip(NAMES, (4, 5, 4, 6), strict=True))
    return {
        "format": "faregate-clips/v1",
        "generated": True,
        "seed": 3,
        "people": "report",
        "clips": [{"file": name, "person": person} for name, person in persons.items()],
        **changes,
    }


def write_list(folder: Path, document: object) -> None:
    """Put a list into the folder."""
    (folder / "clips.json").write_text(json.dumps(document), "utf-8")


def test_recordings_need_no_list(clips: Path) -> None:
    """A folder without a list holds real people; each clip counts as a person of its own."""
    put(clips / "live/somebody/1.mkv")
    put(clips / "live/somebody/2.MKV")
    put(clips / "attack/print/somebody/1.mkv")
    (clips / "live/notes.txt").write_text("not a clip", "utf-8")
    found = read_clip_folder(clips)
    assert (found.generated, found.people, found.seed) == (False, None, None)
    by_name = {clip.path.relative_to(clips).as_posix(): clip.label for clip in found.clips}
    assert len(by_name) == 7
    assert by_name["attack/screen/a.mkv"].kind == "screen"
    assert len({label.person for label in by_name.values()}) == 5
    assert (
        by_name["live/somebody/1.mkv"].person
        == by_name["live/somebody/2.MKV"].person
        == by_name["attack/print/somebody/1.mkv"].person
    )


def test_a_list_says_who_is_who(clips: Path) -> None:
    """Persons, half and seed are the list's; the kind is the folder's."""
    write_list(clips, listing())
    found = read_clip_folder(clips)
    assert (found.generated, found.people, found.seed) == (True, Split.REPORT, 3)
    assert [(clip.label.kind, clip.label.person) for clip in found.clips] == [
        ("live", 4),
        ("live", 5),
        ("print", 4),
        ("screen", 6),
    ]


def test_frames_are_timed_by_the_file(clips: Path) -> None:
    """A clip of ten frames a second has 100 ms between its frames."""
    first, second = read_clip_folder(clips).clips[0].frames()
    assert (second.captured_at - first.captured_at).total_seconds() == pytest.approx(0.1)


def _without(key: str) -> dict[str, Any]:
    document = listing()
    del document[key]
    return document


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: put(folder / "live/real.mkv"), "clips_mixed"),
        (lambda folder: (folder / NAMES[0]).unlink(), "clips_mixed"),
        (lambda folder: write_list(folder, _without("format")), "clips_list"),
        (lambda folder: write_list(folder, _without("generated")), "clips_list"),
        (lambda folder: write_list(folder, listing(people="everybody")), "clips_list"),
        (lambda folder: write_list(folder, listing(people=[])), "clips_list"),
        (lambda folder: write_list(folder, listing(seed="x")), "clips_list"),
        (lambda folder: write_list(folder, listing(clips=[{"file": "a"}])), "clips_list"),
        (lambda folder: write_list(folder, []), "clips_list"),
        (lambda folder: (folder / "clips.json").write_bytes(b"\xff"), "clips_list"),
        (lambda folder: (folder / "attack/Not a kind").mkdir(), "clips_kind"),
        (lambda folder: (folder / "attack/live").mkdir(), "clips_kind"),
    ],
)
def test_refuses_a_folder_that_is_not_what_it_says(
    clips: Path, spoil: Callable[[Path], object], code: str
) -> None:
    """One defect each: a real clip among generated ones above all."""
    write_list(clips, listing())
    spoil(clips)
    with pytest.raises(InvalidInputError) as caught:
        read_clip_folder(clips)
    assert caught.value.code == code


def test_refuses_generated_clips_inside_a_folder_of_recordings(clips: Path) -> None:
    """A generated folder copied whole into another one is seen by its list."""
    write_list(clips / "live", listing())
    with pytest.raises(InvalidInputError, match="clips_mixed"):
        read_clip_folder(clips)


@pytest.mark.parametrize("kept", ["live", "attack", ""])
def test_needs_living_people_and_attacks(clips: Path, tmp_path: Path, kept: str) -> None:
    """With one side missing, or nothing at all, there is no rate to give."""
    bare = tmp_path / "bare"
    bare.mkdir()
    if kept:
        (clips / kept).rename(bare / kept)
    with pytest.raises(InvalidInputError, match="clips_missing"):
        read_clip_folder(bare)
