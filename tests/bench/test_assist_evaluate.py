"""What is counted on clips: falls seen, alerts, false alarms, and what each means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.seen_people import SeenPeople, picture
from faregate.assist.events import NeedKind
from faregate.assist.movenet import MultiPose, Tiles
from faregate.assist.settings import AssistSettings
from faregate.bench.assist_clips import Alarm, Trace, pictures_of, prolonged, side_by_side
from faregate.bench.assist_evaluate import (
    ClipResult,
    Evaluation,
    Rate,
    alert_sensitivity,
    down_sensitivity,
    evaluate,
    score_clip,
)
from faregate.bench.assist_labels import Label, LabelledSpan, convert_gmdcsa24
from faregate.bench.assist_report import report_document, report_page
from faregate.errors import InvalidInputError, MachineError
from faregate.models.manifest import shipped_manifests
from faregate.models.pack import verify
from faregate.video.recording import write_clip

FPS = 10
FALL = LabelledSpan(file="fall.mkv", start_s=2.0, end_s=4.0, label=Label.DOWN)
WALK = LabelledSpan(file="walk.mkv", start_s=0.0, end_s=4.0, label=Label.OTHER)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Write one clip of a fall after 2.5 s and one of standing, 4 s each."""
    stories = {"fall.mkv": [1] * 25 + [2] * 15, "walk.mkv": [1] * 40}
    for name, story in stories.items():
        write_clip(
            tmp_path / name, (picture(who, tick=at // 3) for at, who in enumerate(story)), FPS
        )
    return tmp_path


def run(folder: Path, *spans: LabelledSpan, more_s: float = 0.0) -> Evaluation:
    """Evaluate with a looker that reads who is there."""
    looker = SeenPeople()
    return evaluate(
        folder,
        spans,
        looker=looker,
        wide_looker=looker,
        settings=AssistSettings(),
        continue_still_s=more_s,
        told=lambda _: None,
    )


def test_a_short_clip_is_down_but_too_short_to_alert(clips: Path) -> None:
    """The state is known at once; the policy waits five seconds."""
    found = run(clips, FALL, WALK)
    [fall] = found.falls
    assert fall.down_after_s == pytest.approx(0.7, abs=0.25)
    assert (fall.entered, fall.long_enough, fall.alert_after_s) == (True, False, None)
    assert down_sensitivity(found.falls).value == 1.0
    assert alert_sensitivity(found.falls).value is None
    assert found.false_alarms.events == 0
    assert found.false_alarms.observed_s == pytest.approx(7.8)


def test_a_prolonged_clip_alerts_and_says_so(clips: Path) -> None:
    """Its added time is marked, and does not count as observed."""
    found = run(clips, FALL, WALK, more_s=10)
    [fall] = found.falls
    assert fall.alert_after_s == pytest.approx(5.7, abs=0.4)
    assert (fall.long_enough, fall.prolonged, fall.kind) == (True, True, "fallen")
    assert alert_sensitivity(found.falls).value == 1.0
    assert found.false_alarms.observed_s == pytest.approx(7.8)
    assert [one.alert_after_s for one in found.on_tracks] == pytest.approx([1.6], abs=0.3)


def test_labels_without_clips_and_nothing_at_all(clips: Path) -> None:
    """Both are said before anything is played."""
    with pytest.raises(MachineError, match=r"gone\.mkv"):
        run(clips, LabelledSpan(file="gone.mkv", start_s=0, end_s=1, label=Label.OTHER))
    with pytest.raises(InvalidInputError, match="no labels"):
        run(clips)


def seen(*alarms: float, down: tuple[float, ...] = (), played_s: float = 20.0) -> Trace:
    """Make up what a watch said of a clip."""
    return Trace(
        down_s=down,
        alarms=tuple(Alarm(at_s, NeedKind.FALLEN, number) for number, at_s in enumerate(alarms, 1)),
        observed_s=played_s,
        played_s=played_s,
        looks=1,
    )


def score(trace: Trace, *spans: LabelledSpan) -> ClipResult:
    """Score one clip."""
    return score_clip("fall.mkv", spans, trace, settings=AssistSettings())


@pytest.mark.parametrize(
    ("trace", "alert_after_s", "false_alarms"),
    [
        pytest.param(seen(8.0), 6.0, [], id="one alert about the fall"),
        pytest.param(seen(8.0, 9.0), 6.0, [9.0], id="a second one about it is false"),
        pytest.param(seen(1.0), None, [1.0], id="before it: false, and the fall is missed"),
        pytest.param(seen(1.0, 8.0), 6.0, [1.0], id="before it and about it"),
        pytest.param(seen(), None, [], id="none"),
    ],
)
def test_which_alarms_are_false(
    trace: Trace, alert_after_s: float | None, false_alarms: list[float]
) -> None:
    """An alarm has a labelled fall to explain it, or is false."""
    result = score(trace, FALL)
    assert [fall.alert_after_s for fall in result.falls] == [alert_after_s]
    assert [alarm.at_s for alarm in result.false_alarms] == false_alarms


def test_every_alarm_of_a_clip_without_falls_is_false() -> None:
    """There is nothing to explain it."""
    assert len(score(seen(3.0, 8.0), WALK).false_alarms) == 2


def test_two_falls_of_one_clip_have_an_alarm_each() -> None:
    """The first does not use up the second's."""
    later = LabelledSpan(file="fall.mkv", start_s=12, end_s=14, label=Label.DOWN)
    result = score(seen(8.0, 18.5), FALL, later)
    assert [fall.alert_after_s for fall in result.falls] == [6.0, 6.5]
    assert result.false_alarms == ()


@pytest.mark.parametrize(
    ("down", "entered", "early"),
    [((3.9,), True, False), ((4.1,), False, False), ((1.0, 4.1), False, True), ((), False, False)],
)
def test_down_within_two_seconds(
    down: tuple[float, ...],
    entered: bool,  # noqa: FBT001 - a table
    early: bool,  # noqa: FBT001 - likewise
) -> None:
    """Later is not in time; before the fall is told apart."""
    result = score(seen(down=down), FALL)
    assert result.falls[0].entered is entered
    assert result.down_without_fall is early


def test_a_rate_is_of_an_hour() -> None:
    """One event in half an hour is two an hour, and so are both ends of its interval."""
    rate = Rate(1, 1800.0)
    assert rate.value == 2.0
    assert (rate.interval.low, rate.interval.high) == pytest.approx((0.0506, 11.144), rel=1e-3)


def test_nothing_observed_has_no_rate() -> None:
    """Clips of no length are an error, not a division."""
    with pytest.raises(InvalidInputError, match="lasts any time"):
        Rate(0, 0.0)


def document_of(found: Evaluation, *, more_s: float) -> dict[str, Any]:
    """Build the report."""
    return report_document(
        found,
        settings=AssistSettings(),
        pack=next(one for one in shipped_manifests() if one.pack == "pose"),
        continue_still_s=more_s,
        measured=datetime(2026, 6, 1, tzinfo=UTC),
    )


def test_the_report_has_its_keys(clips: Path) -> None:
    """The keys that other programs read, and a page that shows the same."""
    found = run(clips, FALL, WALK, more_s=10)
    document = document_of(found, more_s=10.0)
    assert document["down_sensitivity"]["value"] == 1.0
    assert document["alert_sensitivity"]["hits"] == 1
    assert document["clips_too_short_to_alert"] == []
    rate = document["false_alarms_per_camera_hour"]
    assert set(rate) >= {"value", "ci95", "observed_s"}
    assert rate["ci95"][1] > 1000
    assert document["composites"]["two_people"] == [
        {"fall": "fall.mkv", "other": "walk.mkv", "alerts": 1}
    ]
    page = report_page(document)
    assert "fall.mkv" in page
    assert "Prolonged" in page
    assert "clip too short" not in page


def test_the_report_calls_no_fall_missed_that_nobody_could_alert_about(clips: Path) -> None:
    """Where the clip ends before the policy would call, the page says so instead of never."""
    page = report_page(document_of(run(clips, FALL, WALK), more_s=0.0))
    assert "<td>clip too short</td>" in page
    assert "<td>never</td>" not in page


def test_prolonging_goes_to_and_fro(clips: Path) -> None:
    """Added pictures are marked, in order of time, and of the last second."""
    shown = list(prolonged(pictures_of(clips / "fall.mkv"), 3.0))
    added = [one for one in shown if not one.real]
    assert len(added) == 30
    times = [one.at_s for one in shown]
    assert times == sorted(times)
    assert {int(one.pixels[0, 0, 0]) for one in added} == {2}
    assert list(prolonged([], 3.0)) == []


def test_two_clips_in_one_picture(clips: Path) -> None:
    """As wide as both, as long as the shorter."""
    both = list(side_by_side(pictures_of(clips / "fall.mkv"), pictures_of(clips / "walk.mkv")))
    assert {one.pixels.shape for one in both} == {(36, 128, 3)}
    assert both[-1].at_s == pytest.approx(3.9, abs=0.15)


@pytest.mark.long
def test_every_labelled_fall_enters_down(test_data: Path, test_models: Path) -> None:
    """On the real clips, prolonged: all falls in time, one alert each, none for anything else."""
    pose = MultiPose(verify("pose", test_models), threads=1)
    found = evaluate(
        test_data / "falls",
        convert_gmdcsa24(test_data / "falls"),
        looker=pose,
        wide_looker=pose.cut(Tiles(2, 1)),
        settings=AssistSettings(),
        continue_still_s=10.0,
        told=lambda _: None,
    )
    assert [fall.file for fall in found.falls if not fall.entered] == []
    assert [fall.file for fall in found.falls if fall.alert_after_s is None] == []
    assert found.false_alarms.events == 0
    assert [one.alerts for one in found.two_people] == [1] * len(found.falls)
    assert all(one.alert_after_s is not None for one in found.on_tracks)
