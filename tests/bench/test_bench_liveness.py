"""`faregate bench liveness` as a whole: clips in, rates out, nothing mixed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from fakes.liveness_clips import RiderClip, rider_clips
from fakes.liveness_trials import drawn, scores
from faregate.bench.liveness import ClipSet, limited, measure_liveness
from faregate.bench.liveness_folder import RecordedClip
from faregate.bench.liveness_run import PackChoice, run_clips
from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import ClipLabel, Trial
from faregate.bench.people import Split
from faregate.errors import InvalidInputError
from faregate.video.recording import write_clip

FIRST_SEED: Final = 50_000
"""Seeds that nothing was developed on."""
SEEDS: Final = 20
DEVELOPMENT: Final = replace(
    scores(drawn(["print", "screen"], seed=1), people=Split.DEVELOPMENT), pack="pip-offline"
)


def clip_set(clips: list[RiderClip], *, people: Split | None = Split.REPORT) -> ClipSet:
    """Give clips of the two riders as a set."""
    return ClipSet(clips=clips, generated=True, people=people, seed=None, source="Two riders")


@pytest.mark.parametrize(
    ("development", "people", "code"),
    [
        (replace(DEVELOPMENT, generated=False), Split.REPORT, "clips_mixed"),
        (replace(DEVELOPMENT, pack="permissive-small"), Split.REPORT, "scores_pack"),
        (replace(DEVELOPMENT, people=Split.REPORT), Split.REPORT, "people_split"),
        (replace(DEVELOPMENT, people=None), Split.REPORT, "people_split"),
        (DEVELOPMENT, Split.DEVELOPMENT, "people_split"),
        (DEVELOPMENT, None, "people_split"),
    ],
    ids=["real", "pack", "chosen on reported", "undivided", "reported on chosen", "not divided"],
)
def test_refuses_to_choose_on_what_it_may_not(
    tmp_path: Path, development: Scores, people: Split | None, code: str
) -> None:
    """Before anything is played: each defect has its own error."""
    played: list[Trial] = []
    with pytest.raises(InvalidInputError) as caught:
        measure_liveness(
            clip_set(rider_clips(range(1)), people=people),
            PackChoice("pip-offline", tmp_path),
            jobs=1,
            development=development,
            on_trial=played.append,
        )
    assert caught.value.code == code
    assert played == []


def test_a_limit_is_of_each_kind() -> None:
    """The first clips of every kind are kept, in their order."""
    clips = rider_clips(range(4))
    kept = limited(clips, 3)
    assert [clip.label.number for clip in kept] == [
        first + number for first in range(0, 48, 8) for number in range(3)
    ]


def _recorded(folder: Path, kind: str, number: int) -> RecordedClip:
    """Write a clip of a grey wall, and give it."""
    path = folder / f"{number}.mkv"
    write_clip(path, [np.full((120, 160, 3), 90, np.uint8)] * (number + 1), 10)
    return RecordedClip(label=ClipLabel(number=number, kind=kind, person=number), path=path)


def test_worker_processes_give_what_one_process_gives(tmp_path: Path) -> None:
    """Trials come in the order of the clips, whichever process was faster; errors come back."""
    choice = PackChoice("pip-offline", tmp_path)
    clips = [_recorded(tmp_path, kind, number) for number, kind in enumerate(["live", "a", "b"])]
    seen: list[Trial] = []
    trials = run_clips(choice, clips, jobs=2, on_trial=seen.append)
    alone = run_clips(choice, clips, jobs=1)
    assert [trial.label for trial in trials] == [clip.label for clip in clips]
    assert [trial.seconds for trial in trials] == [trial.seconds for trial in alone]
    assert len(seen) == 3
    clips[1].path.write_bytes(b"no video")
    with pytest.raises(InvalidInputError, match=r"not a video .* \[video_unreadable\]"):
        run_clips(choice, clips, jobs=2)


@pytest.mark.long
def test_renderings_of_two_riders(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Fresh seeds through the whole pipeline of the `pip-offline` pack, riders A and B.

    Renderings only: it says nothing about real attacks and real people.
    """
    found = measure_liveness(
        clip_set(rider_clips(range(FIRST_SEED, FIRST_SEED + SEEDS))),
        PackChoice("pip-offline", tmp_path),
        jobs=2,
        development=None,
        on_trial=lambda _: None,
    )
    rates = found.rates
    for one in rates.kinds:
        apcer = one.apcer
        record_property(f"rendered {one.kind}, accepted", f"{apcer.events} of {apcer.trials}")
        record_property("the same, one-sided 95 % bound", f"{apcer.not_above:.2%}")
    for name, rate in (("refused", rates.bpcer), ("without response", rates.bpnrr)):
        record_property(f"rendered live, {name}", f"{rate.events} of {rate.trials}")
        record_property("the same, one-sided 95 % bound", f"{rate.not_above:.2%}")
    assert rates.worst.apcer.value <= 0.5
    assert rates.bpcer.value + rates.bpnrr.value <= 0.2
