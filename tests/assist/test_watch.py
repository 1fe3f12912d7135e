"""The watch told as timelines: one character is one second, and one picture.

|  upright        s  seated          _  lying         =  lying, elsewhere
.  hidden         !  lying, and the alert comes now   ?  hidden, and the alert comes now
t  stands on the tracks              T  stands on the tracks, and the alert comes now
v  lies on the tracks                V  lies on the tracks, and the alert comes now
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.people import lying, person, seated, standing
from faregate.assist.events import Ending, HelpNeeded, NeedKind, Over, StillNeeded, WatchEvent
from faregate.assist.policy import WatchPolicy
from faregate.assist.posture import Posture
from faregate.assist.stance import Stance
from faregate.assist.tracker import Tracker
from faregate.assist.watch import DownWatch
from faregate.assist.zones import BenchRule, CameraZones, Zone, ZoneKind
from faregate.errors import ConfigurationError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRACKS = Zone(name="rails", kind=ZoneKind.TRACKS, corners=((0, 0.7), (0.3, 0.7), (0.3, 1), (0, 1)))
FLOOR = Zone(name="floor", kind=ZoneKind.PLATFORM, corners=((0, 0), (1, 0), (1, 1), (0, 1)))
STATION = CameraZones(camera="north", place="North", zones=(TRACKS, FLOOR))
NO_ZONES = CameraZones(camera="north", place="North")

DRAWN = {
    "|": standing(),
    "s": seated(),
    "_": lying(),
    "!": lying(),
    "=": lying(x=0.65),
    "#": lying(x=0.65),
    "w": lying(x=0.32),
    "/": standing(x=0.32),
    "t": standing(x=0.15),
    "T": standing(x=0.15),
    "v": lying(x=0.15),
    "V": lying(x=0.15),
}
ALERTS = "!?TV#"


def play(
    *stories: str, zones: CameraZones = STATION, step_s: float = 1.0
) -> list[tuple[int, WatchEvent]]:
    """Show the people of one or several stories to one camera; give what was said, and when."""
    tracker, watch = Tracker(), DownWatch(WatchPolicy(), zones)
    said: list[tuple[int, WatchEvent]] = []
    for second in range(max(map(len, stories))):
        at = NOON + timedelta(seconds=second * step_s)
        postures = [
            _aside(DRAWN[story[second]], order)
            for order, story in enumerate(stories)
            if second < len(story) and story[second] in DRAWN
        ]
        events = watch.update(tracker.update(postures, at), at)
        said += [(second, event) for event in events]
    return said


def _aside(posture: Posture, order: int) -> Posture:
    """Put the second person of a story to the right of the first."""
    if order == 0:
        return posture
    points = posture.points.copy()
    points[:, 0] += 0.3 * order
    box = posture.box
    moved = type(box)(
        left=box.left + 0.3 * order,
        top=box.top,
        right=box.right + 0.3 * order,
        bottom=box.bottom,
    )
    return Posture(points=points, box=moved, score=posture.score, aspect=posture.aspect)


def alerts(said: Sequence[tuple[int, WatchEvent]]) -> list[int]:
    """Give the seconds at which help was called."""
    return [second for second, event in said if isinstance(event, HelpNeeded)]


@pytest.mark.parametrize(
    "story",
    [
        pytest.param("||||_____!____________________", id="stays down: one alert"),
        pytest.param("||___||||||||", id="gets up in time: none"),
        pytest.param("||__...!____", id="a passer-by hides them briefly"),
        pytest.param("||___..?.....", id="hidden for good: still an alert"),
        pytest.param("||_............", id="one odd picture, then gone: none"),
        pytest.param("||__|__!____", id="one odd picture of standing does not save them"),
        pytest.param("||_____!__||||_____!__", id="falls again: alerts again"),
        pytest.param("||_____!.......____|____", id="lost and found again: no second alert"),
        pytest.param("||_____!....................___", id="found again after long: the same"),
        pytest.param("ss_____!_____", id="slips off a chair"),
        pytest.param("____________!____", id="found lying: after 12 s"),
        pytest.param("___.................", id="a bag taken for somebody, briefly: none"),
        pytest.param("______._____!__", id="found lying, hidden for a moment"),
        pytest.param("_____============#====", id="crawls: 12 s from when they lie still"),
        pytest.param("__==__==__==__==__==__==__==__!___", id="restless: after 30 s"),
        pytest.param("||||||||||||||||||||||||", id="waits"),
        pytest.param("||ssssssssssssssssssssssssssssss", id="sits down"),
        pytest.param("........", id="nobody"),
        pytest.param("|..........|..........|", id="comes and goes"),
        pytest.param("ttT|||||||", id="on the tracks: after 2 pictures, 1.5 s"),
        pytest.param("t||||||t|||||", id="one picture misplaces a foot"),
        pytest.param("tt?........", id="on the tracks and hidden"),
        pytest.param("ttTttvvvvvvvv", id="falls on the tracks: one incident"),
        pytest.param("ttT........ttttt", id="hidden on the tracks, and seen there again"),
        pytest.param("vvV", id="lies on the tracks"),
    ],
)
def test_when_the_alert_comes(story: str) -> None:
    """Each story has its alerts where it says, and no others."""
    shown = story.replace("?", ".")
    expected = [second for second, mark in enumerate(story) if mark in ALERTS]
    assert alerts(play(shown)) == expected


def test_two_people_one_falls() -> None:
    """One alert, however the other passes by."""
    assert alerts(play("||_____!______", "|||||||||||.||")) == [7]


def test_two_people_fall() -> None:
    """Each has an alert of their own: no cooldown swallows the second."""
    said = play("||_____!______", "|||||_____!___")
    assert alerts(said) == [7, 10]
    assert [event.number for _, event in said] == [1, 2]


def test_a_need_is_told_updated_and_over() -> None:
    """Once as help needed, every ten seconds as still needed, and over when they stood up."""
    said = [event for _, event in play("||" + "_" * 25 + "|||||")]
    kinds = [type(event) for event in said]
    assert kinds == [HelpNeeded, StillNeeded, StillNeeded, Over]
    first, last = said[0], said[-1]
    assert isinstance(first, HelpNeeded)
    assert (first.kind, first.zone, first.stance) == (NeedKind.FALLEN, "floor", Stance.DOWN)
    assert first.since == NOON + timedelta(seconds=2)
    assert isinstance(last, Over)
    assert (last.ending, last.number) == (Ending.RISEN, first.number)


def test_a_hidden_person_is_unknown_not_well() -> None:
    """An update about somebody hidden says so; only after ten minutes is it out of sight."""
    said = play("||" + "_" * 8 + "." * 620)
    assert {event.stance for _, event in said if isinstance(event, StillNeeded)} == {Stance.UNKNOWN}
    second, last = said[-1]
    assert isinstance(last, Over)
    assert (second, last.ending) == (9 + 600, Ending.OUT_OF_SIGHT)


@pytest.mark.parametrize(
    ("story", "kinds"),
    [
        ("ttttttt", [NeedKind.TRACKS]),
        ("____________________", [NeedKind.STILL]),
        ("||______w" + "v" * 6, [NeedKind.FALLEN, NeedKind.TRACKS]),
    ],
    ids=["tracks", "still", "rolls onto the tracks"],
)
def test_kinds(story: str, kinds: list[NeedKind]) -> None:
    """What is said names why; the same event grown worse keeps its number."""
    said = [event for _, event in play(story) if isinstance(event, HelpNeeded)]
    assert [event.kind for event in said] == kinds
    assert {event.number for event in said} == {1}


def test_leaving_the_tracks_is_said() -> None:
    """Seen beside them for two seconds."""
    said = [event for _, event in play("ttt" + "/" * 6)]
    assert isinstance(said[-1], Over)
    assert said[-1].ending is Ending.LEFT_TRACKS


@pytest.mark.parametrize(
    ("rule", "expected"), [(BenchRule.LET_SLEEP, []), (BenchRule.AS_FLOOR, [7])]
)
def test_the_bench_rule(rule: BenchRule, expected: list[int]) -> None:
    """Where a site lets people sleep, lying on a bench is nobody's business."""
    bench = Zone(
        name="bench",
        kind=ZoneKind.BENCH,
        corners=((0.3, 0.7), (0.7, 0.7), (0.7, 1), (0.3, 1)),
        bench=rule,
    )
    zones = CameraZones(camera="north", place="North", zones=(bench, FLOOR))
    assert alerts(play("ss" + "_" * 40, zones=zones)) == expected


def test_an_escalator_does_not_wait() -> None:
    """Lying on it is told after three seconds."""
    moving = Zone(name="up", kind=ZoneKind.ESCALATOR, corners=FLOOR.corners)
    zones = CameraZones(camera="north", place="North", zones=(moving,))
    assert alerts(play("||" + "_" * 9, zones=zones)) == [5]


def test_nobody_is_watched_outside_of_the_zones() -> None:
    """A poster or a shop window beside the zones calls nobody; without zones everything counts."""
    far = Zone(name="far", kind=ZoneKind.PLATFORM, corners=((0, 0), (0.2, 0), (0.2, 0.2)))
    story = "||" + "_" * 20
    assert alerts(play(story, zones=CameraZones(camera="a", place="A", zones=(far,)))) == []
    said = play(story, zones=NO_ZONES)
    assert alerts(said) == [7]
    assert [event.zone for _, event in said if isinstance(event, HelpNeeded)] == ["picture"]


def test_who_is_down_is_told_though_no_help_is_needed_yet() -> None:
    """The watch is anxious from the first picture of somebody lying: look more often."""
    tracker, watch = Tracker(), DownWatch(WatchPolicy(), STATION)
    seen = []
    for second, drawn in enumerate((standing(), lying(), lying())):
        at = NOON + timedelta(seconds=second)
        assert watch.update(tracker.update([drawn], at), at) == ()
        seen.append((watch.is_anxious, [one.down for one in watch.people]))
    assert seen == [(False, [False]), (True, [False]), (True, [True])]


def test_nothing_seen_of_a_person_is_unknown() -> None:
    """Somebody of whom too little shows has no stance."""
    tracker, watch = Tracker(), DownWatch(WatchPolicy(), STATION)
    hidden = person(hidden=tuple(range(17)))  # type: ignore[arg-type]  # all of them
    for second in range(3):
        at = NOON + timedelta(seconds=second)
        watch.update(tracker.update([hidden], at), at)
    assert [one.stance for one in watch.people] == [Stance.UNKNOWN]


def test_people_out_of_sight_have_a_limit() -> None:
    """Of hundreds who were lost lying, the longest unseen without a need go first."""
    tracker, watch = Tracker(), DownWatch(WatchPolicy(still_after=timedelta(minutes=30)), STATION)
    rows = [
        [
            person(
                x=0.05 + 0.9 * column / 50,
                foot=foot,
                stature=0.01,
                trunk=-90.0,
                thigh=90.0,
                shank=90.0,
            )
            for column in range(50)
        ]
        for foot in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    ]
    for second in range(60):
        at = NOON + timedelta(seconds=second)
        shown = rows[second // 10] if second % 10 < 3 else []
        watch.update(tracker.update(shown, at), at)
    assert 200 <= len(watch.people) <= 250


def test_time_does_not_go_back() -> None:
    """A picture older than the last is a mistake of the caller."""
    watch = DownWatch(WatchPolicy(), STATION)
    watch.update([], NOON)
    with pytest.raises(ValueError, match="does not go back"):
        watch.update([], NOON - timedelta(seconds=1))


def test_a_policy_has_sensible_times() -> None:
    """No time is nothing, negative or endless."""
    for wrong in (timedelta(0), timedelta(hours=2)):
        with pytest.raises(ConfigurationError, match="still_after"):
            WatchPolicy(still_after=wrong)


@given(
    before=st.text("|s", min_size=2, max_size=6),
    after=st.text("_.", min_size=6, max_size=30),
)
def test_losing_the_pose_never_saves_anybody(before: str, after: str) -> None:
    """Whoever was seen lying for two seconds and not seen up since is alerted about, in time."""
    said = alerts(play(before + "___" + after))
    assert said == [len(before) + 5]


@given(story=st.text("|s", min_size=1, max_size=60))
def test_whoever_is_up_is_left_alone(story: str) -> None:
    """Standing and sitting in any order, hidden or not, calls nobody."""
    assert play(story + "." * 10 + story) == []


@given(story=st.text("|s_.=tv", max_size=80))
def test_every_need_ends_at_most_once(story: str) -> None:
    """Numbers count up; a need is told before it is updated or over, and not after."""
    open_needs: set[int] = set()
    numbers: list[int] = []
    for _, event in play(story):
        match event:
            case HelpNeeded():
                if event.number not in open_needs:
                    numbers.append(event.number)
                    open_needs.add(event.number)
            case StillNeeded():
                assert event.number in open_needs
            case Over():
                open_needs.remove(event.number)
    assert numbers == list(range(1, len(numbers) + 1))
