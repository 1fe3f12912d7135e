"""Does help detection see falls, and call nobody else? Counted on labelled clips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from faregate.assist.camera_watch import CameraWatch, Looker
from faregate.assist.events import NeedKind
from faregate.assist.settings import AssistSettings
from faregate.assist.zones import CameraZones, Zone, ZoneKind
from faregate.bench.assist_clips import (
    Alarm,
    Trace,
    pictures_of,
    prolonged,
    side_by_side,
    trace,
)
from faregate.bench.assist_labels import Label, LabelledSpan
from faregate.bench.intervals import Interval, count_interval, proportion_interval
from faregate.errors import InvalidInputError, MachineError

ENTERS_S: Final = 2.0
"""Within which the state must be down after the labelled start of a fall."""

_HOUR_S: Final = 3600.0
_NO_ZONES: Final = CameraZones(camera="clip", place="A clip")
_ON_TRACKS: Final = CameraZones(
    camera="clip",
    place="A clip",
    zones=(
        Zone(name="rails", kind=ZoneKind.TRACKS, corners=((0, 0.5), (1, 0.5), (1, 1), (0, 1))),
        Zone(name="rest", kind=ZoneKind.PLATFORM, corners=((0, 0), (1, 0), (1, 1), (0, 1))),
    ),
)
"""The lower half of the picture as tracks: where people of the clips stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallResult:
    """One labelled fall."""

    file: str
    start_s: float
    down_after_s: float | None
    """From the labelled start to the state down; None if it never came."""
    alert_after_s: float | None
    """From the labelled start to the alert; None if none came."""
    kind: str
    long_enough: bool
    """Whether the clip, prolonged or not, lasts until the policy would call."""
    prolonged: bool
    """Whether the alert, if any, came in what prolongs the clip."""

    @property
    def entered(self) -> bool:
        """Whether the state was down in time."""
        return self.down_after_s is not None and self.down_after_s <= ENTERS_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipResult:
    """One clip."""

    file: str
    observed_s: float
    played_s: float
    looks: int
    falls: tuple[FallResult, ...]
    false_alarms: tuple[Alarm, ...]
    down_without_fall: bool
    """Whether somebody counted as down outside of a labelled fall: no alarm by itself."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Events in an hour of one camera."""

    events: int
    observed_s: float

    def __post_init__(self) -> None:
        if self.observed_s <= 0:
            raise InvalidInputError(
                "nothing_observed", "No clip lasts any time.", remedy="Name clips that do."
            )

    @property
    def value(self) -> float:
        """Per camera-hour."""
        return self.events / self.observed_s * _HOUR_S

    @property
    def interval(self) -> Interval:
        """The exact 95 % interval per camera-hour."""
        counted, hours = count_interval(self.events), self.observed_s / _HOUR_S
        return Interval(counted.low / hours, counted.high / hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPeople:
    """A fall beside somebody who does not fall, in one picture: there must be one alert."""

    fall: str
    other: str
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTracks:
    """A clip whose floor is taken for tracks: there must be an alert of that kind."""

    file: str
    alert_after_s: float | None
    """From the first picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that was counted."""

    clips: tuple[ClipResult, ...]
    two_people: tuple[TwoPeople, ...]
    on_tracks: tuple[OnTracks, ...]

    @property
    def falls(self) -> tuple[FallResult, ...]:
        """All labelled falls."""
        return tuple(fall for clip in self.clips for fall in clip.falls)

    @property
    def false_alarms(self) -> Rate:
        """Alarms that no labelled fall explains, and second alarms about one fall."""
        return Rate(
            sum(len(clip.false_alarms) for clip in self.clips),
            sum(clip.observed_s for clip in self.clips),
        )

    @property
    def to_alert_s(self) -> tuple[float, ...]:
        """Seconds from each labelled start to its alert, shortest first."""
        return tuple(
            sorted(fall.alert_after_s for fall in self.falls if fall.alert_after_s is not None)
        )


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the exact binomial interval; of none there is none."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of Clopper and Pearson; None of nothing."""
        return proportion_interval(self.hits, self.of) if self.of else None


def down_sensitivity(falls: Sequence[FallResult]) -> Share:
    """Count the falls whose state was down within 2 s of the labelled start."""
    return Share(sum(fall.entered for fall in falls), len(falls))


def alert_sensitivity(falls: Sequence[FallResult]) -> Share:
    """Count the falls that were alerted about, of those in clips that last long enough."""
    long_enough = [fall for fall in falls if fall.long_enough]
    return Share(sum(fall.alert_after_s is not None for fall in long_enough), len(long_enough))


def evaluate(
    folder: Path,
    spans: Sequence[LabelledSpan],
    *,
    looker: Looker,
    wide_looker: Looker,
    settings: AssistSettings,
    continue_still_s: float,
    told: Callable[[str], None],
) -> Evaluation:
    """Play each labelled clip, then the composites, to a watch of its own.

    `wide_looker` looks at two clips side by side, which makes everybody half as large: give one
    that cuts such a picture in two.

    Raises `InvalidInputError` for no labels, and what reading a clip raises.
    """
    files = sorted({span.file for span in spans})
    if not files:
        raise InvalidInputError("labels_none", "There are no labels.", remedy="Add some.")
    for file in files:
        if not (folder / file).is_file():
            raise MachineError(
                "clip_missing",
                f"{folder / file} is labelled, and not there.",
                remedy="Add the clip, or remove its lines.",
            )

    def played(pictures: str, zones: CameraZones = _NO_ZONES) -> Trace:
        told(pictures)
        shown = prolonged(pictures_of(folder / pictures), continue_still_s)
        return trace(shown, CameraWatch(looker, zones, settings))

    by_file = {file: [span for span in spans if span.file == file] for file in files}
    clips = tuple(
        score_clip(file, by_file[file], played(file), settings=settings) for file in files
    )
    falling = [file for file in files if any(_is_fall(span) for span in by_file[file])]
    others = [file for file in files if file not in falling]
    return Evaluation(
        clips=clips,
        two_people=tuple(
            _two_people(folder, fall, others[number % len(others)], wide_looker, settings, told)
            for number, fall in enumerate(falling)
            if others
        ),
        on_tracks=tuple(_on_tracks(file, played(file, _ON_TRACKS)) for file in others),
    )


def _is_fall(span: LabelledSpan) -> bool:
    return span.label is Label.DOWN


def score_clip(
    file: str, spans: Sequence[LabelledSpan], seen: Trace, *, settings: AssistSettings
) -> ClipResult:
    """Compare what the watch said of one clip with its labels.

    An alarm belongs to a fall from its start to the end of its span, and for as long as the
    policy may take after that; one that belongs to none, or is the second of one fall, is false.
    """
    falls = sorted((span for span in spans if _is_fall(span)), key=lambda span: span.start_s)
    alert_s = settings.watch.fallen_after.total_seconds() + ENTERS_S
    free = list(seen.alarms)
    results = []
    for span in falls:
        lasts_s = seen.played_s if span is falls[-1] else span.end_s + alert_s
        own = [alarm for alarm in free if span.start_s <= alarm.at_s <= lasts_s]
        first = own[0] if own else None
        free = [alarm for alarm in free if alarm is not first]
        down = [at_s for at_s in seen.down_s if span.start_s <= at_s <= lasts_s]
        results.append(
            FallResult(
                file=file,
                start_s=span.start_s,
                down_after_s=down[0] - span.start_s if down else None,
                alert_after_s=first.at_s - span.start_s if first else None,
                kind=first.kind.value if first else "",
                long_enough=seen.played_s - span.start_s >= alert_s,
                prolonged=first is not None and first.at_s > seen.observed_s,
            )
        )
    first_fall_s = falls[0].start_s if falls else seen.played_s
    return ClipResult(
        file=file,
        observed_s=seen.observed_s,
        played_s=seen.played_s,
        looks=seen.looks,
        falls=tuple(results),
        false_alarms=tuple(free),
        down_without_fall=any(at_s < first_fall_s for at_s in seen.down_s),
    )


def _two_people(
    folder: Path,
    fall: str,
    other: str,
    looker: Looker,
    settings: AssistSettings,
    told: Callable[[str], None],
) -> TwoPeople:
    """Put somebody who does not fall beside a fall; both go on until the policy would call."""
    told(f"{fall} beside {other}")
    more_s = (settings.watch.fallen_after + timedelta(seconds=2 * ENTERS_S)).total_seconds()
    both = side_by_side(
        prolonged(pictures_of(folder / fall), more_s),
        prolonged(pictures_of(folder / other), _HOUR_S),
    )
    seen = trace(both, CameraWatch(looker, _NO_ZONES, settings))
    return TwoPeople(fall=fall, other=other, alerts=len(seen.alarms))


def _on_tracks(file: str, seen: Trace) -> OnTracks:
    alarms = [alarm.at_s for alarm in seen.alarms if alarm.kind is NeedKind.TRACKS]
    return OnTracks(file=file, alert_after_s=alarms[0] if alarms else None)
