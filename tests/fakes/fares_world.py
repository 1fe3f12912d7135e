"""The demo's tariff, taps at its gates, and feeds written for one test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from faregate import demo
from faregate.fares.journeys import Direction, Tap
from faregate.fares.read_feed import read_feed
from faregate.fares.tariff import Tariff
from faregate.ids import PassageId

TARIFF = Tariff(
    version="demo-1",
    feed=read_feed(Path(demo.__path__[0]) / "feed"),
    fare_media_id="face",
    gated_stop_ids=frozenset({"harbour", "museum"}),
    journey_max=timedelta(minutes=100),
)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def tap(minute: int, direction: str, *, stop_id: str = "harbour", device: str = "line-1") -> Tap:
    """Make a tap `minute` minutes after the start; its id follows from that."""
    return Tap(
        passage_id=PassageId(device, 1, minute + 1),
        direction=Direction(direction),
        network_id="metro",
        stop_id=stop_id,
        at=START + timedelta(minutes=minute),
    )


def write_feed(folder: Path, files: dict[str, str]) -> Path:
    """Write the tables of a feed into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
