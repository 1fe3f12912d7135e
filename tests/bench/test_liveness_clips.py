"""From a folder of stills to clips: who is used, what is skipped, what is written and resumed."""

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.bench.liveness_clips import GATES, GeneratedClip, generated_clips
from faregate.bench.liveness_folder import read_clip_folder
from faregate.bench.liveness_stills import PICTURES_EACH, Stills, find_stills
from faregate.bench.liveness_writing import ClipSettings, bytes_needed, file_of, write_clips
from faregate.bench.people import Split, split_of
from faregate.errors import InvalidInputError, MachineError
from faregate.face.detect import DetectedFace
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.video.frame import Frame
from faregate.video.recording import ClipCodec

HALF: Final = {
    split: [name for name in (f"p{number}" for number in range(40)) if split_of(name) is split]
    for split in Split
}
A, B, C, D = HALF[Split.DEVELOPMENT][:4]
RIDERS: Final = (rider_a(), rider_b())
SIDE: Final = 512
FEW: Final = (AttackKind.PRINT, AttackKind.SCREEN)
SETTINGS: Final = ClipSettings(seed=5, people=Split.DEVELOPMENT)


class KnownRiders:
    """Finds rider A or B by the picture's size and content, as a detector would."""

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the face of whoever is in the frame; nobody in other pictures."""
        for rider in RIDERS:
            if frame.pixels.shape != rider.pixels.shape:
                continue
            if np.abs(frame.pixels.astype(int) - rider.pixels).mean() < 10:
                return (_face(rider),)
        return ()


def _face(rider: Portrait) -> DetectedFace:
    low, high = rider.points.min(axis=0), rider.points.max(axis=0)
    box = (float(low[0]) - 30, float(low[1]) - 40, float(high[0]) + 30, float(high[1]) + 30)
    return DetectedFace(box=box, points=rider.points, score=1.0)


def _write(path: Path, portrait: Portrait) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), portrait.pixels[:, :, ::-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of two people of one half with good stills, and some without."""
    home = tmp_path_factory.mktemp("stills")
    for number in range(PICTURES_EACH + 1):
        _write(home / A / f"{number}.png", RIDERS[0])
    _write(home / B / "0.png", RIDERS[1])
    _write(home / HALF[Split.REPORT][0] / "0.png", RIDERS[1])
    (home / C).mkdir()
    (home / C / "0.jpg").write_bytes(b"no picture")
    (home / C / "notes.txt").write_bytes(b"passed over")
    cv2.imwrite(str(home / C / "1.png"), np.full((90, 90, 3), 128, np.uint8))
    (home / D).mkdir()
    return home


@pytest.fixture(scope="module")
def stills(folder: Path) -> Stills:
    """Give what is found there."""
    return find_stills(folder, KnownRiders(), people=Split.DEVELOPMENT, people_max=10)


def test_bad_stills_are_skipped_and_counted(stills: Stills) -> None:
    """Only usable stills of the half that was asked for, at most two of a person."""
    assert sorted(len(theirs) for theirs in stills.of_people) == [1, PICTURES_EACH]
    assert stills.skipped == {"no_face": 1, "not_a_picture": 1}


def test_people_max_is_kept(folder: Path) -> None:
    """No more people are looked at than are needed."""
    found = find_stills(folder, KnownRiders(), people=Split.DEVELOPMENT, people_max=1)
    assert len(found.of_people) == 1


@pytest.mark.parametrize("turned", ["turned_away", "too_small"])
def test_faces_that_make_no_frontal_head_are_skipped(turned: str, folder: Path) -> None:
    """A nose far off the middle, or eyes too near each other, are named as the reason."""

    class Odd(KnownRiders):
        def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
            return tuple(_spoilt(face) for face in super().detect(frame))

    def _spoilt(face: DetectedFace) -> DetectedFace:
        points = face.points.copy()
        if turned == "too_small":
            points = points * np.float32(0.3)
        else:
            points[2, 0] += 0.5 * float(points[1, 0] - points[0, 0])
        return DetectedFace(box=face.box, points=points, score=1.0)

    with pytest.raises(InvalidInputError, match=turned) as caught:
        find_stills(folder, Odd(), people=Split.DEVELOPMENT, people_max=10)
    assert caught.value.code == "stills_empty"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """Nothing is made of nothing."""
    with pytest.raises(InvalidInputError, match="no folder"):
        find_stills(tmp_path / "no", KnownRiders(), people=Split.REPORT, people_max=1)


def _clips(stills: Stills, people: Split = Split.DEVELOPMENT) -> tuple[GeneratedClip, ...]:
    return generated_clips(stills, people=people, seed=5, live=3, per_kind=2, kinds=FEW)


def test_kinds_and_people_are_spread(stills: Stills) -> None:
    """Each kind has its number of clips; everybody takes turns in each of them."""
    clips = _clips(stills)
    kinds = [clip.label.kind for clip in clips]
    assert kinds == ["live"] * 3 + ["print"] * 2 + ["screen"] * 2
    assert {clip.label.person for clip in clips if clip.label.kind == "print"} == {0, 1}
    assert [clip.label.number for clip in clips] == list(range(7))
    assert len({clip.walk.seed for clip in clips}) == 7


def test_halves_share_no_gate_and_no_seed(stills: Stills) -> None:
    """What is chosen on one half is tested on gates and seeds that were not there."""
    one, other = _clips(stills), _clips(stills, Split.REPORT)
    assert {clip.walk.lane // GATES for clip in one} == {0}
    assert {clip.walk.lane // GATES for clip in other} == {1}
    assert not {clip.walk.seed for clip in one} & {clip.walk.seed for clip in other}


def test_a_clip_survives_the_way_to_a_worker(stills: Stills) -> None:
    """Pickled and back, it renders the same frames; no frame is part of the pickle."""
    clip = _clips(stills)[3]
    sent = pickle.dumps(clip)
    assert len(sent) < 2_000
    there = pickle.loads(sent)  # noqa: S301 -- made above
    assert np.array_equal(next(there.frames()).pixels, next(clip.frames()).pixels)


def test_a_still_that_is_gone_is_told(stills: Stills, tmp_path: Path) -> None:
    """Whoever moves the stills while clips are made learns so."""
    clip = _clips(stills)[0]
    lost = type(clip.still)(tmp_path / "gone.png", clip.still.person, clip.still.points)
    with pytest.raises(InvalidInputError, match="missing") as caught:
        GeneratedClip(label=clip.label, still=lost, walk=clip.walk).portrait()
    assert caught.value.code == "still_gone"


@pytest.fixture
def short(stills: Stills) -> list[GeneratedClip]:
    """Give clips of three frames each."""
    return [replace(clip, walk=replace(clip.walk, seconds=0.2)) for clip in _clips(stills)]


def test_written_clips_are_what_the_bench_reads(short: list[GeneratedClip], tmp_path: Path) -> None:
    """The folder has one file a clip; its list says that all are generated, and of whom."""
    out = tmp_path / "clips"
    assert write_clips(out, short, SETTINGS, jobs=1) == 7
    found = read_clip_folder(out)
    assert found.generated
    assert (found.people, found.seed) == (Split.DEVELOPMENT, 5)
    assert [clip.label.kind for clip in found.clips] == [clip.label.kind for clip in short]
    assert [clip.label.person for clip in found.clips] == [clip.label.person for clip in short]
    assert len(list(found.clips[0].frames())) == 3


def test_nobodys_name_is_in_the_folder(short: list[GeneratedClip], tmp_path: Path) -> None:
    """People are numbers: neither the list nor a file is named after anybody."""
    write_clips(tmp_path, short, SETTINGS, jobs=1)
    text = (tmp_path / "clips.json").read_text("utf-8")
    files = " ".join(path.name for path in tmp_path.rglob("*"))
    assert not any(name in text + files for name in (f"{A}/", f"{B}/", str(tmp_path)))


def test_an_interrupted_run_leaves_what_can_be_read_and_goes_on(
    short: list[GeneratedClip], tmp_path: Path
) -> None:
    """Ctrl-C after some clips: the list names exactly these; the next run makes the rest."""
    made = []

    def stop() -> None:
        made.append(1)
        if len(made) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_clips(tmp_path, short, SETTINGS, jobs=1, on_clip=stop)
    listed = json.loads((tmp_path / "clips.json").read_text("utf-8"))["clips"]
    assert [entry["file"] for entry in listed] == [file_of(clip) for clip in short[:4]]
    assert len(read_clip_folder(tmp_path).clips) == 4
    assert write_clips(tmp_path, short, SETTINGS, jobs=1) == 3
    assert len(read_clip_folder(tmp_path).clips) == 7


@pytest.mark.parametrize(
    "spoil",
    [
        lambda home: (home / "clips.json").unlink(),
        lambda home: (home / "clips.json").write_text("{}"),
        lambda home: (home / "clips.json").write_text(
            (home / "clips.json").read_text().replace('"seed": 5', '"seed": 6')
        ),
        lambda home: (home / "clips.json").write_text(
            (home / "clips.json").read_text().replace("mjpeg", "ffv1")
        ),
    ],
    ids=["no list", "no clips", "another seed", "another codec"],
)
def test_a_folder_of_something_else_is_refused(
    spoil: Callable[[Path], object], short: list[GeneratedClip], tmp_path: Path
) -> None:
    """Nothing is ever mixed into a folder that other settings, or other people, filled."""
    write_clips(tmp_path, short[:1], SETTINGS, jobs=1)
    spoil(tmp_path)
    with pytest.raises(InvalidInputError, match="same settings"):
        write_clips(tmp_path, short, SETTINGS, jobs=1)


def test_too_little_space_is_told_before_anything_is_written(
    short: list[GeneratedClip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The estimate is compared with what is free, first."""
    usage = type("Usage", (), {"free": bytes_needed(7, ClipCodec.MJPEG) - 1})
    monkeypatch.setattr("faregate.bench.liveness_writing.shutil.disk_usage", lambda _: usage)
    with pytest.raises(MachineError, match="free") as caught:
        write_clips(tmp_path / "new", short, SETTINGS, jobs=1)
    assert caught.value.code == "disk_full"
    assert not (tmp_path / "new").exists()


def test_worker_processes_write_the_same_files(short: list[GeneratedClip], tmp_path: Path) -> None:
    """Two at a time or one after the other: the same bytes."""
    write_clips(tmp_path / "one", short[:2], SETTINGS, jobs=1)
    write_clips(tmp_path / "two", short[:2], SETTINGS, jobs=2)
    for clip in short[:2]:
        one, two = (list(_decoded(tmp_path / name / file_of(clip))) for name in ("one", "two"))
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def _decoded(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in container.decode(video=0)
        ]
