"""Passages are sent at least once and kept exactly once, and only what a line really signed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.charging_world import DAY, FARE, NEXT_DAY, POLICY, Office, at, open_office
from faregate.charging.arrivals import Gap, gaps
from faregate.charging.intake import BATCH_MAX, Refusal
from faregate.charging.rating import HoldState
from faregate.charging.today import open_days
from faregate.db.engine import snapshot
from faregate.errors import InvalidInputError
from faregate.ids import AccountId, LineId, PassageId
from faregate.wire.messages import DeviceAck, SealedPassage

ADA = AccountId("ada")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an office that has received nothing."""
    with open_office(tmp_path) as office:
        yield office


def _today(office: Office) -> tuple[int, dict[HoldState, int]]:
    with snapshot(office.engine) as connection:
        today = open_days(connection, office.day_store, ADA, POLICY)
    return today.amount.minor, dict(today.passages)


def _ack(device: str, seq: int, boot: int = 1) -> DeviceAck:
    return DeviceAck(device=device, boot=boot, seq=seq)


def _gaps(office: Office) -> tuple[Gap, ...]:
    with snapshot(office.engine) as connection:
        return gaps(connection)


def test_takes_a_ride_and_acknowledges_it(office: Office) -> None:
    """Both lines' events are kept, and each line hears how far it was heard."""
    received = office.intake.receive(office.ride("ada", "08:00"), now=at("08:30"))
    assert (received.acks, received.refused) == ((_ack("harbour-1", 2), _ack("museum-1", 2)), ())
    assert _today(office) == (FARE, {HoldState.POSTED: 2})


def test_a_hold_is_posted_or_voided(office: Office) -> None:
    """12: authorised is held; passed posts it, and what timed out is never charged."""
    opened = office.harbour.passage("ada", "entry", at("08:00"))
    office.receive(opened[:1])
    assert _today(office) == (0, {HoldState.HELD: 1})
    office.receive(opened[1:])
    assert _today(office) == (FARE, {HoldState.POSTED: 1})
    office.receive(office.harbour.passage("ada", "entry", at("09:00"), outcome="timed_out"))
    assert _today(office) == (FARE, {HoldState.POSTED: 1, HoldState.VOIDED: 1})


def test_the_same_batch_again_changes_nothing(office: Office) -> None:
    """1: the answer was lost, so the line sends all of it again."""
    ride = office.ride("ada", "08:00")
    first = office.intake.receive(ride, now=at("08:30"))
    assert office.intake.receive(ride, now=at("08:31")) == first
    assert office.rows("day_row") == 4


def test_the_same_id_with_another_body_is_refused(office: Office) -> None:
    """2: the first body stays, and staff are told."""
    entry = office.harbour.passage("ada", "entry", at("08:00"))
    office.receive(entry)
    office.harbour.seq = 0
    other = office.harbour.passage("bo", "entry", at("08:00"))
    received = office.intake.receive(other, now=at("08:31"))
    assert received.refused == (
        (PassageId("harbour-1", 1, 1), Refusal.BODY_CONFLICT),
        (PassageId("harbour-1", 1, 2), Refusal.BODY_CONFLICT),
    )
    assert office.noticed() == {"harbour-1 refused:body_conflict": 2}
    assert _today(office)[0] == FARE


def test_acknowledges_only_what_has_no_gap_before_it(office: Office) -> None:
    """3, 6: late events close the gap; a gap is listed and never acknowledged over."""
    events = [
        one
        for hour in (8, 9, 10)
        for one in office.harbour.passage("ada", "entry", at(f"{hour:02}:00"))
    ]
    for batch, seq, missing in (
        ([events[0]], 1, ()),
        ([events[2], events[5]], 1, (Gap("harbour-1", 1, 2, 2), Gap("harbour-1", 1, 4, 5))),
        ([events[3]], 1, (Gap("harbour-1", 1, 2, 2), Gap("harbour-1", 1, 5, 5))),
        ([events[1]], 4, (Gap("harbour-1", 1, 5, 5),)),
        ([events[4]], 6, ()),
    ):
        received = office.intake.receive(batch, now=at("11:00"))
        assert (received.acks, _gaps(office)) == ((_ack("harbour-1", seq),), missing)


def test_a_restarted_device_counts_from_one_again(office: Office) -> None:
    """6: each boot has a mark of its own."""
    office.receive(office.harbour.passage("ada", "entry", at("08:00")))
    office.harbour.restart()
    received = office.intake.receive(
        office.harbour.passage("ada", "exit", at("08:30")), now=at("08:40")
    )
    assert received.acks == (_ack("harbour-1", 2, boot=2),)
    assert _today(office) == (FARE, {HoldState.POSTED: 2})


def test_a_passage_of_an_unknown_consent_is_kept_as_nobodys(office: Office) -> None:
    """A consent that ended is acknowledged, and charged to nobody."""
    office.receive(office.ride("eve", "08:00"))
    office.closer.close(DAY, now=at("12:00", NEXT_DAY))
    assert office.causes() == []
    assert office.noticed() == {"harbour-1 written_off": 1, "museum-1 written_off": 1}


# --- One good passage, spoiled one way at a time -----------------------------------------------


def _unsigned(office: Office) -> SealedPassage:
    office.harbour.identity = Ed25519PrivateKey.generate()
    stolen = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    office.harbour.identity = Ed25519PrivateKey.generate()
    return stolen


def _unknown_line(office: Office) -> SealedPassage:
    event = office.harbour.document("ada", "entry", at("08:00"))
    office.harbour.name = LineId("airport-1")
    return office.harbour.seal(event.model_copy(update={"line": "airport-1"}))


def _other_day(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"day": NEXT_DAY.isoformat()})


def _no_such_day(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"day": "2026-02-30"})


def _never_made(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"day": "2026-06-01"})


def _renumbered(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"seq": 7})


def _cut_short(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"sealed": sealed.sealed[:-4]})


def _not_base64(office: Office) -> SealedPassage:
    sealed = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    return sealed.model_copy(update={"sealed": "A"})


def _concerns_nothing(office: Office) -> SealedPassage:
    event = office.harbour.document("ada", "entry", at("08:00"), outcome="passed")
    return office.harbour.seal(event)


def _concerns_another_device(office: Office) -> SealedPassage:
    event = office.harbour.document(
        "ada", "entry", at("08:00"), outcome="passed", concerns="museum-1/1/1"
    )
    return office.harbour.seal(event)


def _first_that_concerns(office: Office) -> SealedPassage:
    event = office.harbour.document("ada", "entry", at("08:00"), concerns="harbour-1/1/1")
    return office.harbour.seal(event)


def _bad_device_name(office: Office) -> SealedPassage:
    event = office.harbour.document(
        "ada", "entry", at("08:00"), outcome="passed", concerns="-x-/1/1"
    )
    return office.harbour.seal(event)


@pytest.mark.parametrize(
    ("spoiled", "refusal"),
    [
        (_unsigned, Refusal.NOT_PROVEN),
        (_unknown_line, Refusal.NOT_PROVEN),
        (_other_day, Refusal.NOT_PROVEN),
        (_no_such_day, Refusal.MALFORMED),
        (_never_made, Refusal.KEY_GONE),
        (_renumbered, Refusal.MALFORMED),
        (_cut_short, Refusal.NOT_PROVEN),
        (_not_base64, Refusal.NOT_PROVEN),
        (_concerns_nothing, Refusal.MALFORMED),
        (_concerns_another_device, Refusal.MALFORMED),
        (_first_that_concerns, Refusal.MALFORMED),
        (_bad_device_name, Refusal.NOT_PROVEN),
    ],
)
def test_refuses_what_no_gate_sends(
    office: Office, spoiled: Callable[[Office], SealedPassage], refusal: Refusal
) -> None:
    """Nothing of it is kept or acknowledged, and staff are told."""
    received = office.intake.receive([spoiled(office)], now=at("08:30"))
    assert [what for _, what in received.refused] == [refusal]
    assert received.acks == ()
    assert office.rows("day_row") == office.rows("received_event") == 0
    assert list(office.noticed().values()) == [1]


def test_junk_under_many_names_is_one_notice(office: Office) -> None:
    """Anybody may claim to be a line; made-up names don't fill the staff's list."""
    real = office.harbour.passage("ada", "entry", at("08:00"), outcome="")[0]
    junk = [real.model_copy(update={"line": f"line-{number}"}) for number in range(5)]
    office.intake.receive(junk, now=at("08:30"))
    assert office.noticed() == {" refused:key_gone": 5}


def test_a_device_belongs_to_one_line(office: Office) -> None:
    """Another line can't speak for a device, and so can't use up its numbers."""
    office.receive(office.harbour.passage("ada", "entry", at("08:00")))
    event = office.museum.document("ada", "exit", at("08:30"))
    foreign = office.museum.seal(event.model_copy(update={"device": "harbour-1", "seq": 3}))
    received = office.intake.receive([foreign], now=at("08:40"))
    assert received.refused == ((PassageId("harbour-1", 1, 3), Refusal.OTHER_LINE),)


def test_a_batch_has_a_limit(office: Office) -> None:
    """More than the limit at once is refused as a whole."""
    one = office.harbour.passage("ada", "entry", at("08:00"), outcome="")
    with pytest.raises(InvalidInputError) as caught:
        office.intake.receive(one * (BATCH_MAX + 1), now=at("08:30"))
    assert caught.value.code == "batch_too_large"


def test_a_retry_after_the_close_is_known_by_the_mark(office: Office) -> None:
    """1, 5: the digest is forgotten with the day; the same upload still changes nothing."""
    ride = office.ride("ada", "08:00")
    office.receive(ride)
    office.closer.close(DAY, now=at("12:00", NEXT_DAY))
    assert office.rows("received_event") == 0
    office.receive(ride, now=at("12:30", NEXT_DAY))
    assert office.rows("day_row") == 0
    office.closer.close(NEXT_DAY, now=at("12:00", NEXT_DAY + timedelta(days=1)))
    assert office.charged() == {"ada": FARE}
