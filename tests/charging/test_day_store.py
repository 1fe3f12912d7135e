"""Rows under a day key: only added, never movable, and noise without the key."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.charging_world import DAY, NEXT_DAY, Office, at, open_office
from faregate.db.engine import snapshot, transaction
from faregate.errors import MachineError

NOON = at("12:00", NEXT_DAY)
LATER = at("12:00", NEXT_DAY + timedelta(days=1))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office that has received nothing."""
    with open_office(tmp_path) as office:
        yield office


def test_an_old_copy_of_the_database_is_noise_without_its_key(office: Office) -> None:
    """A backup made before the close can't be opened after it."""
    office.receive(office.ride("ada", "08:00"))
    with snapshot(office.engine) as connection:
        assert len(office.day_store.events(connection)) == 4
        office.day_store.destroy_key(DAY)
        with pytest.raises(MachineError) as caught:
            office.day_store.events(connection)
    assert caught.value.code == "day_key_missing"


def test_a_row_can_not_be_moved_to_another_place(office: Office) -> None:
    """The day and number of a row are sealed with it."""
    office.receive(office.ride("ada", "08:00"))
    with transaction(office.engine) as connection:
        connection.exec_driver_sql("UPDATE day_row SET seq = seq + 10")
    with snapshot(office.engine) as connection, pytest.raises(MachineError) as caught:
        office.day_store.events(connection)
    assert caught.value.code == "day_key_missing"


def test_a_clock_that_went_back_reopens_no_closed_day(office: Office) -> None:
    """7: what arrives 'before' a closed day's end goes into the next store."""
    office.closer.close(DAY, now=NOON)
    office.receive(office.ride("ada", "08:00"), now=at("09:00"))
    office.closer.close(NEXT_DAY, now=LATER)
    assert office.causes() == ["day:ada:2026-03-03"]
