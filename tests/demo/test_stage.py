"""The stage shows what it is told, in local time, and to whoever listens."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from faregate.demo.stage import (
    STORY_LINES_MAX,
    Figure,
    LaneView,
    MoneyRow,
    Stage,
    StoredRow,
    StoryLine,
    Tone,
    shown_money,
)
from faregate.ids import LineId
from faregate.money import Money

MORNING = datetime(2026, 5, 4, 6, 12, tzinfo=UTC)
HARBOUR = LaneView(line="harbour", place="Harbour", way="in")
MUSEUM = LaneView(line="museum", place="Museum", way="out")


@pytest.fixture
def stage() -> Stage:
    """Give a stage with two lanes and two chapters."""
    stage = Stage(zone=ZoneInfo("Europe/Berlin"))
    stage.set_programme(["Enrolment", "Travel"], [HARBOUR, MUSEUM])
    return stage


def test_tells_the_story_to_everyone(stage: Stage) -> None:
    """Page and terminal get the same lines and chapters."""
    heard: list[StoryLine] = []
    announced: list[tuple[int, str, str]] = []
    stage.on_story(heard.append)
    stage.on_chapter(lambda *chapter: announced.append(chapter))
    stage.begin_chapter(2, "A rides.")
    stage.tell(MORNING, "The gate opened.", Tone.GOOD)
    assert heard == [StoryLine("Mon 08:12", "The gate opened.", Tone.GOOD)]
    assert announced == [(2, "Travel", "A rides.")]
    _, scene = stage.snapshot()
    assert scene["story"] == ({"at": "Mon 08:12", "text": "The gate opened.", "tone": "good"},)
    assert (scene["chapter"], scene["explanation"], scene["clock"]) == (2, "A rides.", "Mon 08:12")


def test_a_long_story_keeps_its_end(stage: Stage) -> None:
    """The scene has a limit; the oldest lines go."""
    for number in range(STORY_LINES_MAX + 5):
        stage.tell(MORNING + timedelta(minutes=number), str(number))
    story = stage.snapshot()[1]["story"]
    assert isinstance(story, tuple)
    assert (len(story), story[0]["text"]) == (STORY_LINES_MAX, "5")


def test_redraws_one_lane(stage: Stage) -> None:
    """The other lane stays as it was."""
    changed = LaneView(line="museum", place="Museum", way="out", gate_open=True, in_front="A")
    stage.show_lane(changed)
    assert (stage.lane(LineId("harbour")), stage.lane(LineId("museum"))) == (HARBOUR, changed)
    stage.finish([Figure(label="Strangers let in", value="0", right=True)])
    assert stage.lane(LineId("museum")) == MUSEUM
    assert stage.snapshot()[1]["finished"]


def test_shows_stores_money_and_network(stage: Stage) -> None:
    """A rider's rows are replaced, other riders' stay."""
    stage.show_stored("A", [StoredRow("Office", "Consent", "office", 1)])
    stage.show_stored("B", [StoredRow("Office", "Consent", "office", 1)])
    stage.show_stored("A", [])
    stage.show_money([MoneyRow("A", "€2.75 held", "€0.00")])
    stage.show_network(up=False)
    _, scene = stage.snapshot()
    stored = scene["stored"]
    assert isinstance(stored, dict)
    assert (stored["A"], len(stored["B"])) == ((), 1)
    assert scene["money"] == ({"who": "A", "today": "€2.75 held", "booked": "€0.00"},)
    assert scene["network_up"] is False


def test_wakes_whoever_waits(stage: Stage) -> None:
    """A change ends the wait at once; without one it ends by itself."""
    before, _ = stage.snapshot()
    stage.wait_for_change(before, timeout_s=0.01)
    assert stage.snapshot()[0] == before
    waiting = threading.Thread(
        target=stage.wait_for_change, args=(before,), kwargs={"timeout_s": 60}
    )
    waiting.start()
    stage.tell(MORNING, "Something happened.")
    waiting.join(timeout=10)
    assert not waiting.is_alive()


def test_writes_money_as_people_do() -> None:
    """Two decimals for cents, none for yen."""
    assert (shown_money(Money(1100, "EUR")), shown_money(Money(300, "JPY"))) == ("€11.00", "¥300")
