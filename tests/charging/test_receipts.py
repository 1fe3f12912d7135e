"""What a rider reads of a closed day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.charging_world import DAY, FARE, NEXT_DAY, Office, at, open_office

NOON = at("12:00", NEXT_DAY)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office that has received nothing."""
    with open_office(tmp_path) as office:
        yield office


def test_only_one_half_is_completed_by_the_tariff_and_marked(office: Office) -> None:
    """18: entry only and exit only are charged, and the receipt shows which half was not read."""
    office.receive(office.harbour.passage("ada", "entry", at("08:00")))
    office.receive(office.museum.passage("bo", "exit", at("08:20")))
    office.closer.close(DAY, now=NOON)
    assert office.charged() == {"ada": FARE, "bo": FARE}
    assert [office.receipts(name)[0].rides[0].place for name in ("ada", "bo")] == [
        "Harbour - ?",
        "? - Museum",
    ]


def test_a_long_day_is_told_in_several_bundles(office: Office) -> None:
    """65 rides are two bundles, and none is lost."""
    for number in range(65):
        hour, minute = divmod(number * 10, 60)
        office.receive(office.museum.passage("ada", "exit", at(f"{6 + hour:02}:{minute:02}")))
    office.closer.close(DAY, now=NOON)
    assert sorted(len(bundle.rides) for bundle in office.receipts("ada")) == [1, 64]
    assert office.charged() == {"ada": 65 * FARE}
