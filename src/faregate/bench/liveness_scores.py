"""What the product said of each clip, on disk: to choose boundaries from without playing again.

Numbers of people, kinds, outcomes and cues' measures only: no name, no file, no picture, no
template.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any, Final

from faregate.bench.liveness_trials import ClipLabel, Outcome, Trial
from faregate.bench.people import Split
from faregate.bench.report import plain_numbers, write_whole
from faregate.errors import InvalidInputError
from faregate.face.capture import CaptureReason
from faregate.face.liveness import Cue, CueKind

SCORES_FORMAT: Final = "faregate-bench-liveness-scores/v1"
SCORES_NAME: Final = "scores.json"

_BYTES_MAX: Final = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The trials of one run, and what they were made of."""

    generated: bool
    people: Split | None
    pack: str
    trials: tuple[Trial, ...]


def scores_document(scores: Scores) -> dict[str, Any]:
    """Give the document that is written."""
    return {
        "format": SCORES_FORMAT,
        "generated": scores.generated,
        "people": scores.people,
        "pack": scores.pack,
        "clips": [_clip(trial) for trial in scores.trials],
    }


def _clip(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.label.number,
        "kind": trial.label.kind,
        "person": trial.label.person,
        "outcome": trial.outcome,
        "reason": trial.reason,
        "score": trial.score,
        "seconds": trial.seconds,
        "cues": {
            cue.kind: {
                "measure": cue.measure,  # null where it is not a number, which is never live
                "score": cue.score,
                "judged": cue.judged,
            }
            for cue in trial.cues
        },
    }


def write_scores(folder: Path, scores: Scores) -> None:
    """Write scores.json into a report's folder. Raises `MachineError` where it can't be written."""
    text = json.dumps(plain_numbers(scores_document(scores)), allow_nan=False)
    write_whole(folder, SCORES_NAME, text + "\n")


def read_scores(path: Path) -> Scores:
    """Read what `scores_document` gave; `path` may be the report's folder.

    Raises `InvalidInputError` for anything else.
    """
    path = path / SCORES_NAME if path.is_dir() else path
    try:
        with path.open("rb") as stream:
            document = json.loads(stream.read(_BYTES_MAX))
        if document["format"] != SCORES_FORMAT:
            raise _other_format(path)
        return Scores(
            generated=bool(document["generated"]),
            people=None if document["people"] is None else Split(document["people"]),
            pack=str(document["pack"]),
            trials=tuple(_trial(clip) for clip in document["clips"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError(
            "scores_unreadable",
            f"{path} holds no scores of a liveness bench: {error!r}.",
            remedy="Name a report folder of faregate bench liveness, or its scores.json.",
        ) from error


def _other_format(path: Path) -> InvalidInputError:
    return InvalidInputError(
        "scores_format",
        f"{path} is not in the format {SCORES_FORMAT}.",
        remedy="Name a report folder of faregate bench liveness, or its scores.json.",
    )


def _trial(clip: Mapping[str, Any]) -> Trial:
    return Trial(
        label=ClipLabel(
            number=int(clip["number"]), kind=str(clip["kind"]), person=int(clip["person"])
        ),
        outcome=Outcome(clip["outcome"]),
        score=_finite(clip["score"]),
        reason=None if clip["reason"] is None else CaptureReason(clip["reason"]),
        cues=tuple(
            Cue(
                kind=CueKind(kind),
                score=_finite(cue["score"]),
                judged=bool(cue["judged"]),
                measure=nan if cue["measure"] is None else _finite(cue["measure"]),
            )
            for kind, cue in clip["cues"].items()
        ),
        seconds=_finite(clip["seconds"]),
    )


def _finite(value: object) -> float:
    number = float(str(value))
    if not isfinite(number):
        raise ValueError(f"{value!r} is no number")
    return number
