"""What arrives after its day was closed is charged at most once, however the halves fall apart."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from fakes.charging_world import DAY, FARE, NEXT_DAY, Office, at, open_office
from faregate.wire.messages import SealedPassage

NOON = at("12:00", NEXT_DAY)
LATER = at("12:00", NEXT_DAY + timedelta(days=1))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office that has received nothing."""
    with open_office(tmp_path) as office:
        yield office


def _there_and_back(office: Office) -> list[list[SealedPassage]]:
    """Give the four passages of a ride and the ride back, all within two hours."""
    return [
        office.museum.passage("ada", "entry", at("08:30")),
        office.harbour.passage("ada", "exit", at("08:50")),
        office.harbour.passage("ada", "entry", at("09:10")),
        office.museum.passage("ada", "exit", at("09:30")),
    ]


def _close_with_late(office: Office, is_late: tuple[bool, ...]) -> None:
    passages = list(zip(_there_and_back(office), is_late, strict=True))
    for events, late in passages:
        if not late:
            office.receive(events)
    office.closer.close(DAY, now=NOON)
    for events, late in passages:
        if late:
            office.receive(events, now=at("13:00", NEXT_DAY))
    office.closer.close(NEXT_DAY, now=LATER)


def test_two_late_halves_are_not_taken_for_a_ride(office: Office) -> None:
    """The museum's line was cut off: its entry and exit are halves of two rides charged already."""
    _close_with_late(office, (True, False, False, True))
    assert office.charged() == {"ada": 2 * FARE}
    assert office.noticed() == {"museum-1 late_ride": 1}


@pytest.mark.parametrize("is_late", list(product([False, True], repeat=4)))
def test_no_rider_pays_more_than_they_rode(office: Office, is_late: tuple[bool, ...]) -> None:
    """Whichever of the four passages come late, two rides never cost more than two."""
    _close_with_late(office, is_late)
    assert office.charged()["ada"] <= 2 * FARE


def test_a_late_day_is_charged_whole(office: Office) -> None:
    """All of a day comes late: nothing of it was charged before, so all of it is now."""
    _close_with_late(office, (True, True, True, True))
    assert office.charged() == {"ada": 2 * FARE}
    assert office.causes() == [f"day:ada:{NEXT_DAY}"]
