"""What the audience of the demo sees: lanes, money, what is stored, and the story so far.

The stage holds no picture and no template. Who stands in front of a lane is a stage direction
of the script ("Rider A walks up"), never something that a camera found out.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from faregate.ids import LineId
from faregate.money import Money

STORY_LINES_MAX: Final = 200


class Tone(StrEnum):
    """How a line of the story or a lane's display is coloured."""

    PLAIN = "plain"
    GOOD = "good"  # a gate opened, a charge was right
    CARD = "card"  # somebody is asked for the card
    CALM = "calm"  # a camera stayed closed, something was wiped
    ALERT = "alert"  # the network is down, or something went wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One lane as drawn on the page."""

    line: str
    place: str
    way: str
    camera_open: bool = False
    gate_open: bool = False
    display: str = "Card, or face if you unlocked it"
    tone: Tone = Tone.PLAIN
    in_front: str = ""
    unlocked: int = 0


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened, at a business time."""

    at: str
    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One kind of record that exists somewhere now, for one rider."""

    place: str
    what: str
    readable_by: str
    count: int


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One rider's money, in words: the office alone knows which account it is."""

    who: str
    today: str
    booked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the final summary, and whether it is what it must be."""

    label: str
    value: str
    right: bool


@dataclass(slots=True)
class _Scene:
    clock: str = ""
    chapter: int = 0
    chapters: tuple[str, ...] = ()
    explanation: str = ""
    network_up: bool = True
    lanes: tuple[LaneView, ...] = ()
    money: tuple[MoneyRow, ...] = ()
    stored: dict[str, tuple[StoredRow, ...]] = field(default_factory=dict)
    story: tuple[StoryLine, ...] = ()
    figures: tuple[Figure, ...] = ()
    finished: bool = False


def shown_money(amount: Money) -> str:
    """Write an amount as people of the demo's city do."""
    return format_currency(amount.to_decimal(), amount.currency, locale="en")


class Stage:
    """Keeps the scene and tells listeners that it changed. Safe to read from another thread."""

    def __init__(self, *, zone: ZoneInfo) -> None:
        self._zone = zone
        self._scene = _Scene()
        self._revision = 0
        self._changed = threading.Condition()
        self._narrators: list[Callable[[StoryLine], None]] = []
        self._announcers: list[Callable[[int, str, str], None]] = []

    def on_story(self, narrator: Callable[[StoryLine], None]) -> None:
        """Also tell every story line to `narrator`, for example the terminal."""
        self._narrators.append(narrator)

    def on_chapter(self, announcer: Callable[[int, str, str], None]) -> None:
        """Also announce every chapter: its number, title and explanation."""
        self._announcers.append(announcer)

    def set_programme(self, chapters: Iterable[str], lanes: Iterable[LaneView]) -> None:
        """Announce the chapters and lanes of the day."""
        with self._update() as scene:
            scene.chapters = tuple(chapters)
            scene.lanes = tuple(lanes)

    def begin_chapter(self, number: int, explanation: str) -> None:
        """Turn to chapter `number`, counted from 1."""
        with self._update() as scene:
            scene.chapter = number
            scene.explanation = explanation
            title = scene.chapters[number - 1]
        for announcer in self._announcers:
            announcer(number, title, explanation)

    def tell(self, at: datetime, text: str, tone: Tone = Tone.PLAIN) -> None:
        """Add a line to the story."""
        local = at.astimezone(self._zone)
        line = StoryLine(f"{local:%a %H:%M}", text, tone)
        with self._update() as scene:
            scene.clock = line.at
            scene.story = (*scene.story, line)[-STORY_LINES_MAX:]
        for narrator in self._narrators:
            narrator(line)

    def lane(self, line: LineId) -> LaneView:
        """Give the lane as it is drawn now."""
        return next(lane for lane in self._scene.lanes if lane.line == line)

    def show_lane(self, lane: LaneView) -> None:
        """Redraw one lane."""
        with self._update() as scene:
            scene.lanes = tuple(lane if old.line == lane.line else old for old in scene.lanes)

    def show_network(self, *, up: bool) -> None:
        """Show whether lines reach the office."""
        with self._update() as scene:
            scene.network_up = up

    def show_money(self, rows: Iterable[MoneyRow]) -> None:
        """Show what riders owe today and what is booked."""
        with self._update() as scene:
            scene.money = tuple(rows)

    def show_stored(self, who: str, rows: Iterable[StoredRow]) -> None:
        """Show what exists about one rider in all stores now."""
        with self._update() as scene:
            scene.stored = {**scene.stored, who: tuple(rows)}

    def finish(self, figures: Iterable[Figure]) -> None:
        """Show the summary; every lane returns to rest."""
        with self._update() as scene:
            scene.figures = tuple(figures)
            scene.finished = True
            scene.lanes = tuple(
                replace(lane, camera_open=False, gate_open=False, in_front="")
                for lane in scene.lanes
            )

    def snapshot(self) -> tuple[int, dict[str, object]]:
        """Give the revision and the whole scene as JSON values."""
        with self._changed:
            return self._revision, asdict(self._scene)

    def wait_for_change(self, after: int, *, timeout_s: float) -> None:
        """Return when the revision is above `after`, or after `timeout_s` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._revision > after, timeout=timeout_s)

    @contextmanager
    def _update(self) -> Iterator[_Scene]:
        with self._changed:
            yield self._scene
            self._revision += 1
            self._changed.notify_all()
