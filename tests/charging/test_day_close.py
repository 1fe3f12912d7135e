"""A day is closed once, whole, and after it nothing joins a rider to a place or time."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fakes.charging_world import (
    DAY,
    FARE,
    LEASE,
    NEXT_DAY,
    POLICY,
    Office,
    at,
    consent,
    open_office,
)
from faregate.charging import day_close
from faregate.charging.day_close import CloseResult
from faregate.charging.schema import STATION_HOURS
from faregate.db.engine import snapshot
from faregate.errors import InvalidInputError
from faregate.ids import AccountId, LineId
from faregate.wire.document import verify_signature
from faregate.wire.messages import DeviceAck, SealedPassage

NOON = at("12:00", NEXT_DAY)
LATER = at("12:00", NEXT_DAY + timedelta(days=1))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office that has received nothing."""
    with open_office(tmp_path) as office:
        yield office


def test_charges_each_account_once_and_hands_out_the_receipts(office: Office) -> None:
    """The walk of a day: two rides of one rider, one of another."""
    for batch in (
        office.ride("ada", "08:00"),
        office.ride("ada", "17:00"),
        office.ride("bo", "09:10"),
    ):
        office.receive(batch)
    assert office.closer.close(DAY, now=NOON) is CloseResult.CLOSED
    assert office.charged() == {"ada": 2 * FARE, "bo": FARE}
    assert office.causes() == ["day:ada:2026-03-02", "day:bo:2026-03-02"]
    (bundle,) = office.receipts("ada")
    assert (bundle.day, bundle.currency, bundle.tariff_version) == ("2026-03-02", "EUR", "demo-1")
    assert [(ride.place, ride.minute, ride.fare, ride.cap) for ride in bundle.rides] == [
        ("Harbour - Museum", int(at("08:00").timestamp()), FARE, 0),
        ("Harbour - Museum", int(at("17:00").timestamp()), FARE, 0),
    ]
    assert office.rows("receipt_mail") == 2
    assert office.receipts("cy") == []


def test_signs_and_logs_one_close_per_line(office: Office) -> None:
    """Each line learns what was accepted, what was charged, and how far it was heard."""
    office.receive([*office.ride("ada", "08:00"), *office.ride("bo", "09:00")])
    office.receive(office.harbour.passage("cy", "entry", at("10:00"), outcome="timed_out"))
    office.closer.close(DAY, now=NOON)
    (harbour,) = office.closer.day_closes(LineId("harbour-1"))
    (museum,) = office.closer.day_closes(LineId("museum-1"))
    key = office.receipt_key.public_key().public_bytes_raw()
    verify_signature(harbour.document, harbour.signature, expected_key=key)
    told = harbour.document
    assert (told.deployment, told.day, told.accepted, told.charged) == ("demo", "2026-03-02", 2, 2)
    assert told.last == [DeviceAck(device="harbour-1", boot=1, seq=6)]
    assert (museum.document.accepted, museum.document.charged) == (2, 0)
    assert len(office.log.leaves) == 2
    assert {leaf.partition(b"\n")[0] for leaf in office.log.leaves} == {b"faregate/v1/day-close"}


def test_closing_again_changes_nothing(office: Office) -> None:
    """The second run finds nothing to do."""
    office.receive(office.ride("ada", "08:00"))
    office.closer.close(DAY, now=NOON)
    assert office.closer.close(DAY, now=NOON) is CloseResult.ALREADY_CLOSED
    assert office.charged() == {"ada": FARE}
    assert (office.rows("receipt_mail"), len(office.log.leaves)) == (1, 2)


def test_an_empty_day_closes_too(office: Office) -> None:
    """Nothing is charged, and each line gets its close."""
    office.closer.close(DAY, now=NOON)
    assert office.causes() == []
    assert [one.document.accepted for one in office.closer.day_closes(LineId("museum-1"))] == [0]


@pytest.mark.parametrize(
    ("day", "now", "code"),
    [
        (DAY, at("04:29", NEXT_DAY), "day_not_over"),
        (NEXT_DAY, LATER, "older_day_open"),
    ],
)
def test_refuses_a_day_that_can_not_be_closed_yet(
    office: Office, day: date, now: datetime, code: str
) -> None:
    """A day that is running, and one with an open day before it, stay open."""
    office.receive(office.ride("ada", "08:00"))
    with pytest.raises(InvalidInputError) as caught:
        office.closer.close(day, now=now)
    assert (caught.value.code, office.rows("day_row")) == (code, 4)


def test_a_journey_over_the_end_of_the_day_is_charged_once(office: Office) -> None:
    """31, 32: in at 04:20, out at 04:40: a ride of the first day, gone from the second."""
    entry = office.harbour.passage("ada", "entry", at("04:20", NEXT_DAY))
    leaving = office.museum.passage("ada", "exit", at("04:40", NEXT_DAY))
    office.receive(entry, now=at("04:21", NEXT_DAY))
    office.receive(leaving, now=at("04:41", NEXT_DAY))
    office.closer.close(DAY, now=NOON)
    assert office.rows("day_row") == 0
    office.closer.close(NEXT_DAY, now=LATER)
    assert office.causes() == ["day:ada:2026-03-02"]
    assert office.charged() == {"ada": FARE}


def test_a_passage_over_the_end_of_the_day_is_charged_once(office: Office) -> None:
    """Opened in one store's day, reported as passed in the next one's: one passage."""
    events = office.harbour.passage("ada", "entry", at("04:29:59", NEXT_DAY))
    office.receive(events[:1], now=at("04:29:59", NEXT_DAY))
    office.receive(events[1:], now=at("04:30:02", NEXT_DAY))
    office.closer.close(DAY, now=NOON)
    office.closer.close(NEXT_DAY, now=LATER)
    assert office.causes() == ["day:ada:2026-03-02"]


def test_a_late_ride_is_priced_by_its_own_day_and_booked_on_the_stores(office: Office) -> None:
    """5: a cut-off line delivers yesterday's rides after yesterday was closed."""
    late = office.ride("ada", "21:00")
    office.closer.close(DAY, now=NOON)
    office.receive(late, now=at("13:00", NEXT_DAY))
    office.receive(office.ride("ada", "14:00", NEXT_DAY), now=at("15:00", NEXT_DAY))
    office.closer.close(NEXT_DAY, now=LATER)
    assert office.causes() == ["day:ada:2026-03-03"]
    assert office.charged() == {"ada": 2 * FARE}
    (bundle,) = office.receipts("ada")
    assert [ride.minute for ride in bundle.rides] == [
        int(at("21:00").timestamp()),
        int(at("14:00", NEXT_DAY).timestamp()),
    ]


def test_a_late_half_is_never_charged_twice(office: Office) -> None:
    """18: the exit was charged with its day; the entry that comes too late is listed."""
    entry = office.harbour.passage("ada", "entry", at("08:00"))
    office.receive(office.museum.passage("ada", "exit", at("08:20")))
    office.closer.close(DAY, now=NOON)
    office.receive(entry, now=at("13:00", NEXT_DAY))
    office.closer.close(NEXT_DAY, now=LATER)
    assert office.charged() == {"ada": FARE}
    assert office.noticed() == {"harbour-1 late_half": 1}


def test_nobody_passed_nothing_is_charged(office: Office) -> None:
    """8, 12: timed out, or killed before it was known."""
    office.receive(office.harbour.passage("ada", "entry", at("08:00"), outcome="timed_out"))
    office.receive(office.harbour.passage("bo", "entry", at("08:01"), outcome=""))
    office.closer.close(DAY, now=NOON)
    assert (office.causes(), office.rows("day_row"), office.noticed()) == ([], 0, {})


def test_an_unknown_fare_is_not_charged_and_listed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """50: staff see how many, at which line, and not who."""
    monkeypatch.setattr(
        office.closer,
        "_policy",
        type(POLICY)(
            deployment=POLICY.deployment,
            tariff=POLICY.tariff,
            places={LineId("museum-1"): POLICY.places[LineId("museum-1")]},
        ),
    )
    office.receive(office.ride("ada", "08:00"))
    office.closer.close(DAY, now=NOON)
    assert (office.causes(), office.receipts("ada")) == ([], [])
    assert office.noticed() == {"harbour-1 fare_unknown:stop_unknown": 1}


def test_a_rider_who_was_forgotten_is_written_off(office: Office) -> None:
    """Without a key for the receipt nobody could dispute it: nothing is charged."""
    office.receive(office.ride("ada", "08:00"))
    del office.riders.history[AccountId("ada")]
    office.closer.close(DAY, now=NOON)
    assert office.causes() == []
    assert office.noticed() == {"harbour-1 written_off": 1, "museum-1 written_off": 1}


def test_station_hours_are_rounded_down_to_tens(office: Office) -> None:
    """19 entries within an hour are told as 10, 9 exits not at all."""
    for minute in range(19):
        office.receive(office.harbour.passage("ada", "entry", at(f"08:{minute:02}")))
    for minute in range(9):
        office.receive(office.museum.passage("ada", "exit", at(f"09:{minute:02}")))
    office.closer.close(DAY, now=NOON)
    with snapshot(office.engine) as connection:
        rows = [tuple(row) for row in connection.execute(select(STATION_HOURS))]
    assert rows == [("2026-03-02", "harbour", 8, "entry", 10)]


# --- Killed anywhere, and run again ------------------------------------------------------------


class KilledError(Exception):
    """The process ended here."""


def _kill(*_: object, **__: object) -> NoReturn:
    raise KilledError


@pytest.mark.parametrize(
    "step",
    [
        "close_account",
        "post",
        "deposit",
        "forget_ended_consents",
        "sign",
        "infrastructure_leaf",
        "forget_deleted",
    ],
)
def test_killed_at_any_step_and_run_again_is_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever step the process died in, the next run leaves the same."""
    office.receive([*office.ride("ada", "08:00"), *office.ride("bo", "09:00")])
    with monkeypatch.context() as patched:
        patched.setattr(day_close, step, _kill)
        with pytest.raises(KilledError):
            office.closer.close(DAY, now=NOON)
    office.closer.close(DAY, now=NOON)
    _assert_closed(office)


def test_killed_after_the_transaction_is_finished_at_the_next_start(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`finish` alone makes up for what was left undone."""
    office.receive([*office.ride("ada", "08:00"), *office.ride("bo", "09:00")])
    with monkeypatch.context() as patched:
        patched.setattr(office.day_store, "destroy_key", _kill)
        with pytest.raises(KilledError):
            office.closer.close(DAY, now=NOON)
    assert list((office.folder / "keys/day").iterdir()) != []
    office.closer.finish(now=NOON)
    _assert_closed(office)


def _assert_closed(office: Office) -> None:
    assert office.charged() == {"ada": FARE, "bo": FARE}
    assert [len(office.receipts(name)) for name in ("ada", "bo")] == [1, 1]
    assert (office.rows("day_row"), office.rows("day_close"), len(office.log.leaves)) == (0, 2, 2)
    assert list((office.folder / "keys/day").iterdir()) == []


# --- Any delivery gives the same ---------------------------------------------------------------


@given(order=st.permutations(range(12)), cuts=st.sets(st.integers(1, 11)), again=st.integers(0, 12))
@settings(max_examples=8, deadline=None)
def test_any_order_split_and_repetition_charges_the_same(
    order: list[int], cuts: set[int], again: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """1, 3, 4: three rides, delivered in any way, cost the same."""
    with open_office(tmp_path_factory.mktemp("office")) as office:
        events = [
            *office.ride("ada", "08:00"),
            *office.ride("ada", "10:00"),
            *office.ride("bo", "10:05"),
        ]
        shuffled = [events[index] for index in order]
        shuffled += shuffled[:again]
        edges = [0, *sorted(cuts), len(shuffled)]
        for start, end in pairwise(edges):
            office.receive(shuffled[start:end])
        office.closer.close(DAY, now=NOON)
        assert office.charged() == {"ada": 2 * FARE, "bo": FARE}


# --- What is left ------------------------------------------------------------------------------


def _all_bytes(office: Office) -> bytes:
    return b"\0".join(
        path.read_bytes() for path in sorted(office.folder.rglob("*")) if path.is_file()
    )


def _traces(office: Office, rides: list[SealedPassage]) -> dict[str, bytes]:
    """Give what must be nowhere after the close: identities, rows, tags and keys."""
    with snapshot(office.engine) as connection:
        rows = connection.exec_driver_sql("SELECT account_tag, sealed FROM day_row").all()
    keys = [path.read_bytes() for path in (office.folder / "keys/day").iterdir()]
    return {
        "consent": consent("ada").encode(),
        "lease": LEASE.encode(),
        "sealed passage": rides[0].sealed.encode(),
        **{f"row {number}": row.sealed for number, row in enumerate(rows)},
        **{f"tag {number}": row.account_tag for number, row in enumerate(rows)},
        **{f"day key {number}": key for number, key in enumerate(keys)},
    }


def test_afterwards_no_file_joins_a_rider_to_a_place_or_time(office: Office) -> None:
    """G5: after the close, rows, tags and key are gone from every byte of every file."""
    rides = [*office.ride("ada", "08:00"), *office.ride("ada", "17:00")]
    office.receive(rides)
    traces = _traces(office, rides)
    before = _all_bytes(office)
    # The broken twin: before the close the rows, the tags and their key are there to be found.
    assert {name.partition(" ")[0] for name, trace in traces.items() if trace in before} >= {
        "row",
        "tag",
        "day",
    }
    office.closer.close(DAY, now=NOON)
    after = _all_bytes(office)
    assert [name for name, trace in traces.items() if trace in after] == []
    assert b"ada" in after  # the amount per account and day is what remains


def test_afterwards_only_amounts_and_sealed_mail_name_an_account(office: Office) -> None:
    """G5: no other table has an account in any column, and no row holds a time of day."""
    office.receive(office.ride("ada", "08:00"))
    office.closer.close(DAY, now=NOON)
    naming: set[str] = set()
    with snapshot(office.engine) as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).scalars()
        for table in tables.all():
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):  # noqa: S608
                # Of sealed bytes three letters would be found by chance.
                cells = [str(cell) for cell in row if not isinstance(cell, bytes)]
                if any("ada" in cell for cell in cells):
                    naming.add(table)
                assert not any(b'"ada"' in cell for cell in row if isinstance(cell, bytes))
                assert str(int(at("08:00").timestamp())) not in cells
    assert naming == {"ledger_accounts", "ledger_transfers"}


@pytest.mark.parametrize("delivered", ["to the end", "with a gap", "not past the day"])
def test_passage_keys_go_once_a_line_is_past_the_day(office: Office, delivered: str) -> None:
    """A line that has delivered all of a day can't be read backwards any more."""
    office.receive(office.ride("ada", "08:00"))
    today = office.ride("ada", "08:00", NEXT_DAY)
    events: dict[str, Callable[[], list[SealedPassage]]] = {
        "to the end": lambda: today,
        "with a gap": lambda: [today[1], today[3]],
        "not past the day": list,
    }
    office.receive(events[delivered](), now=at("09:00", NEXT_DAY))
    office.closer.close(DAY, now=NOON)
    left = [
        line
        for line in ("harbour-1", "museum-1")
        if office.passage_keys.recipient(LineId(line), DAY) is not None
    ]
    assert left == ([] if delivered == "to the end" else ["harbour-1", "museum-1"])
    office.closer.finish(now=NOON + timedelta(days=9))
    assert office.passage_keys.recipient(LineId("harbour-1"), DAY) is None


def test_old_closes_are_dropped_after_eight_days(office: Office) -> None:
    """Lines find the closes of the last 8 days; the log has them all."""
    for later in range(11):
        day = DAY + timedelta(days=later)
        office.closer.close(day, now=at("12:00", day + timedelta(days=1)))
    days = [one.document.day for one in office.closer.day_closes(LineId("harbour-1"))]
    assert (len(days), days[-1]) == (9, "2026-03-12")
    assert len(office.log.leaves) == 22
