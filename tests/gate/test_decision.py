"""`decide`: one good case, spoiled one way at a time, then laws."""

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.gate.decision import (
    CARD_REQUEST,
    Answer,
    AskForCard,
    CardReason,
    GateEvidence,
    GatePolicy,
    LeaseMode,
    MatchCandidate,
    Open,
    decide,
)
from faregate.ids import ConsentId, LeaseId

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ADA, EVE = ConsentId("ada"), ConsentId("eve")
ADAS_LEASE = LeaseId("ada-today")
POLICY = GatePolicy(similarity_min=0.62, margin_min=0.1)
BEST = MatchCandidate(
    lease_id=ADAS_LEASE,
    consent_id=ADA,
    mode=LeaseMode.WINDOW,
    similarity=0.80,
    stop_hash=b"stop-ada",
    not_before=NOON - timedelta(hours=1),
    not_after=NOON + timedelta(hours=1),
    uses_left=1,
)
SECOND = replace(
    BEST, lease_id=LeaseId("eve-today"), consent_id=EVE, similarity=0.60, stop_hash=b"stop-eve"
)
GOOD = GateEvidence(
    liveness=0.9,
    candidates=(BEST, SECOND),
    stopped=frozenset({b"stop-zoe"}),
    withdrawn=frozenset({ConsentId("zoe")}),
    withdrawals_as_of=NOON - timedelta(minutes=1),
    denied=frozenset({ConsentId("zoe")}),
    denied_as_of=NOON - timedelta(days=1),
    decided_at=NOON,
)
LONG_AGO = NOON - timedelta(days=30)


def with_best(**changes: object) -> GateEvidence:
    """Spoil the best candidate."""
    spoiled = dataclasses.replace(BEST, **changes)  # type: ignore[arg-type]  # a table of fields
    return replace(GOOD, candidates=(spoiled, SECOND))


def test_opens_for_a_live_clear_match() -> None:
    """The good case that all others spoil."""
    assert decide(GOOD, POLICY) == Open(ADAS_LEASE, ADA)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (replace(GOOD, withdrawals_as_of=NOON - timedelta(minutes=10, seconds=1)), "list_stale"),
        (replace(GOOD, liveness=0.49), "not_live"),
        (replace(GOOD, liveness=nan), "not_live"),
        (replace(GOOD, candidates=()), "unknown_face"),
        (replace(GOOD, candidates=(), liveness=0.1), "not_live"),
        (with_best(similarity=0.61), "unknown_face"),
        (with_best(similarity=nan), "unknown_face"),
        (with_best(similarity=0.69), "ambiguous_face"),
        (replace(GOOD, candidates=(BEST, replace(SECOND, similarity=nan))), "ambiguous_face"),
        (replace(GOOD, stopped=frozenset({b"stop-ada"})), "stopped"),
        (replace(GOOD, withdrawn=frozenset({ADA})), "withdrawn"),
        (with_best(not_before=NOON + timedelta(seconds=1)), "not_yet_valid"),
        (with_best(not_after=NOON), "expired"),
        (with_best(uses_left=0), "no_uses_left"),
        (replace(GOOD, denied=frozenset({ADA})), "denied"),
    ],
)
def test_asks_for_a_card(evidence: GateEvidence, reason: str) -> None:
    """Each single defect leads to its own reason, and to no opening."""
    assert decide(evidence, POLICY) == AskForCard(CardReason(reason))


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(replace(GOOD, candidates=(BEST,)), id="alone at the line"),
        pytest.param(
            replace(GOOD, withdrawals_as_of=NOON - timedelta(minutes=10)), id="list just in time"
        ),
        pytest.param(
            replace(with_best(mode=LeaseMode.PRESENCE), withdrawals_as_of=LONG_AGO),
            id="presence goes on without news",
        ),
        pytest.param(
            replace(GOOD, denied=frozenset({ADA}), denied_as_of=LONG_AGO), id="old list of debts"
        ),
        pytest.param(
            replace(GOOD, candidates=(BEST, replace(SECOND, consent_id=ADA, similarity=0.80))),
            id="two leases of one rider",
        ),
        pytest.param(with_best(not_before=NOON), id="from the first second"),
        pytest.param(replace(GOOD, withdrawn=frozenset({EVE})), id="another rider withdrew"),
    ],
)
def test_opens_at_the_edge(evidence: GateEvidence) -> None:
    """What is no defect does not close the gate."""
    assert decide(evidence, POLICY) == Open(ADAS_LEASE, ADA)


SPOILED: list[dict[str, object]] = [
    {"withdrawals_as_of": LONG_AGO},
    {"liveness": 0.1},
    {"similarity": 0.5},
    {"second": 0.75},
    {"stopped": frozenset({b"stop-ada"})},
    {"withdrawn": frozenset({ADA})},
    {"not_before": NOON + timedelta(minutes=1)},
    {"not_after": NOON},
    {"uses_left": 0},
    {"denied": frozenset({ADA})},
]
CHECKED = [
    CardReason.LIST_STALE,
    CardReason.NOT_LIVE,
    CardReason.UNKNOWN_FACE,
    CardReason.AMBIGUOUS_FACE,
    CardReason.STOPPED,
    CardReason.WITHDRAWN,
    CardReason.NOT_YET_VALID,
    CardReason.EXPIRED,
    CardReason.NO_USES_LEFT,
    CardReason.DENIED,
]


def spoil(changes: list[dict[str, object]]) -> GateEvidence:
    """Apply several defects at once."""
    fields = {name: value for change in changes for name, value in change.items()}
    second = replace(SECOND, similarity=fields.pop("second", SECOND.similarity))  # type: ignore[arg-type]
    of_rider = {"similarity", "not_before", "not_after", "uses_left"} & fields.keys()
    best = replace(BEST, **{name: fields.pop(name) for name in of_rider})  # type: ignore[arg-type]
    return replace(GOOD, candidates=(best, second), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("mended", range(len(CHECKED)))
def test_checks_run_from_our_fault_to_about_the_rider(mended: int) -> None:
    """With every defect at once, mending the first ones shows the next: the order is fixed."""
    assert decide(spoil(SPOILED[mended:]), POLICY) == AskForCard(CHECKED[mended])


def test_the_lane_shows_the_same_words_whatever_the_reason() -> None:
    """A bystander learns nothing about the person from the display."""
    assert {reason.shown for reason in CardReason} == {CARD_REQUEST}


scores = st.floats(allow_nan=True, allow_infinity=True)
instants = st.timedeltas(timedelta(days=-20), timedelta(days=20)).map(lambda step: NOON + step)
consents = st.sampled_from([ADA, EVE, ConsentId("zoe")])
stop_hashes = st.sampled_from([b"stop-ada", b"stop-eve", b"stop-zoe"])
candidates = st.builds(
    MatchCandidate,
    lease_id=st.sampled_from([LeaseId("one"), LeaseId("two")]),
    consent_id=consents,
    mode=st.sampled_from(LeaseMode),
    similarity=scores,
    stop_hash=stop_hashes,
    not_before=instants,
    not_after=instants,
    uses_left=st.integers(-1, 2),
)
evidences = st.builds(
    GateEvidence,
    liveness=scores,
    candidates=st.lists(candidates, max_size=4).map(tuple),
    stopped=st.frozensets(stop_hashes),
    withdrawn=st.frozensets(consents),
    withdrawals_as_of=instants,
    denied=st.frozensets(consents),
    denied_as_of=instants,
    decided_at=instants,
)
# Most random evidence is hopeless: half of the examples spoil a few fields of the good case only.
near_good = st.lists(st.sampled_from(SPOILED), max_size=2).map(spoil)


@given(evidence=evidences | near_good)
def test_an_open_gate_means_that_everything_held(evidence: GateEvidence) -> None:
    """Whatever the evidence, it opens for the best candidate only, and only if nothing is amiss."""
    answer = decide(evidence, POLICY)
    if isinstance(answer, AskForCard):
        return
    best = evidence.candidates[0]
    assert answer == Open(best.lease_id, best.consent_id)
    assert evidence.liveness >= POLICY.liveness_min
    assert best.similarity >= POLICY.similarity_min
    rivals = [one for one in evidence.candidates if one.consent_id != best.consent_id]
    assert all(best.similarity - rival.similarity >= POLICY.margin_min for rival in rivals)
    assert best.stop_hash not in evidence.stopped
    assert best.consent_id not in evidence.withdrawn
    assert best.not_before <= evidence.decided_at < best.not_after
    assert best.uses_left > 0
    age = evidence.decided_at - evidence.withdrawals_as_of
    assert best.mode is LeaseMode.PRESENCE or age <= POLICY.withdrawals_age_max


@given(evidence=evidences | near_good)
def test_depends_on_nothing_but_the_evidence(evidence: GateEvidence) -> None:
    """It is total, and equal evidence gives the equal answer."""
    first: Answer = decide(evidence, POLICY)
    assert decide(replace(evidence), POLICY) == first


@given(evidence=evidences | near_good, higher=st.floats(0.0, 2.0))
def test_stricter_policies_open_less(evidence: GateEvidence, higher: float) -> None:
    """Raising a threshold never opens a gate that was closed."""
    strict = replace(
        POLICY,
        similarity_min=POLICY.similarity_min + higher,
        margin_min=POLICY.margin_min + higher,
        liveness_min=POLICY.liveness_min + higher,
    )
    if isinstance(decide(evidence, strict), Open):
        assert decide(evidence, POLICY) == decide(evidence, strict)
