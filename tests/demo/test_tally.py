"""What the tally counts, from events, devices and evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from faregate.demo.tally import Staged, Tally
from faregate.gate.actuator import ActuatorEvent, Direction
from faregate.gate.decision import (
    Answer,
    AskForCard,
    CardReason,
    GateEvidence,
    GatePolicy,
    LeaseMode,
    MatchCandidate,
    Open,
)
from faregate.gate.events import CardAsked, LetOut, Moved, Opened
from faregate.ids import ConsentId, LaneId, LeaseId, PassageId

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LANE = LaneId("harbour-1")
ADA, BO = ConsentId("ada"), ConsentId("bo")
POLICY = GatePolicy(similarity_min=0.6, margin_min=0.1)
NOT_LIVE = AskForCard(CardReason.NOT_LIVE)
OPENED = Opened(
    lane=LANE,
    at=NOON,
    direction=Direction.ENTRY,
    passage_id=PassageId("harbour", 1, 1),
    frame_to_open_ms=90.0,
)
LEFT = replace(OPENED, direction=Direction.EXIT)
PASSED = Moved(lane=LANE, at=NOON, direction=Direction.ENTRY, event=ActuatorEvent.PASSED)


def _candidate(consent_id: ConsentId, similarity: float) -> MatchCandidate:
    return MatchCandidate(
        lease_id=LeaseId(f"lease-{consent_id}"),
        consent_id=consent_id,
        mode=LeaseMode.WINDOW,
        similarity=similarity,
        stop_hash=b"",
        not_before=NOON,
        not_after=NOON + timedelta(hours=1),
        uses_left=1,
    )


def _evidence(*candidates: MatchCandidate) -> GateEvidence:
    return GateEvidence(
        liveness=0.1,
        candidates=candidates,
        stopped=frozenset(),
        withdrawn=frozenset(),
        withdrawals_as_of=NOON,
        denied=frozenset(),
        denied_as_of=NOON,
        decided_at=NOON,
    )


def _asked(reason: CardReason) -> CardAsked:
    return CardAsked(lane=LANE, at=NOON, direction=Direction.ENTRY, reason=reason)


@pytest.fixture
def tally() -> Tally:
    """Give a tally of nothing."""
    return Tally()


def test_counts_a_ride_from_its_passage(tally: Tally) -> None:
    """Opened and passed is a ride, opened alone is none; an exit begins none."""
    for events in ((OPENED, PASSED), (OPENED,), (LEFT, PASSED)):
        with tally.staging(Staged.RIDER, events[0].direction, network_up=False):
            for event in events:
                tally.on_lane_event(event)
    assert (tally.opened(), tally.rides_begun(), tally.offline_rides()) == (3, 1, 1)
    assert (tally.rides_staged(), tally.exits_opened()) == (2, 1)
    assert tally.latencies_ms() == [90.0] * 3


def test_a_second_try_is_no_second_ride(tally: Tally) -> None:
    """Whoever was refused and walked up again takes one ride."""
    for is_second in (False, True):
        with tally.staging(Staged.RIDER, Direction.ENTRY, network_up=True) as seen:
            seen.is_second_try = is_second
    assert (tally.rides_staged(), tally.second_tries()) == (1, 1)


def test_counts_what_the_turnstile_did_without_an_event(tally: Tally) -> None:
    """An opening that no event tells of is counted; letting somebody out is none by face."""
    with tally.staging(Staged.STRANGER, Direction.ENTRY, network_up=True) as seen:
        seen.device_openings = 1
    with tally.staging(Staged.STRANGER, Direction.EXIT, network_up=True) as seen:
        tally.on_lane_event(LetOut(lane=LANE, at=NOON))
        seen.device_openings = 1
    assert tally.opened(Staged.STRANGER) == 1


@pytest.mark.parametrize(
    ("reason", "looked_at", "compared", "unseen"),
    [
        (CardReason.NOBODY_UNLOCKED, 0, 0, 1),
        (CardReason.NO_CLEAR_VIEW, 0, 0, 0),
        (CardReason.LIST_STALE, 1, 0, 0),
        (CardReason.NOT_LIVE, 1, 0, 0),
        (CardReason.UNKNOWN_FACE, 1, 1, 0),
        (CardReason.STOPPED, 1, 1, 0),
    ],
)
def test_tells_seen_from_compared(
    tally: Tally, reason: CardReason, looked_at: int, compared: int, unseen: int
) -> None:
    """A stranger who was not looked at, or not compared, proves nothing about strangers."""
    with tally.staging(Staged.IDLE, Direction.ENTRY, network_up=True):
        tally.on_lane_event(_asked(reason))
    assert tally.looked_at(Staged.IDLE) == looked_at
    assert tally.compared(Staged.IDLE) == compared
    assert tally.turned_away_unseen() == unseen
    assert tally.reasons() == {reason.value: 1}


@pytest.mark.parametrize(
    ("staged", "unlocked", "counted"),
    [(Staged.RIDER, 1, 0), (Staged.RIDER, 0, 1), (Staged.IDLE, 1, 1), (Staged.IDLE, 0, 1)],
)
def test_counts_cameras_that_opened_for_nobody(
    tally: Tally, staged: Staged, unlocked: int, counted: int
) -> None:
    """Nobody is unlocked if the line says so, and also if the script knows so."""
    with tally.staging(staged, Direction.ENTRY, network_up=True):
        tally.on_camera_open(unlocked=unlocked)
    assert tally.camera_opened_for_nobody() == counted


@pytest.mark.parametrize(
    ("evidence", "answer", "counted"),
    [
        (_evidence(_candidate(ADA, 0.9), _candidate(BO, 0.2)), NOT_LIVE, 1),
        (_evidence(_candidate(ADA, 0.9)), AskForCard(CardReason.UNKNOWN_FACE), 0),
        (_evidence(_candidate(ADA, 0.9)), Open(LeaseId("lease-ada"), ADA), 0),
        (_evidence(_candidate(ADA, 0.5)), NOT_LIVE, 0),
        (_evidence(_candidate(ADA, 0.9), _candidate(BO, 0.85)), NOT_LIVE, 0),
        (_evidence(_candidate(BO, 0.9)), NOT_LIVE, 0),
        (_evidence(), NOT_LIVE, 0),
    ],
    ids=["refused", "another reason", "opened", "unlike", "ambiguous", "another rider", "nobody"],
)
def test_counts_prints_that_would_have_matched(
    tally: Tally, evidence: GateEvidence, answer: Answer, counted: int
) -> None:
    """Only what liveness alone kept out is counted: like enough, ahead enough, the right rider."""
    with tally.staging(Staged.PRINT, Direction.ENTRY, network_up=True, rider=ADA):
        tally.on_evidence(evidence, POLICY, answer)
    assert tally.matched_but_refused() == counted


def test_counts_files_that_refused_people_left(tally: Tally) -> None:
    """What is written while a rider rides is theirs; anybody else leaves nothing."""
    for staged in Staged:
        with tally.staging(staged, Direction.ENTRY, network_up=True) as seen:
            seen.files_changed = 1
    assert tally.files_changed_by_refused() == 4
