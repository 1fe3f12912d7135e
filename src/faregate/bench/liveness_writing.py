"""Write generated clips to a folder that `faregate bench liveness` reads.

`clips.json` lists what is there and is written last, also after Ctrl-C, so a folder that was left
on purpose is consistent. A run with the same settings goes on where the last one was left.
"""

import json
import shutil
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2

from faregate.bench.liveness_clips import FPS, SECONDS, GeneratedClip
from faregate.bench.liveness_folder import CLIPS_FORMAT, LIST_NAME
from faregate.bench.liveness_trials import LIVE
from faregate.bench.people import Split
from faregate.errors import InvalidInputError, MachineError
from faregate.video.recording import ClipCodec, write_clip

_FRAME_BYTES: Final = {ClipCodec.MJPEG: 31_000, ClipCodec.FFV1: 475_000}
"""Of 640x480, with a margin of a tenth over the mean of 60 rendered clips (2026-11-23)."""

_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSettings:
    """What a folder of clips is made of, as its list says."""

    seed: int
    people: Split
    codec: ClipCodec = ClipCodec.MJPEG


def bytes_needed(count: int, codec: ClipCodec) -> int:
    """Estimate what `count` clips take on disk."""
    return round(count * FPS * SECONDS * _FRAME_BYTES[codec])


def file_of(clip: GeneratedClip) -> str:
    """Give a clip's file, relative to the folder."""
    kind = clip.label.kind
    folder = LIVE if kind == LIVE else f"attack/{kind}"
    return f"{folder}/{clip.label.number:06d}.mkv"


def write_clips(
    folder: Path,
    clips: Sequence[GeneratedClip],
    settings: ClipSettings,
    *,
    jobs: int,
    on_clip: Callable[[], None] = lambda: None,
) -> int:
    """Write the clips that are not there yet, `jobs` at a time; give how many were written.

    Raises `InvalidInputError` for a folder with anything else in it, `MachineError` where there is
    too little space or the folder can't be written.
    """
    listed = {file_of(clip): _entry(clip) for clip in clips}
    _require_ours(folder, listed, settings)
    missing = [clip for clip in clips if not (folder / file_of(clip)).exists()]
    _require_space(folder, bytes_needed(len(missing), settings.codec))
    for parent in {(folder / name).parent for name in listed}:
        _make(parent)
    try:
        _write_all(folder, missing, settings.codec, jobs=jobs, on_clip=on_clip)
    finally:
        there = [entry for name, entry in listed.items() if (folder / name).exists()]
        _write_list(folder, there, settings)
    return len(missing)


def _write_all(
    folder: Path,
    clips: Sequence[GeneratedClip],
    codec: ClipCodec,
    *,
    jobs: int,
    on_clip: Callable[[], None],
) -> None:
    if jobs == 1:
        for clip in clips:
            _write(folder, clip, codec)
            on_clip()
        return
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_quiet)
    try:
        waiting = [pool.submit(_write, folder, clip, codec) for clip in clips]
        for done in as_completed(waiting):
            done.result()
            on_clip()
    finally:
        pool.shutdown(cancel_futures=True)


def _quiet() -> None:
    cv2.setNumThreads(1)
    # Ctrl-C reaches every process of a terminal: the parent alone answers, the clip is finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write(folder: Path, clip: GeneratedClip, codec: ClipCodec) -> None:
    pictures = (frame.pixels for frame in clip.frames())
    write_clip(folder / file_of(clip), pictures, clip.walk.fps, codec=codec)


def _entry(clip: GeneratedClip) -> dict[str, Any]:
    return {
        "file": file_of(clip),
        "person": clip.label.person,
        "seed": clip.walk.seed,
        "lane": clip.walk.lane,
        "fps": clip.walk.fps,
    }


def _require_ours(folder: Path, listed: dict[str, dict[str, Any]], settings: ClipSettings) -> None:
    """Refuse a folder that holds anything but clips of the same settings."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        known = json.loads((folder / LIST_NAME).read_bytes())
        clips = known["clips"]
        same = known["format"] == CLIPS_FORMAT and known["generated"] is True
        same = same and (known["seed"], known["people"]) == (settings.seed, settings.people)
        same = same and known["codec"] == settings.codec
        same = same and all(listed.get(entry["file"]) == entry for entry in clips)
    except (OSError, ValueError, TypeError, KeyError):
        same = False
    if not same:
        raise InvalidInputError(
            "clips_folder",
            f"{folder} is not empty and was not left by a run with the same settings.",
            remedy="Give a new folder, or the settings of the first run.",
        )


def _require_space(folder: Path, needed: int) -> None:
    there = folder
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < needed:
        raise MachineError(
            "disk_full",
            f"The clips need about {needed // _MIB} MiB, and {free // _MIB} MiB are free.",
            remedy="Make fewer, or bench them without writing: faregate bench liveness --generate.",
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _write_list(folder: Path, clips: list[dict[str, Any]], settings: ClipSettings) -> None:
    document = {
        "format": CLIPS_FORMAT,
        "generated": True,
        "seed": settings.seed,
        "people": settings.people.value,
        "codec": settings.codec.value,
        "clips": clips,
    }
    partial = folder / f".{LIST_NAME}.partial"
    try:
        partial.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        partial.replace(folder / LIST_NAME)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> MachineError:
    return MachineError(
        "clips_unwritable",
        f"{folder} can't be written: {error.strerror}.",
        remedy="Choose a folder that can be written.",
    )
